import { EsegenError } from '../errors.ts';

/** What a step does; values are the codes in the schedule memory (column_issuer.v, sequencer.v). */
export const Op = { spmv: 0, cells: 1, outputs: 2 } as const;
/** In which frames an SpMV step runs. */
export const When = { always: 0, current: 1, next: 2, recurrent: 3 } as const;
/** Vector that an SpMV step broadcasts. */
export const Source = { x: 0, y: 1, m: 2 } as const;
/** Accumulator bank of an SpMV step. */
export const Bank = { current: 0, next: 1, projection: 2 } as const;

type CodeOf<T> = T[keyof T];

/** One step of the schedule (column_issuer.v and sequencer.v say what it does). All numbers are non-negative integers. */
export interface Step {
  readonly op: CodeOf<typeof Op>;
  readonly when: CodeOf<typeof When>;
  /** Last step of a frame. */
  readonly last: boolean;
  /** A marker follows the columns. */
  readonly marker: boolean;
  readonly source: CodeOf<typeof Source>;
  readonly bank: CodeOf<typeof Bank>;
  /** Columns of an SpMV step; elements of the output frame in a step that starts one. */
  readonly size: number;
  /** Words of ElemMul or Assemble. */
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
  /** Columns of a group, per vector. */
  readonly columnsX: number;
  readonly columnsY: number;
  readonly columnsM: number;
  /** Words of ElemMul and Assemble. */
  readonly cellWords: number;
  readonly outWords: number;
  /** First weight word, or beat, of each matrix, and its beats in external memory. */
  readonly baseX: number;
  readonly baseR: number;
  readonly baseP: number;
  readonly beatsX: number;
  readonly beatsR: number;
  readonly beatsP: number;
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
  source: Source.x,
  bank: Bank.current,
  size: 0,
  words: 0,
  pointer: 0,
  base: 0,
  beats: 0,
  shift: 0,
  peepShift: 0,
  stateFrac: 0,
};

/**
 * Schedule of one frame. W_x x(t+1) stands between the start of ElemMul and the projection, so that the array has work while
 * ElemMul delivers m; it runs there only when frame t+1 has arrived, else at the head of the next frame.
 */
export function compileSchedule(s: ScheduleInput): Step[] {
  const x: Step = {
    ...IDLE_STEP,
    source: Source.x,
    size: s.columnsX,
    pointer: 0,
    base: s.baseX,
    beats: s.beatsX,
    shift: s.xAlign,
  };
  const current: Step = { ...x, when: When.current, bank: Bank.current };
  const next: Step = { ...x, when: When.next, bank: Bank.next };
  const recurrent: Step = {
    ...IDLE_STEP,
    when: When.recurrent,
    marker: true,
    source: Source.y,
    size: s.columnsY,
    pointer: s.columnsX,
    base: s.baseR,
    beats: s.beatsR,
    shift: s.yAlign,
  };
  const cells: Step = {
    ...IDLE_STEP,
    op: Op.cells,
    size: s.cells,
    words: s.cellWords,
    shift: s.zShift,
    peepShift: s.peepShift,
    stateFrac: s.cFrac,
  };
  if (!s.projection) return [current, recurrent, cells, { ...next, last: true }];
  const projection: Step = {
    ...IDLE_STEP,
    marker: true,
    source: Source.m,
    bank: Bank.projection,
    size: s.columnsM,
    pointer: s.columnsX + s.columnsY,
    base: s.baseP,
    beats: s.beatsP,
  };
  const outputs: Step = {
    ...IDLE_STEP,
    op: Op.outputs,
    last: true,
    size: s.outputs,
    words: s.outWords,
    shift: s.yShift,
  };
  return [current, recurrent, cells, next, projection, outputs];
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
    { key: 'source', wire: 'source', bits: 2 },
    { key: 'bank', wire: 'bank', bits: 2 },
    { key: 'size', wire: 'size', bits: widths.elementBits },
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
