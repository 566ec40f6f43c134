import { PERIODS } from '../machine/transform_cycles.ts';
import { ForwardSpectrum } from '../program/forward_spectrum.ts';
import type { CellInstruction, Instruction, MacInstruction, StepAddress, TileAddress } from '../program/instruction.ts';
import { fromStream, toStream } from '../program/port_order.ts';
import { type Program, vectorElements } from '../program/program.ts';
import { spectralColumns } from '../program/spectral_order.ts';
import { EsegenError } from '../util/errors.ts';
import { affineSlot } from './affine_slot.ts';
import type { Drain } from './gate.ts';
import { gruAfterSlot, gruBeforeSlot, gruResetSlot } from './gru_slot.ts';
import { type Execute, interpret, type Runnable } from './interpreter.ts';
import { type CellObserver, type LayerObserver, lstmSlot } from './lstm_slot.ts';
import { type CompiledSegment, compileSegment } from './multiply.ts';
import { axisSteps } from './steps.ts';
import { TileInverse } from './tile_inverse.ts';
import { type Counters, VectorMemory } from './vector_memory.ts';

/** States by `node.part`, as the program lists them: [elements] each, in the formats of their vectors. */
export type NetworkStates = ReadonlyMap<string, Int32Array>;

export interface RunOptions {
  /**
   * What the states are before the first step: initial ones (default), those that the run before left, or given ones; what is not
   * given is initial.
   */
  readonly states?: 'initial' | 'kept' | NetworkStates;
}

/** How many values that were written to a vector were beyond its format. */
export interface SaturatedShare {
  readonly values: number;
  readonly saturated: number;
}

export interface NetworkRun {
  /** By name of the port: [steps, elements], in the order of the tensor. */
  readonly outputs: ReadonlyMap<string, Int16Array>;
  readonly states: NetworkStates;
  /** By name of the vector, over all runs. */
  readonly saturated: ReadonlyMap<string, SaturatedShare>;
}

interface Tile {
  readonly sums: Float64Array;
  rows: number;
  groups: number;
}

/**
 * The golden model of a network: interprets its program in integers. Its outputs equal the hardware's to the bit. It is one
 * voice; utterances are run one after the other.
 */
export class GoldenNetwork {
  readonly program: Program;
  readonly #memory: VectorMemory;
  readonly #segments: readonly CompiledSegment[];
  readonly #tiles: readonly Tile[];
  readonly #runnables: Record<'load' | 'mac' | 'cell' | 'store', Runnable[]>;
  readonly #shares = new Map<string, { values: number; saturated: number }>();
  /** Frames of this run. */
  #inputs: readonly { readonly frames: Int16Array; at: number }[] = [];
  #outputs: readonly { readonly frames: Int16Array; at: number }[] = [];
  #sequences: readonly Int16Array[] = [];
  #steps: readonly number[] = [];
  /** Steps since the states were set, where a program streams. */
  #since = 0;
  #macs = 0;

  constructor(program: Program, observer: CellObserver | null = null) {
    const { groups } = program.machine;
    this.program = program;
    this.#memory = new VectorMemory(program);
    this.#segments = program.segments.map((segment) => compileSegment(segment, groups));
    const most = program.segments.reduce((rows, segment) => {
      return Math.max(rows, segment.rows * (segment.accumulator.saturate ? groups : 1));
    }, 1);
    this.#tiles = [0, 1].map(() => ({ sums: new Float64Array(most), rows: 0, groups: 1 }));
    const compile = (instruction: Instruction) => this.#compile(instruction, observer);
    const { load, mac, cell, store } = program.streams;
    this.#runnables = {
      load: load.map(compile),
      mac: mac.map(compile),
      cell: cell.map(compile),
      store: store.map(compile),
    };
  }

  /** Multiply-accumulates of non-zero weights so far. */
  get macs(): number {
    return this.#macs;
  }

  /**
   * Runs an utterance.
   *
   * @param inputs by name of the port: [steps, elements] in its format, elements in the order of the tensor
   * @throws EsegenError where an input is missing, has no whole frames, or is too short for the windows of the network
   */
  run(inputs: ReadonlyMap<string, Int16Array>, { states = 'initial' }: RunOptions = {}): NetworkRun {
    const { program } = this;
    this.#steps = axisSteps(program, inputs);
    this.#inputs = program.inputs.map((port) => ({ frames: toStream(port, inputs.get(port.name)!), at: 0 }));
    this.#outputs = program.outputs.map((port) => {
      return { frames: new Int16Array(port.elements * this.#steps[port.axis]!), at: 0 };
    });
    this.#sequences = program.sequences.map(({ elements, axis }) => new Int16Array(elements * this.#steps[axis]!));
    if (states !== 'kept') this.#setStates(states);
    const first = program.mode === 'streaming' ? this.#since : 0;
    if (this.#steps[0]! > 0) interpret(this.#runnables, (axis) => this.#steps[axis]!, first);
    this.#since += this.#steps[0]!;
    const outputs = program.outputs.map((port, number) => {
      return [port.name, fromStream(port, this.#outputs[number]!.frames)] as const;
    });
    return { outputs: new Map(outputs), states: this.#states(), saturated: new Map(this.#shares) };
  }

  #setStates(states: 'initial' | NetworkStates): void {
    const { values } = this.#memory;
    values.fill(0);
    this.#since = 0;
    for (const [number, { role, initial }] of this.program.vectors.entries()) {
      if (role === 'state' && initial !== null) values.set(initial, this.#memory.frame(number, 0));
    }
    const given = states === 'initial' ? new Map<string, Int32Array>() : states;
    for (const { node, part, vector } of this.program.states) {
      const own = given.get(`${node}.${part}`);
      if (own === undefined) continue;
      const elements = vectorElements(this.program.vectors[vector]!);
      if (own.length !== elements) {
        throw new EsegenError(`state ${node}.${part}`, `expected ${elements} elements, got ${own.length}`);
      }
      values.set(own, this.#memory.frame(vector, 0));
    }
    this.#transformStates(given);
  }

  /** Spectra of states that are not given with them. */
  #transformStates(given: NetworkStates): void {
    const { views, states, streams } = this.program;
    for (const instruction of streams.store) {
      if (instruction.op !== 'store' || !('view' in instruction.to) || instruction.to.block === null) continue;
      const { from, to } = instruction;
      const state = states.find(({ vector }) => vector === views[to.view]!.vector);
      if (state === undefined || given.has(`${state.node}.${state.part}`)) continue;
      this.#transform(from, to.view, instruction.to.block)({ t: 0, p: 0, q: 0 });
    }
  }

  #states(): NetworkStates {
    const states = this.program.states.map(({ node, part, vector }) => {
      const from = this.#memory.frame(vector, 0);
      const to = from + vectorElements(this.program.vectors[vector]!);
      return [`${node}.${part}`, this.#memory.values.slice(from, to)] as const;
    });
    return new Map(states);
  }

  #compile(instruction: Instruction, observer: CellObserver | null): Runnable {
    const { op } = instruction;
    if (op === 'loop' || op === 'end' || op === 'sync') return { instruction, execute: null, tile: null };
    if (op === 'mac') return { instruction, execute: this.#mac(instruction), tile: tileOf(instruction.tile) };
    if (op === 'cell')
      return { instruction, execute: this.#cell(instruction, observer), tile: tileOf(instruction.tile) };
    const memory = this.#memory;
    if (op === 'load') {
      const { from, to } = instruction;
      if ('input' in from) {
        const elements = this.#elementsOf(to);
        const execute = (counters: Counters) => {
          const input = this.#inputs[from.input]!;
          memory.write(to, counters, input.frames, input.at);
          input.at += elements;
        };
        return { instruction, execute, tile: null };
      }
      const { elements, axis } = this.program.sequences[from.sequence]!;
      const execute = (counters: Counters) => {
        const steps = this.#steps[axis]!;
        const step = stepOf(from.step, counters, steps);
        const frames = step >= 0 && step < steps ? this.#sequences[from.sequence]! : null;
        memory.write(to, counters, frames, step * elements);
      };
      return { instruction, execute, tile: null };
    }
    const { from, to } = instruction;
    return { instruction, execute: this.#store(from, to), tile: null };
  }

  /** Elements of a frame, or of a part of one, that is moved. */
  #elementsOf(view: number): number {
    const { rows, run } = this.program.views[view]!;
    return rows * run;
  }

  #store(from: number, to: Extract<Instruction, { op: 'store' }>['to']): Execute {
    const memory = this.#memory;
    if ('output' in to) {
      const elements = this.#elementsOf(from);
      return (counters) => {
        const output = this.#outputs[to.output]!;
        memory.read(from, counters, output.frames, output.at);
        output.at += elements;
      };
    }
    if ('view' in to && to.block !== null) return this.#transform(from, to.view, to.block);
    if ('view' in to) {
      const frame = new Int16Array(this.#elementsOf(from));
      return (counters) => {
        memory.read(from, counters, frame, 0);
        memory.write(to.view, counters, frame, 0);
      };
    }
    const { elements, axis } = this.program.sequences[to.sequence]!;
    return (counters) => {
      const step = stepOf(to.step, counters, this.#steps[axis]!);
      memory.read(from, counters, this.#sequences[to.sequence]!, step * elements);
    };
  }

  /** Spectra of the blocks of a frame. */
  #transform(from: number, to: number, block: number): Execute {
    const { machine, views, vectors } = this.program;
    const memory = this.#memory;
    const elements = this.#elementsOf(from);
    const frame = new Int16Array(Math.ceil(elements / block) * block);
    const packed = new Int16Array(frame.length);
    const order = spectralColumns(block, machine.groups, elements, views[to]!.offset / block);
    const spectra = new Int16Array(order.length);
    const { bits } = vectors[views[to]!.vector]!.format;
    const forward = new ForwardSpectrum(block);
    return (counters) => {
      memory.read(from, counters, frame, 0);
      for (let at = 0; at < frame.length; at += block) {
        forward.run(bits, frame.subarray(at, at + block), packed.subarray(at, at + block));
      }
      for (let at = 0; at < order.length; at++) spectra[at] = order[at]! < 0 ? 0 : packed[order[at]!]!;
      memory.write(to, counters, spectra, 0);
    };
  }

  #mac({ segment, source, align, tile }: MacInstruction): Execute {
    const { rows, columns, accumulator } = this.program.segments[segment]!;
    const { multiply, nonZeros } = this.#segments[segment]!;
    const { taps, rows: runs } = this.program.views[source]!;
    const acts = new Int32Array(columns);
    const padded = columns / (taps * runs);
    const groups = accumulator.saturate ? this.program.machine.groups : 1;
    const tileNumber = tileOf(tile);
    return (counters) => {
      this.#memory.gather(source, counters, acts, align, padded);
      const own = this.#tiles[tileNumber(counters)]!;
      own.rows = rows;
      own.groups = groups;
      multiply(acts, own.sums);
      this.#macs += nonZeros;
    };
  }

  #cell(instruction: CellInstruction, observer: CellObserver | null): Execute {
    const { slotProgram, parameters, tile, cells, state, to, block, drop, kindsTurned } = instruction;
    const slot = this.program.slotPrograms[slotProgram]!;
    const { views, vectors } = this.program;
    const layer =
      state === null ? '' : (this.program.states.find((s) => s.vector === views[state]!.vector)?.node ?? '');
    const observe: LayerObserver | null = observer === null ? null : (cell, trace) => observer(cell, trace, layer);
    const drain = this.#drainOf(slotProgram, parameters, state === null ? 0 : views[state]!.offset, observe);
    const counted = vectors[views[slot.kind === 'lstm' ? state! : to]!.vector]!.name;
    const share = this.#shares.get(counted) ?? { values: 0, saturated: 0 };
    this.#shares.set(counted, share);
    const tileNumber = tileOf(tile);
    const memory = this.#memory;
    const { lanes } = this.program.machine;
    const back =
      block === null ? null : new TileInverse({ block, drop, kindsTurned, cells, lanes, period: PERIODS[slot.kind] });
    return (counters) => {
      const own = this.#tiles[tileNumber(counters)]!;
      const total = sumOverGroups(own);
      const sums = back === null ? total : back.run(total, own.rows);
      const stateAt = state === null ? 0 : memory.start(state, 0, counters);
      share.saturated += drain(sums, cells, memory.values, stateAt, memory.start(to, 0, counters));
      share.values += cells;
      own.sums.fill(0, 0, own.rows * own.groups);
    };
  }

  #drainOf(slotProgram: number, parameters: number, first: number, observe: LayerObserver | null): Drain {
    const slot = this.program.slotPrograms[slotProgram]!;
    const own = this.program.parameters[parameters]!;
    const { tables } = this.program;
    switch (slot.kind) {
      case 'lstm':
        return lstmSlot(slot, own, tables, first, observe);
      case 'gruAfter':
        return gruAfterSlot(slot, own, tables);
      case 'gruReset':
        return gruResetSlot(slot, own, tables);
      case 'gruBefore':
        return gruBeforeSlot(slot, own, tables);
      case 'affine':
        return affineSlot(slot, own, tables);
    }
  }
}

function tileOf({ base, t, p, q }: TileAddress): (counters: Counters) => number {
  return (counters) => (base + t * counters.t + p * counters.p + q * counters.q) & 1;
}

function stepOf({ t, p, offset, backward }: StepAddress, counters: Counters, steps: number): number {
  const step = t * counters.t + p * counters.p + offset;
  return backward ? steps - 1 - step : step;
}

/** Twin of the adder tree: the sums of group 0, with those of the other groups added. */
function sumOverGroups({ sums, rows, groups }: Tile): Float64Array {
  if (groups === 1) return sums;
  const total = sums.slice(0, rows);
  for (let at = rows; at < rows * groups; at++) total[at % rows]! += sums[at]!;
  return total;
}
