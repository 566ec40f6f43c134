import { SEMAPHORE_STREAMS, SEMAPHORES, STREAMS, type Stream } from '../../program/instruction.ts';
import { hardwareStream } from '../../program/network/unit_program.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import type { Program } from '../../program/program.ts';
import { joinSpans, type Span, type Timeline } from '../timeline.ts';
import { waitOf } from './account.ts';
import { type GroupTwin, PROGRESS_WAITS } from './group_twin.ts';
import type { SequencerTwin, Work } from './sequencer.ts';

/** What the units do in a cycle: the same object in all cycles. */
export interface UnitCycle {
  /** What a unit does; null where it has no work, which its sequencer explains. */
  readonly at: Record<Stream, string | null>;
  /** The work of units that do one after the other. */
  readonly tasks: Record<Exclude<Stream, 'mac'>, Work | null>;
  readonly sequencers: Readonly<Record<Stream, SequencerTwin>>;
  readonly groups: readonly GroupTwin[];
}

/** Sees the cycles of a run that count. */
export interface CycleWatch {
  /**
   * Before the first of them.
   *
   * @param segments their names, in the order in which the groups count words
   */
  begin(cycle: number, segments: readonly string[]): void;
  cycle(units: UnitCycle): void;
  /** The next cycle, in which only the groups of MAC have gone on. */
  again(units: UnitCycle): void;
  /** A frame of an output leaves with its last beat in a cycle, counted or not. */
  answered(cycle: number): void;
}

/** A span that goes on. */
type Draft = { -readonly [K in keyof Span]: Span[K] };

/** What CELL does while an instruction waits for the one before it. */
const BEHIND = 'waits for the instruction before';

/** What a stream waits for, by its semaphore. */
const TOKENS = SEMAPHORES.map((semaphore) => semaphore.replace(/[01]$/, ''));

/** What an instruction is about: its line in a timeline, and the layer. */
interface Subject {
  readonly what: string;
  readonly layer: string;
}

/** Node that the name of a segment, of parameters or of a vector begins with. */
function layerOf(name: string): string {
  return name.split('.', 1)[0]!;
}

function subjectsOf(program: Program, stream: Stream): Subject[] {
  const { inputs, outputs, sequences, parameters, views, vectors } = program;
  const vectorOf = (view: number) => vectors[views[view]!.vector]!.name;
  return hardwareStream(program, stream).map((instruction) => {
    switch (instruction.op) {
      case 'load': {
        const { from } = instruction;
        if ('input' in from) return { what: `input ${inputs[from.input]!.name}`, layer: inputs[from.input]!.name };
        return { what: `sequence ${sequences[from.sequence]!.name}`, layer: layerOf(sequences[from.sequence]!.name) };
      }
      case 'store': {
        const { to, from } = instruction;
        if ('output' in to) return { what: `output ${outputs[to.output]!.name}`, layer: outputs[to.output]!.name };
        if ('sequence' in to) {
          return { what: `sequence ${sequences[to.sequence]!.name}`, layer: layerOf(sequences[to.sequence]!.name) };
        }
        const what = `${to.block === null ? 'copy' : 'spectra'} of ${vectorOf(from)}`;
        return { what, layer: layerOf(vectorOf(from)) };
      }
      case 'cell': {
        const { name } = parameters[instruction.parameters]!;
        return { what: name, layer: layerOf(name) };
      }
      default:
        return { what: instruction.op, layer: '' };
    }
  });
}

/**
 * Writes down what the four units do, cycle by cycle, as spans.
 *
 * MAC is at the segment from which most lanes have a word; its share is that of all its lanes. Its spans are cut at cycles in which no lane of any
 * group has one.
 */
export class TimelineRecorder implements CycleWatch {
  readonly #subjects: Readonly<Record<Exclude<Stream, 'mac'>, readonly Subject[]>>;
  readonly #limit: number;
  readonly #spans: Readonly<Record<Stream, Draft[]>> = { load: [], mac: [], cell: [], store: [] };
  readonly #answers: number[] = [];
  #segments: readonly string[] = [];
  #layers: readonly string[] = [];
  #count = 0;
  #first = 0;
  #cycle = 0;
  /** Words of a cycle, by segment. */
  #words = new Int32Array(0);
  /** Segment of the last cycle in which a lane had a word. */
  #segment = 0;
  #full = false;

  /**
   * @param limit spans at which recording ends
   */
  constructor({ program }: NetworkDesign, limit: number) {
    const of = (stream: Stream) => subjectsOf(program, stream);
    this.#subjects = { load: of('load'), cell: of('cell'), store: of('store') };
    this.#limit = limit;
  }

  begin(cycle: number, segments: readonly string[]): void {
    this.#segments = segments;
    this.#words = new Int32Array(segments.length);
    this.#layers = segments.map(layerOf);
    this.#first = cycle;
    this.#cycle = cycle;
  }

  cycle({ at, tasks, sequencers, groups }: UnitCycle): void {
    if (this.#full) return;
    this.#unit('load', at.load, tasks.load, sequencers.load);
    this.#mac(groups, sequencers.mac);
    this.#unit('cell', at.cell, tasks.cell, sequencers.cell);
    this.#unit('store', at.store, tasks.store, sequencers.store);
    this.#next();
  }

  again({ sequencers, groups }: UnitCycle): void {
    if (this.#full) return;
    for (const unit of ['load', 'cell', 'store'] as const) this.#spans[unit].at(-1)!.to++;
    this.#mac(groups, sequencers.mac);
    this.#next();
  }

  #next(): void {
    this.#cycle++;
    this.#full = this.#count >= this.#limit;
  }

  answered(cycle: number): void {
    this.#answers.push(cycle);
  }

  #unit(unit: Exclude<Stream, 'mac'>, doing: string | null, task: Work | null, waiting: SequencerTwin): void {
    if (doing === null) this.#wait(unit, waiting);
    else {
      const subject = task === null ? null : this.#subjects[unit][task.at]!;
      const [what, layer] = [subject?.what ?? doing, subject?.layer ?? ''];
      if (doing === BEHIND) this.#add(unit, 'wait', what, layer, 'cell', null);
      else this.#add(unit, 'work', what, layer, null, null);
    }
  }

  /** What was recorded. */
  timeline(): Timeline {
    return {
      units: STREAMS.map((id) => ({ id, label: id.toUpperCase() })),
      from: this.#first,
      to: this.#cycle,
      answers: this.#answers.filter((cycle) => cycle >= this.#first && cycle < this.#cycle),
      spans: STREAMS.flatMap((unit) => joinSpans(this.#spans[unit])),
    };
  }

  #mac(groups: readonly GroupTwin[], sequencer: SequencerTwin): void {
    let [all, feeds] = [0, 0];
    for (const { feeds: own } of groups) {
      feeds += own.feeds;
      all += own.feeds - own.idle - own.hungry;
    }
    if (all > 0) {
      const segment = this.#segmentOfMost(groups, all);
      this.#segment = segment;
      this.#add('mac', 'work', this.#segments[segment]!, this.#layers[segment]!, null, all / feeds);
      return;
    }
    let [cell, store, hungry] = [false, false, false];
    for (const own of groups) {
      if (own.waits === PROGRESS_WAITS.ready) cell = true;
      if (own.waits === PROGRESS_WAITS.copied) store = true;
      if (own.feeds.hungry > 0) hungry = true;
    }
    if (cell) this.#add('mac', 'wait', 'progress of CELL', '', 'cell', 0);
    else if (store) this.#add('mac', 'wait', 'progress of STORE', '', 'store', 0);
    else if (hungry) this.#add('mac', 'wait', 'external memory', '', null, 0);
    else this.#wait('mac', sequencer);
  }

  /** Segment from which most lanes have a word; that of the last cycle at once, where it is more than half of them. */
  #segmentOfMost(groups: readonly GroupTwin[], all: number): number {
    let same = 0;
    for (const { feeds } of groups) same += feeds.working[this.#segment]!;
    if (2 * same > all) return this.#segment;
    const words = this.#words;
    words.fill(0);
    for (const { feeds } of groups) {
      const { working } = feeds;
      for (let n = 0; n < words.length; n++) words[n]! += working[n]!;
    }
    let segment = 0;
    for (let n = 1; n < words.length; n++) if (words[n]! > words[segment]!) segment = n;
    return segment;
  }

  #wait(unit: Stream, sequencer: SequencerTwin): void {
    const { waitsFor } = sequencer;
    const share = unit === 'mac' ? 0 : null;
    if (waitsFor === null) this.#add(unit, 'wait', waitOf(sequencer), '', null, share);
    else this.#add(unit, 'wait', TOKENS[waitsFor]!, '', SEMAPHORE_STREAMS[SEMAPHORES[waitsFor]!][0], share);
  }

  #add(unit: Stream, kind: Span['kind'], what: string, layer: string, on: Stream | null, share: number | null): void {
    const spans = this.#spans[unit];
    const last = spans.at(-1);
    const [from, to] = [this.#cycle, this.#cycle + 1];
    if (last !== undefined && last.kind === kind && last.what === what && last.on === on) {
      const length = from - last.from;
      if (last.share !== null) last.share = (last.share * length + (share ?? 0)) / (length + 1);
      last.to = to;
      return;
    }
    spans.push({ unit, from, to, kind, what, layer, on, share });
    this.#count++;
  }
}
