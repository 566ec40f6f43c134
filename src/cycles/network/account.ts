import { unpackWord } from '../../program/field.ts';
import { SEMAPHORES, STREAMS, type Stream } from '../../program/instruction.ts';
import { memWord } from '../../program/mem_image.ts';
import { firstPair } from '../../program/network/segment_words.ts';
import { pairOfColumn } from '../../program/network/spectral_words.ts';
import { hardwareStream } from '../../program/network/unit_program.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import { UNIT_WORDS } from '../../program/unit_words.ts';
import { countNonZeros } from '../../util/non_zeros.ts';
import type { GroupTwin } from './group_twin.ts';
import type { SequencerTwin } from './sequencer.ts';

/** Cycles of a unit: for what. Those of a unit add up to all cycles. */
export interface CycleShare {
  readonly unit: Stream;
  readonly what: string;
  readonly cycles: number;
}

/** Where a segment lies among the word counts, and what part of its words are weights that are not zero. */
interface SegmentPlace {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly full: number;
}

/** Segment of every word count of a group, by number in {@link segmentPlaces}. */
export function segmentsOfCounts(places: readonly SegmentPlace[]): Uint16Array {
  const of = new Uint16Array(Math.max(1, ...places.map(({ to }) => to)));
  for (const [number, { from, to }] of places.entries()) of.fill(number, from, to);
  return of;
}

/**
 * The segments of a design in the order of their word counts.
 *
 * @param countsOf word counts of the feeds of a group
 */
export function segmentPlaces(
  { name, program, sizes, memories }: NetworkDesign,
  countsOf: (group: number) => readonly Uint32Array[],
): SegmentPlace[] {
  const image = memories.get(`${name}_mac.mem`)!;
  const { groups } = sizes;
  const counts = Array.from({ length: groups }, (_, group) => countsOf(group));
  const feeds = counts.reduce((sum, own) => sum + own.length, 0);
  const lanes = groups * sizes.lanes;
  const places: SegmentPlace[] = [];
  const known = new Set<number>();
  for (const [at, instruction] of hardwareStream(program, 'mac').entries()) {
    if (instruction.op !== 'mac' || known.has(instruction.segment)) continue;
    known.add(instruction.segment);
    const segment = program.segments[instruction.segment]!;
    const from = unpackWord(UNIT_WORDS.mac, memWord(image, at)).pointerBase!;
    const { block } = segment;
    const to = from + segment.columns / (block === null ? groups : 2 * groups);
    const first = firstPair(program, instruction);
    let cycles = 0;
    for (const [group, ofFeeds] of counts.entries()) {
      for (const own of ofFeeds) for (let column = from; column < to; column++) cycles += own[column]!;
      if (block === null) continue;
      // A complex word is multiplied twice.
      for (let column = from; column < to; column++) {
        if (pairOfColumn(block, groups, group, first + column - from) === 0) continue;
        for (const own of ofFeeds) cycles += own[column]!;
      }
    }
    const weights = countNonZeros(segment.values);
    const full = cycles === 0 ? 0 : (weights * feeds) / (cycles * lanes);
    places.push({ name: segment.name, from, to, full });
  }
  return places;
}

/** What a unit does, and for how many cycles by now. */
interface Run {
  what: string;
  cycles: number;
}

/** Adds up what the units do, cycle by cycle. */
export class CycleAccount {
  readonly #places: readonly SegmentPlace[];
  readonly #groups: readonly GroupTwin[];
  readonly #feeds: number;
  readonly #rows: Readonly<Record<Exclude<Stream, 'mac'>, Map<string, number>>> = {
    load: new Map(),
    cell: new Map(),
    store: new Map(),
  };
  #before: Float64Array[] = [];
  /** What LOAD, CELL and STORE do, and since how many cycles: one thing for many cycles, mostly. */
  readonly #runs: Readonly<Record<Exclude<Stream, 'mac'>, Run>> = {
    load: { what: '', cycles: 0 },
    cell: { what: '', cycles: 0 },
    store: { what: '', cycles: 0 },
  };
  /** Cycles of feeds of MAC without a word, by reason; those of the last reason are not among them yet. */
  readonly #macRest: Run = { what: '', cycles: 0 };
  readonly #macs = new Map<string, number>();

  constructor(places: readonly SegmentPlace[], groups: readonly GroupTwin[]) {
    this.#places = places;
    this.#groups = groups;
    this.#feeds = groups.reduce((sum, { feeds }) => sum + feeds.feeds, 0);
  }

  /** Words before the first cycle that counts. */
  begin(): void {
    this.#before = this.#groups.map(({ feeds }) => feeds.worked.slice());
  }

  /**
   * A cycle: what LOAD, CELL and STORE do, and why MAC has no more columns.
   *
   * @param at what a unit does; null where it has no work, which its sequencer explains
   */
  cycle(at: Readonly<Record<Stream, string | null>>, sequencers: Readonly<Record<Stream, SequencerTwin>>): void {
    this.#goesOn('load', at.load ?? waitOf(sequencers.load));
    this.#goesOn('cell', at.cell ?? waitOf(sequencers.cell));
    this.#goesOn('store', at.store ?? waitOf(sequencers.store));
    this.mac(at.mac ?? waitOf(sequencers.mac));
  }

  /** Cycles in which only the groups of MAC have gone on: {@link mac} had them. */
  again(cycles: number): void {
    for (const run of Object.values(this.#runs)) run.cycles += cycles;
  }

  /**
   * What the groups of MAC do in a cycle.
   *
   * @param waits why MAC has no more columns
   */
  mac(waits: string): void {
    let [uneven, hungries] = [0, 0];
    for (const { feeds: ofGroup, waits: own } of this.#groups) {
      const { idle, hungry, feeds } = ofGroup;
      hungries += hungry;
      if (idle === 0) continue;
      if (idle < feeds) uneven += idle;
      else this.#rest(own ?? waits, idle);
    }
    if (hungries > 0) this.#rest('waits for external memory', hungries);
    if (uneven > 0) this.#rest('uneven lanes', uneven);
  }

  #goesOn(unit: Exclude<Stream, 'mac'>, what: string): void {
    const run = this.#runs[unit];
    if (run.what !== what) {
      this.#end(unit);
      run.what = what;
    }
    run.cycles++;
  }

  #end(unit: Exclude<Stream, 'mac'>): void {
    const run = this.#runs[unit];
    if (run.cycles > 0) this.#rows[unit].set(run.what, (this.#rows[unit].get(run.what) ?? 0) + run.cycles);
    run.cycles = 0;
  }

  #rest(what: string, feeds: number): void {
    const run = this.#macRest;
    if (run.what !== what) {
      this.#endRest();
      run.what = what;
    }
    run.cycles += feeds;
  }

  #endRest(): void {
    const { what, cycles } = this.#macRest;
    if (cycles > 0) this.#macs.set(what, (this.#macs.get(what) ?? 0) + cycles);
    this.#macRest.cycles = 0;
  }

  /** Words that all feeds have worked on while it counted. */
  get words(): number {
    let words = 0;
    for (const [group, { feeds }] of this.#groups.entries()) {
      for (const [segment, count] of feeds.worked.entries()) words += count - this.#before[group]![segment]!;
    }
    return words;
  }

  /** What has been counted, divided by `rounds`, most first; in front of MAC's the weights that are not zero, by segment. */
  shares(rounds: number): CycleShare[] {
    this.#endRest();
    const work: CycleShare[] = [];
    let padding = 0;
    for (const [number, { name, full }] of this.#places.entries()) {
      let words = 0;
      for (const [group, { feeds }] of this.#groups.entries())
        words += feeds.worked[number]! - this.#before[group]![number]!;
      const cycles = words / this.#feeds / rounds;
      work.push({ unit: 'mac', what: name, cycles: cycles * full });
      padding += cycles * (1 - full);
    }
    return STREAMS.flatMap((unit) => {
      if (unit !== 'mac') this.#end(unit);
      const rows = unit === 'mac' ? this.#macs : this.#rows[unit];
      const each = unit === 'mac' ? this.#feeds * rounds : rounds;
      const rest = [...rows].map(([what, cycles]) => ({ unit, what, cycles: cycles / each }));
      if (unit === 'mac' && padding > 0) rest.push({ unit, what: 'padding', cycles: padding });
      rest.sort((a, b) => b.cycles - a.cycles);
      return unit === 'mac' ? [...work, ...rest] : rest;
    });
  }
}

const WAITS = SEMAPHORES.map((semaphore) => `waits for ${semaphore.replace(/[01]$/, '')}`);

/** Why a sequencer has no work for its unit. */
export function waitOf({ waitsFor, halted }: SequencerTwin): string {
  if (waitsFor !== null) return WAITS[waitsFor]!;
  return halted ? 'halted' : 'program';
}
