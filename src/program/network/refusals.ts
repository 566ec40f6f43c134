import type { Config } from '../../machine/config.ts';
import { TABLE_FRAC, WIDE_STATE_BITS } from '../../machine/formats.ts';
import { machineOf } from '../../machine/machine.ts';
import { ADDRESS_BITS } from '../../machine/network_sizes.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { hasStart, type Program, type Vector } from '../program.ts';
import type { SlotProgram } from '../slot_program.ts';

/** Most inputs, outputs and axes that a program word can name. */
const PORTS = 16;
const AXES = 16;
/** Most slots of a vector: their numbers have 8 bits. */
const SLOTS = 256;

/**
 * Refuses what the hardware for networks cannot run.
 *
 * @throws EsegenError that names the layer and the reason
 */
export function refuseUnsupported(program: Program, config: Config): void {
  const { machine, mode, vectors } = program;
  const { tileRows: _rows, maxSteps: _steps, ...array } = machineOf(config);
  for (const [key, value] of Object.entries(array)) {
    if (machine[key as keyof typeof array] !== value) throw new Error(`the program is for another machine: ${key}`);
  }
  for (const vector of vectors) {
    const { name, role, format, slots } = vector;
    const where = `vector ${quoteName(name)}`;
    if (hasStart(vector) && !isPlainState(vector)) {
      throw new EsegenError(where, 'starts from values that are not zero and is no state of one frame');
    }
    const isWide = role === 'state' && format.bits === WIDE_STATE_BITS;
    if (format.bits > machine.vectorBits && !isWide) {
      throw new EsegenError(where, `expected elements of at most ${machine.vectorBits} bits, got ${format.bits}`);
    }
    if (slots > SLOTS) {
      throw new EsegenError(where, `expected windows over time of at most ${SLOTS} steps, the vector has ${slots}`);
    }
  }
  for (const slot of program.slotPrograms) refuseSlot(slot);
  refuseBlocks(program);
  if (machine.channels > 1) refuseVoices(program);
  refusePorts(program, config);
  atMost('inputs', program.inputs.length, PORTS);
  atMost('outputs', program.outputs.length, PORTS);
  atMost('numbers of steps', program.axes.length, AXES);
  const addresses = vectors.reduce((most, { base, slots, slotWords }) => Math.max(most, base + slots * slotWords), 0);
  if (addresses > 2 ** ADDRESS_BITS) {
    const fix = mode === 'utterance' ? 'Use more groups' : 'Use more groups, or divide the network';
    throw new EsegenError(
      'vector memory',
      `expected at most ${2 ** ADDRESS_BITS} elements a group, the vectors take ${addresses}`,
      fix,
    );
  }
}

function isPlainState({ role, slots, replicated, positions, origin }: Vector): boolean {
  return role === 'state' && slots === 1 && !replicated && positions.length === 0 && origin === 0;
}

/** Pairs of a spectrum are in two lanes. */
function refuseBlocks({ machine, segments }: Program): void {
  for (const { name, block } of segments) {
    if (block === null || machine.lanes >= 2) continue;
    throw new EsegenError(
      `segment ${quoteName(name)}`,
      `is block-circulant with blocks of ${block}; a pair of a spectrum is in two lanes, the array has one`,
      'Use "lanes": 2, or more',
    );
  }
}

function refuseVoices({ machine, mode, streams, views, segments, outputs }: Program): void {
  const fix = 'Use "channels": 1';
  if (mode === 'utterance') {
    throw new EsegenError('network', `runs by utterance, which takes one channel, got ${machine.channels}`, fix);
  }
  for (const instruction of streams.mac) {
    if (instruction.op !== 'mac' || views[instruction.source]!.taps === 1) continue;
    const where = `segment ${quoteName(segments[instruction.segment]!.name)}`;
    throw new EsegenError(where, `is a window over time, which takes one channel, got ${machine.channels}`, fix);
  }
  for (const instruction of streams.store) {
    if (instruction.op !== 'store' || !('output' in instruction.to)) continue;
    const { rows, run } = views[instruction.from]!;
    const { name, elements } = outputs[instruction.to.output]!;
    if (rows * run === elements) continue;
    const what = `is a map with zeros around it, which goes out in parts and takes one channel, got ${machine.channels}`;
    throw new EsegenError(`output ${quoteName(name)}`, what, fix);
  }
}

/** Beats are parts of words, and every run of a frame begins with a beat; an utterance counts the steps of its inputs. */
function refusePorts({ machine, mode, inputs, outputs, streams, views }: Program, config: Config): void {
  for (const key of ['inputBeat', 'outputBeat'] as const) {
    if (config[key] <= machine.elemLanes) continue;
    const fix = `Use "${key}": ${machine.elemLanes}, or more elemLanes`;
    throw new EsegenError(key, `expected at most elemLanes (${machine.elemLanes}), got ${config[key]}`, fix);
  }
  for (const { name, axis } of inputs) {
    if (axis === 0 || mode === 'streaming') continue;
    throw new EsegenError(
      `input ${quoteName(name)}`,
      'has a single step where others have many, which the hardware does not count',
    );
  }
  const wholeBeats = (where: string, view: number, key: 'inputBeat' | 'outputBeat') => {
    const { rows, run } = views[view]!;
    if (rows === 1 || run % config[key] === 0) return;
    const way = key === 'inputBeat' ? 'comes in' : 'goes out';
    throw new EsegenError(
      where,
      `${way} in runs of ${run} elements, not whole beats of ${config[key]}`,
      `Use "${key}": 1`,
    );
  };
  for (const instruction of streams.load) {
    if (instruction.op !== 'load' || !('input' in instruction.from)) continue;
    wholeBeats(`input ${quoteName(inputs[instruction.from.input]!.name)}`, instruction.to, 'inputBeat');
  }
  for (const instruction of streams.store) {
    if (instruction.op !== 'store' || !('output' in instruction.to)) continue;
    wholeBeats(`output ${quoteName(outputs[instruction.to.output]!.name)}`, instruction.from, 'outputBeat');
  }
}

/** Shifts of sums go to the right; states and outputs of tables have no more fraction bits than a gate. */
function refuseSlot(slot: SlotProgram): void {
  const where = `${slot.kind} layer`;
  const shift = slot.kind === 'affine' ? slot.shift : slot.zShift;
  const shifts = slot.kind === 'gruAfter' ? [shift, slot.hiddenShift] : [shift];
  for (const own of shifts) {
    if (own < 0) throw new EsegenError(where, `expected sums of at least ${-own} more fraction bits than their result`);
  }
  const formats =
    slot.kind === 'lstm'
      ? [slot.c, slot.m]
      : slot.kind !== 'affine'
        ? [slot.h]
        : slot.activation.kind === 'table'
          ? [slot.y]
          : [];
  for (const { frac } of formats) {
    if (frac > TABLE_FRAC) throw new EsegenError(where, `expected at most ${TABLE_FRAC} fraction bits, got ${frac}`);
  }
}

function atMost(what: string, got: number, most: number): void {
  if (got > most) throw new EsegenError('network', `expected at most ${most} ${what}, got ${got}`);
}
