import { EsegenError } from '../util/errors.ts';
import { type FieldValues, packWord, unpackWord } from './field.ts';
import type { Instruction, Semaphore, StepAddress, Token } from './instruction.ts';
import { SEMAPHORES, STREAMS, type Stream } from './instruction.ts';
import type { Program, Segment, Sequence, TimeAxis, Vector, View } from './program.ts';
import { slotFields } from './slot_fields.ts';
import { AXIS_KINDS, COUNTERS, NO_NUMBER, OPS, PLACES, WORD_FORMATS } from './word_formats.ts';

function tokenFields(waits: readonly Token[], posts: readonly Token[]): FieldValues {
  const all = [waits[0], waits[1], posts[0], posts[1]];
  const names = ['wait0', 'wait1', 'post0', 'post1'];
  return Object.fromEntries(
    names.flatMap((name, n) => {
      const token = all[n];
      const number = token === undefined ? 0 : SEMAPHORES.indexOf(token.semaphore);
      return [
        [name, number],
        [`${name}Count`, token?.count ?? 0],
      ];
    }),
  );
}

function tokensOf(values: FieldValues, names: readonly string[]): Token[] {
  return names.flatMap((name) => {
    const count = values[`${name}Count`]!;
    return count === 0 ? [] : [{ semaphore: SEMAPHORES[values[name]!] as Semaphore, count }];
  });
}

function stepFields(step: StepAddress | null): FieldValues {
  if (step === null) return { stepT: 0, stepP: 0, stepOffset: 0, backward: 0 };
  return { stepT: step.t, stepP: step.p, stepOffset: step.offset, backward: Number(step.backward) };
}

function stepOf({ stepT, stepP, stepOffset, backward }: FieldValues): StepAddress {
  return { t: stepT!, p: stepP!, offset: stepOffset!, backward: backward === 1 };
}

function placeFields(place: (typeof PLACES)[number], number: number, step: StepAddress | null = null): FieldValues {
  return { place: PLACES.indexOf(place), number, ...stepFields(step) };
}

function instructionFields(instruction: Instruction): FieldValues {
  switch (instruction.op) {
    case 'sync':
    case 'end':
      return {};
    case 'loop': {
      const { counter, rounds } = instruction;
      const byAxis = typeof rounds !== 'number';
      return { counter: COUNTERS.indexOf(counter), byAxis: Number(byAxis), rounds: byAxis ? rounds.axis : rounds };
    }
    case 'load': {
      const { from, to } = instruction;
      const place =
        'input' in from ? placeFields('port', from.input) : placeFields('sequence', from.sequence, from.step);
      return { view: to, ...place };
    }
    case 'store': {
      const { from, to } = instruction;
      if ('output' in to) return { view: from, ...placeFields('port', to.output) };
      if ('view' in to) return { view: from, ...placeFields('view', to.view) };
      return { view: from, ...placeFields('sequence', to.sequence, to.step) };
    }
    case 'mac': {
      const { segment, source: view, tile, align, previous, chain } = instruction;
      return { segment, view, ...tileFields(tile), align, previous: Number(previous), chain: Number(chain) };
    }
    case 'cell': {
      const { slotProgram, parameters, tile, cells, state, to: view } = instruction;
      return { slotProgram, parameters, ...tileFields(tile), cells, state: state ?? NO_NUMBER, view };
    }
  }
}

function tileFields({ base, t, p, q }: { base: number; t: number; p: number; q: number }): FieldValues {
  return { tileBase: base, tileT: t, tileP: p, tileQ: q };
}

/**
 * Packs an instruction into a word of the program memory.
 *
 * @throws EsegenError where a value does not fit its field
 */
export function packInstruction(instruction: Instruction, where: string): bigint {
  const tokens = 'waits' in instruction ? tokenFields(instruction.waits, instruction.posts) : {};
  const values = { op: OPS.indexOf(instruction.op), ...tokens, ...instructionFields(instruction) };
  return packWord(WORD_FORMATS[instruction.op], values, where);
}

/** The instruction of a word; the inverse of `packInstruction`. */
export function unpackInstruction(word: bigint, where: string): Instruction {
  const op = OPS[unpackWord(WORD_FORMATS.end, word).op!];
  if (op === undefined) throw new EsegenError(where, 'is no instruction');
  const v = unpackWord(WORD_FORMATS[op], word);
  const tokens = () => ({ waits: tokensOf(v, ['wait0', 'wait1']), posts: tokensOf(v, ['post0', 'post1']) });
  const tile = () => ({ base: v.tileBase!, t: v.tileT!, p: v.tileP!, q: v.tileQ! });
  const number = v.number!;
  const view = v.view!;
  switch (op) {
    case 'end':
      return { op };
    case 'sync':
      return { op, ...tokens() };
    case 'loop': {
      const rounds = v.rounds!;
      return { op, counter: COUNTERS[v.counter!]!, rounds: v.byAxis === 1 ? { axis: rounds } : rounds };
    }
    case 'load': {
      const from = PLACES[v.place!] === 'port' ? { input: number } : { sequence: number, step: stepOf(v) };
      return { op, ...tokens(), from, to: view };
    }
    case 'store': {
      const place = PLACES[v.place!]!;
      const to =
        place === 'port'
          ? { output: number }
          : place === 'view'
            ? { view: number }
            : { sequence: number, step: stepOf(v) };
      return { op, ...tokens(), from: view, to };
    }
    case 'mac': {
      const flags = { previous: v.previous === 1, chain: v.chain === 1 };
      return { op, ...tokens(), segment: v.segment!, source: view, tile: tile(), align: v.align!, ...flags };
    }
    case 'cell': {
      const state = v.state === NO_NUMBER ? null : v.state!;
      const rest = { parameters: v.parameters!, cells: v.cells!, state, to: view };
      return { op, ...tokens(), slotProgram: v.slotProgram!, tile: tile(), ...rest };
    }
  }
}

function viewFields({ vector, slot, taps, offset, pStride, qStride, rows, rowStride, run }: View): FieldValues {
  const slots = { slotT: slot.t, slotP: slot.p, slotOffset: slot.offset, slotStep: slot.step };
  return { vector, ...slots, taps, offset, pStride, qStride, rows, rowStride, run };
}

/** The view of a word; the inverse of packing it. */
export function unpackView(word: bigint): View {
  const v = unpackWord(WORD_FORMATS.view, word);
  const slot = { t: v.slotT!, p: v.slotP!, offset: v.slotOffset!, step: v.slotStep! };
  const strides = { offset: v.offset!, pStride: v.pStride!, qStride: v.qStride! };
  const runs = { rows: v.rows!, rowStride: v.rowStride!, run: v.run! };
  return { vector: v.vector!, slot, taps: v.taps!, ...strides, ...runs };
}

function vectorFields({ base, slots, slotWords, replicated }: Vector): FieldValues {
  return { base, slotBits: Math.log2(slots), slotWords, replicated: Number(replicated) };
}

function sequenceFields({ base, elements, axis }: Sequence): FieldValues {
  return { base, elements, axis };
}

function axisFields(axis: TimeAxis): FieldValues {
  const kind = AXIS_KINDS.indexOf(axis.kind);
  if (axis.kind !== 'window') return { kind, of: 0, kernel: 0, stride: 0, dilation: 0, before: 0, after: 0 };
  return { kind, of: axis.of, ...axis.window };
}

function segmentFields({ rows, period, columns, accumulator }: Segment): FieldValues {
  const { bits, saturate } = accumulator;
  return { rows, period, columns, accumulatorBits: bits, saturate: Number(saturate) };
}

/** The words of a program: instructions by stream, and the tables that they refer to. */
export interface ProgramWords {
  readonly streams: Readonly<Record<Stream, readonly bigint[]>>;
  readonly tables: Readonly<
    Record<'axes' | 'vectors' | 'views' | 'sequences' | 'segments' | 'slotPrograms', readonly bigint[]>
  >;
}

/**
 * Packs a program.
 *
 * @throws EsegenError where a value does not fit its field; it names the word and the field
 */
export function packProgram(program: Program): ProgramWords {
  const stream = (name: Stream) =>
    program.streams[name].map((instruction, at) => packInstruction(instruction, `${name} ${at}`));
  const [load, mac, cell, store] = STREAMS.map(stream);
  const pack = <T>(
    format: (typeof WORD_FORMATS)[keyof typeof WORD_FORMATS],
    items: readonly T[],
    of: (item: T) => FieldValues,
  ) => items.map((item, at) => packWord(format, of(item), `${format.name} ${at}`));
  return {
    streams: { load: load!, mac: mac!, cell: cell!, store: store! },
    tables: {
      axes: pack(WORD_FORMATS.axis, program.axes, axisFields),
      vectors: pack(WORD_FORMATS.vector, program.vectors, vectorFields),
      views: pack(WORD_FORMATS.view, program.views, viewFields),
      sequences: pack(WORD_FORMATS.sequence, program.sequences, sequenceFields),
      segments: pack(WORD_FORMATS.segment, program.segments, segmentFields),
      slotPrograms: pack(WORD_FORMATS.slot, program.slotPrograms, slotFields),
    },
  };
}
