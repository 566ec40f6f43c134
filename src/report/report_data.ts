import type { Timeline } from '../cycles/timeline.ts';
import type { Diagram } from './diagram.ts';
import type { ExplorationData } from './exploration_data.ts';
import type { ResourceData } from './resource_data.ts';

/** A figure or a setting with its name; `note` says what it counts, or where it is from. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

/** Cycles of a unit: for what; those of a unit add up to all cycles of a step, or of an utterance. */
export interface UnitShare {
  readonly unit: string;
  readonly what: string;
  readonly cycles: number;
  readonly kind: 'work' | 'wait';
}

/** Cycles in which a unit works on a layer. */
export interface LayerShare {
  readonly layer: string;
  readonly unit: string;
  readonly cycles: number;
}

/** Where the cycles go. */
export interface CycleData {
  /** Cycles of so many steps: one in steady state, or an utterance. */
  readonly cycles: number;
  readonly steps: number;
  /** Weights that are not zero over the lanes of all groups: cycles of an array that never waits. */
  readonly ideal: number;
  readonly units: readonly UnitShare[];
  readonly layers: readonly LayerShare[];
}

/** Memories of one kind. */
export interface MemoryRow {
  readonly name: string;
  readonly count: number;
  readonly depth: number;
  readonly width: number;
  readonly kbit: number;
}

/** Where a vector lies in the vector memory of a group, in words. */
export interface Region {
  readonly name: string;
  readonly role: string;
  readonly from: number;
  readonly words: number;
}

/** One design as the page shows it. Names in it are of models: any text. */
export interface DesignReport {
  readonly title: string;
  /** What it is, in one line. */
  readonly summary: string;
  /** The figures that come first. */
  readonly facts: readonly Fact[];
  readonly diagram: Diagram;
  /** Null where an utterance of the model would have no step. */
  readonly timeline: Timeline | null;
  readonly cycles: CycleData | null;
  readonly clockMHz: number;
  readonly resources: ResourceData;
  readonly memories: readonly MemoryRow[];
  readonly regions: readonly Region[];
  /** The program that runs, as `esegen inspect --program` prints it. */
  readonly listing: string;
}

/** A design directory as the page shows it. */
export interface BuiltReport extends DesignReport {
  readonly provenance: readonly Fact[];
  /** The config, as JSON. */
  readonly config: string;
}

/** A file in a page, as base64. */
export interface EmbeddedFile {
  readonly name: string;
  readonly base64: string;
}

/** What a page is made of. */
export interface PageData {
  readonly version: string;
  readonly designs: readonly BuiltReport[];
  /** An exploration, on a page without designs. */
  readonly exploration?: ExplorationData;
  /** What-if: a model whose designs the page computes, and its layer file; null: it needs none. */
  readonly model?: EmbeddedFile & { readonly layers: EmbeddedFile | null };
  /** The page is that of a local server: the folder that it shows, and what its requests carry. */
  readonly studio?: { readonly folder: string; readonly token: string };
}

/** What is in the folder of a studio; paths are relative to it. */
export interface Workspace {
  readonly designs: readonly string[];
  readonly models: readonly string[];
  readonly configs: readonly string[];
}

/** A job of a studio as the page sees it. */
export interface JobState {
  readonly id: number;
  /** The command line, for reading. */
  readonly command: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** How it ended; null while it runs. */
  readonly end: string | null;
  readonly seconds: number;
  /** Lines of the log from number `from` on. */
  readonly from: number;
  readonly lines: readonly string[];
}
