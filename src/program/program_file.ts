import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';
import { parseWith } from '../util/schema.ts';
import { STREAMS } from './instruction.ts';
import { type Program, vectorElements } from './program.ts';
import { programSchema } from './program_schema.ts';
import { encodeArray } from './typed_array.ts';

/** A program as JSON; arrays of numbers in base64. */
export function printProgram(program: Program): string {
  const text = JSON.stringify(program, (_key, value: unknown) => {
    const isArray = value instanceof Int16Array || value instanceof Int32Array || value instanceof Float64Array;
    return isArray ? encodeArray(value) : value;
  });
  return `${text}\n`;
}

/**
 * Reads a program back.
 *
 * @param value what is in the file
 * @param where file name for messages
 * @throws EsegenError where it is no program, or one that refers to what it does not have
 */
export function parseProgram(value: unknown, where: string): Program {
  const program = parseWith(programSchema, value, where);
  const fault = faultOf(program);
  if (fault !== null) throw new EsegenError(where, `is no whole program: ${fault}`);
  return program;
}

/** The first reference that leads nowhere, or array of the wrong length; null where there is none. */
function faultOf(program: Program): string | null {
  const { axes, vectors, views, sequences, segments, parameters, slotPrograms, inputs, outputs, states } = program;
  const found: string[] = [];
  const refer = (from: string, number: number, to: readonly unknown[]) => {
    if (number >= to.length) found.push(`${from} refers to ${number} of ${to.length}`);
  };
  const long = (from: string, length: number, expected: number) => {
    if (length !== expected) found.push(`${from} has ${length} values, expected ${expected}`);
  };
  for (const [at, axis] of axes.entries()) if (axis.kind === 'window') refer(`axis ${at}`, axis.of, axes.slice(0, at));
  if (axes[0]?.kind !== 'input' || axes[1]?.kind !== 'once') found.push('axes 0 and 1 are not those of the input');
  for (const { name, axis, elements, order } of [...inputs, ...outputs]) {
    refer(`port ${quoteName(name)}`, axis, axes);
    if (order === null) continue;
    long(`order of ${quoteName(name)}`, order.length, elements);
    if (order.some((element) => element < 0 || element >= elements))
      found.push(`order of ${quoteName(name)} leaves its frame`);
  }
  for (const vector of vectors) {
    const { name, positions, halo, strides, initial } = vector;
    long(`halo of ${quoteName(name)}`, halo.length, positions.length);
    long(`strides of ${quoteName(name)}`, strides.length, positions.length);
    if (initial !== null) long(`start of ${quoteName(name)}`, initial.length, vectorElements(vector));
    if (!Number.isInteger(Math.log2(vector.slots))) found.push(`slots of ${quoteName(name)} are ${vector.slots}`);
  }
  for (const [at, { vector }] of views.entries()) refer(`view ${at}`, vector, vectors);
  for (const { name, axis } of sequences) refer(`sequence ${quoteName(name)}`, axis, axes);
  for (const { name, rows, columns, values } of segments)
    long(`segment ${quoteName(name)}`, values.length, rows * columns);
  for (const { node, vector } of states) refer(`state ${quoteName(node)}`, vector, vectors);
  for (const table of ['sigmoid', 'tanh'] as const) long(table, program.tables[table].length, 2048);
  for (const stream of STREAMS) {
    let depth = 0;
    for (const [at, instruction] of program.streams[stream].entries()) {
      const where = `${stream} ${at}`;
      switch (instruction.op) {
        case 'loop':
          depth++;
          if (typeof instruction.rounds !== 'number') refer(where, instruction.rounds.axis, axes);
          break;
        case 'end':
          if (--depth < 0) found.push(`${where} ends no loop`);
          break;
        case 'load':
          refer(where, instruction.to, views);
          if ('input' in instruction.from) refer(where, instruction.from.input, inputs);
          else refer(where, instruction.from.sequence, sequences);
          break;
        case 'store':
          refer(where, instruction.from, views);
          if ('output' in instruction.to) refer(where, instruction.to.output, outputs);
          else if ('view' in instruction.to) refer(where, instruction.to.view, views);
          else refer(where, instruction.to.sequence, sequences);
          break;
        case 'mac':
          refer(where, instruction.segment, segments);
          refer(where, instruction.source, views);
          break;
        case 'cell':
          refer(where, instruction.slotProgram, slotPrograms);
          refer(where, instruction.parameters, parameters);
          refer(where, instruction.to, views);
          if (instruction.state !== null) refer(where, instruction.state, views);
          break;
      }
    }
    if (depth > 0) found.push(`${stream} has a loop without an end`);
  }
  return found[0] ?? null;
}
