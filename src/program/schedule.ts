import type { Tiles } from '../machine/tiles.ts';
import { EsegenError } from '../util/errors.ts';
import type { Segment, SegmentMatrix } from './segments.ts';

/** What a step does; values are the codes in the schedule memory (column_issuer.v, sequencer.v). */
export const Op = { spmv: 0, cells: 1, outputs: 2 } as const;
/** In which frames an SpMV step runs. */
export const When = { always: 0, current: 1, next: 2, recurrent: 3 } as const;
/** Vector that an SpMV step broadcasts. */
export const Source = { x: 0, y: 1, m: 2 } as const;
/**
 * Accumulator bank of an SpMV step. Gate sums of this frame and of the next one; where the accumulators are split, gate sums of tile 0 and
 * tile 1, also as the bank that a step drains.
 */
export const Bank = { current: 0, next: 1, tile0: 0, tile1: 1, projection: 2 } as const;

type CodeOf<T> = T[keyof T];

/** One step of the schedule (column_issuer.v and sequencer.v say what it does). All numbers are non-negative integers. */
export interface Step {
  readonly op: CodeOf<typeof Op>;
  readonly when: CodeOf<typeof When>;
  /** Last step of a frame. */
  readonly last: boolean;
  /** SpMV: a marker follows the columns. Cells and outputs: the step waits for a marker, and takes it. */
  readonly marker: boolean;
  /** Runs where the step of x before it ran, on the same batch: the second tile. */
  readonly follow: boolean;
  /** Last step on its batch. */
  readonly release: boolean;
  readonly source: CodeOf<typeof Source>;
  readonly bank: CodeOf<typeof Bank>;
  /** Columns of an SpMV step; elements of the output frame in a step that starts one. */
  readonly size: number;
  /** First word of ElemMul, and words of ElemMul or Assemble. */
  readonly start: number;
  readonly words: number;
  /** First pointer of the matrix. */
  readonly pointer: number;
  /** First weight word of the matrix; in external memory its first beat and its beats. */
  readonly base: number;
  readonly beats: number;
  /** SpMV: left shift of the activation; cells: right shift to z; outputs: right shift to y. */
  readonly shift: number;
  readonly peepShift: number;
  readonly stateFrac: number;
}

/** What the schedule needs to know of a layer. */
export interface ScheduleInput {
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
  /** Places of the matrices. */
  readonly segments: readonly Segment[];
  /** Cells of a lane by tile, and words of ElemMul that hold a cell of every lane. */
  readonly tiles: Tiles;
  readonly split: boolean;
  readonly phases: number;
  /** Words of ElemMul and Assemble. */
  readonly cellWords: number;
  readonly outWords: number;
  readonly xAlign: number;
  readonly yAlign: number;
  readonly zShift: number;
  readonly yShift: number;
  readonly peepShift: number;
  readonly cFrac: number;
}

const IDLE_STEP: Step = {
  op: Op.spmv,
  when: When.always,
  last: false,
  marker: false,
  follow: false,
  release: false,
  source: Source.x,
  bank: Bank.current,
  size: 0,
  start: 0,
  words: 0,
  pointer: 0,
  base: 0,
  beats: 0,
  shift: 0,
  peepShift: 0,
  stateFrac: 0,
};

/** Steps of a layer from which a schedule is put together; `tile` is 0 where there is one. */
class Steps {
  readonly #s: ScheduleInput;

  constructor(input: ScheduleInput) {
    this.#s = input;
  }

  #segment(matrix: SegmentMatrix, tile: number): Pick<Step, 'size' | 'pointer' | 'base' | 'beats'> {
    const segment = this.#s.segments.find((s) => s.matrix === matrix && s.tile === tile)!;
    return { size: segment.columns, pointer: segment.pointer, base: segment.base, beats: segment.beats };
  }

  /** W_x of this frame, or of the next. */
  x(when: typeof When.current | typeof When.next, tile: number): Step {
    const { split, tiles, xAlign } = this.#s;
    const bank = split ? tile : when === When.next ? Bank.next : Bank.current;
    const follow = tile > 0;
    const release = tile === tiles.length - 1;
    const at = this.#segment('x', tile);
    return { ...IDLE_STEP, ...at, when, source: Source.x, bank: bank as Step['bank'], follow, release, shift: xAlign };
  }

  recurrent(tile: number, marker: boolean): Step {
    const { split, yAlign } = this.#s;
    const bank = (split ? tile : Bank.current) as Step['bank'];
    const at = this.#segment('r', tile);
    return { ...IDLE_STEP, ...at, when: When.recurrent, marker, source: Source.y, bank, shift: yAlign };
  }

  cells(tile: number, marker: boolean): Step {
    const { cells, cellWords, tiles, phases, zShift, peepShift, cFrac } = this.#s;
    const start = tile === 0 ? 0 : Math.min(tiles[0]! * phases, cellWords);
    const end = tile === tiles.length - 1 ? cellWords : Math.min(tiles[0]! * phases, cellWords);
    return {
      ...IDLE_STEP,
      op: Op.cells,
      marker,
      bank: tile as Step['bank'],
      size: cells,
      start,
      words: end - start,
      shift: zShift,
      peepShift,
      stateFrac: cFrac,
    };
  }

  projection(): Step {
    const at = this.#segment('p', 0);
    return { ...IDLE_STEP, ...at, marker: true, source: Source.m, bank: Bank.projection };
  }

  outputs(): Step {
    const { outputs, outWords, yShift } = this.#s;
    return {
      ...IDLE_STEP,
      op: Op.outputs,
      marker: true,
      bank: Bank.projection,
      size: outputs,
      words: outWords,
      shift: yShift,
    };
  }
}

/**
 * Schedule of one frame. W_x x(t+1) stands between the start of ElemMul and the projection, so that the array has work while
 * ElemMul delivers m; it runs there only when frame t+1 has arrived, else at the head of the next frame.
 *
 * With two tiles each of them is drained while the array adds to the other: tile 0 during W_r of tile 1, tile 1 during W_x of tile 0,
 * the projection (whose sums are beside tile 0) during W_x of tile 1. Without a projection ElemMul makes y, which all of W_r must have read
 * before.
 */
export function compileSchedule(input: ScheduleInput): Step[] {
  const steps = new Steps(input);
  const { split, projection } = input;
  const schedule = split
    ? projection
      ? [
          ...[steps.x(When.current, 0), steps.x(When.current, 1)],
          ...[steps.recurrent(0, true), steps.cells(0, true)],
          ...[steps.recurrent(1, true), steps.cells(1, true)],
          ...[steps.x(When.next, 0), steps.projection(), steps.x(When.next, 1), steps.outputs()],
        ]
      : [
          ...[steps.x(When.current, 0), steps.x(When.current, 1)],
          ...[steps.recurrent(0, false), steps.recurrent(1, true)],
          ...[steps.cells(0, true), steps.cells(1, false)],
          ...[steps.x(When.next, 0), steps.x(When.next, 1)],
        ]
    : [
        ...[steps.x(When.current, 0), steps.recurrent(0, true), steps.cells(0, true), steps.x(When.next, 0)],
        ...(projection ? [steps.projection(), steps.outputs()] : []),
      ];
  return schedule.map((step, at) => ({ ...step, last: at === schedule.length - 1 }));
}

/** A field of the schedule word: the value of a step, the wire name in the RTL, its bits. */
export interface StepField {
  readonly key: keyof Step;
  readonly wire: string;
  readonly bits: number;
}

/**
 * Layout of the schedule word, least significant field first.
 *
 * @param widths bits of element numbers, word numbers, pointer addresses, weight addresses, and of beat numbers where the
 *   weights are in external memory (`dram`)
 */
export function stepFields(widths: {
  elementBits: number;
  wordBits: number;
  pointerBits: number;
  addrBits: number;
  dram: boolean;
  beatBits: number;
}): StepField[] {
  const { dram, beatBits } = widths;
  return [
    { key: 'op', wire: 'op', bits: 2 },
    { key: 'when', wire: 'when_field', bits: 2 },
    { key: 'last', wire: 'last', bits: 1 },
    { key: 'marker', wire: 'marker', bits: 1 },
    { key: 'follow', wire: 'follow', bits: 1 },
    { key: 'release', wire: 'release_field', bits: 1 },
    { key: 'source', wire: 'source', bits: 2 },
    { key: 'bank', wire: 'bank', bits: 2 },
    { key: 'size', wire: 'size', bits: widths.elementBits },
    { key: 'start', wire: 'start_word', bits: widths.wordBits },
    { key: 'words', wire: 'words', bits: widths.wordBits },
    { key: 'pointer', wire: 'pointer', bits: widths.pointerBits },
    { key: 'base', wire: 'base', bits: dram ? beatBits : widths.addrBits },
    ...(dram ? [{ key: 'beats', wire: 'beats', bits: beatBits } as const] : []),
    { key: 'shift', wire: 'shift', bits: 6 },
    { key: 'peepShift', wire: 'peep_shift', bits: 5 },
    { key: 'stateFrac', wire: 'state_frac', bits: 4 },
  ];
}

/**
 * Packs a step into its schedule word.
 *
 * @throws EsegenError where a value does not fit its field
 */
export function packStep(step: Step, fields: readonly StepField[]): bigint {
  let word = 0n;
  let shift = 0n;
  for (const { key, bits } of fields) {
    const value = Number(step[key]);
    if (value >= 2 ** bits) throw new EsegenError(`schedule: ${key}`, `expected at most ${bits} bits, got ${value}`);
    word |= BigInt(value) << shift;
    shift += BigInt(bits);
  }
  return word;
}
