import { PEEP_BITS } from '../../machine/formats.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { type MemImage, memFromBigInts } from '../mem_image.ts';
import type { Parameters, Program } from '../program.ts';
import type { SlotProgram } from '../slot_program.ts';

/** Rows of a cell, by the slot program that drains it. */
function slotPeriod({ kind }: SlotProgram): number {
  return { lstm: 4, gruAfter: 4, gruBefore: 2, gruReset: 1, affine: 1 }[kind];
}

/** Parameters of a tile in the parameter memories. */
export interface PlacedParameters {
  /** Number in the program. */
  readonly parameters: number;
  readonly period: number;
  readonly cells: number;
  /** First word, the same in all ElemMul lanes, and number of words. */
  readonly base: number;
  readonly words: number;
}

/** Puts the parameters of a program one behind the other, in the order of their first use. */
export function placeParameters({ machine, slotPrograms, streams }: Program): ReadonlyMap<number, PlacedParameters> {
  const placed = new Map<number, PlacedParameters>();
  let base = 0;
  for (const instruction of streams.cell) {
    if (instruction.op !== 'cell' || placed.has(instruction.parameters)) continue;
    const { parameters, cells, slotProgram } = instruction;
    const period = slotPeriod(slotPrograms[slotProgram]!);
    const words = period * Math.ceil(cells / machine.elemLanes);
    placed.set(parameters, { parameters, period, cells, base, words });
    base += words;
  }
  return placed;
}

/** Peephole weights of the rows of a cell, by row; null where a row has none. */
function peepholeOf(peepholes: Parameters['peepholes'], gate: number): Int16Array | null {
  return peepholes === null ? null : [peepholes.i, peepholes.f, null, peepholes.o][gate]!;
}

/**
 * Parameter memory of an ElemMul lane: word base + period · w + gate has the bias of that row of cell w · E + lane in its low bits, and
 * above it the peephole, where the hardware has peepholes.
 */
export function parameterImage(
  { parameters }: Program,
  placed: Iterable<PlacedParameters>,
  { biasBits, peepholes, elemLanes, paramDepth }: NetworkSizes,
  lane: number,
): MemImage {
  const words = new Array<bigint>(paramDepth).fill(0n);
  for (const { parameters: number, period, cells, base } of placed) {
    const own = parameters[number]!;
    for (let cell = lane, at = base; cell < cells; cell += elemLanes) {
      for (let gate = 0; gate < period; gate++, at++) {
        const peephole = peepholeOf(own.peepholes, gate)?.[cell] ?? 0;
        words[at] =
          BigInt.asUintN(biasBits, BigInt(own.bias[period * cell + gate]!)) |
          (BigInt.asUintN(PEEP_BITS, BigInt(peephole)) << BigInt(biasBits));
      }
    }
  }
  return memFromBigInts(biasBits + (peepholes ? PEEP_BITS : 0), words);
}
