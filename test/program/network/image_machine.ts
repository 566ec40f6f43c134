import { affineSlot } from '../../../src/golden/affine_slot.ts';
import type { Drain } from '../../../src/golden/gate.ts';
import { gruAfterSlot, gruBeforeSlot, gruResetSlot } from '../../../src/golden/gru_slot.ts';
import { lstmSlot } from '../../../src/golden/lstm_slot.ts';
import { unpackWord } from '../../../src/program/field.ts';
import { STREAMS, type Stream } from '../../../src/program/instruction.ts';
import { type MemImage, memWord } from '../../../src/program/mem_image.ts';
import type { NetworkDesign } from '../../../src/program/network_design.ts';
import { type Parameters, stepsOfAxes } from '../../../src/program/program.ts';
import { LOOP_KINDS, LOOP_WORD, UNIT_OPS, UNIT_PLACES, UNIT_WORDS } from '../../../src/program/unit_words.ts';
import { slotOfFields } from './slot_of_fields.ts';

type Fields = Readonly<Record<string, number>>;
type Counters = [t: number, p: number, q: number];

interface StreamState {
  readonly stream: Stream;
  pc: number;
  counters: Counters;
  readonly loops: { head: number; counter: number; round: number; rounds: number }[];
  halted: boolean;
}

/** Frames of a port: elements in the order of the stream. */
export type PortFrames = readonly (readonly number[])[];

function numbered(lane: number): string {
  return String(lane).padStart(4, '0');
}

const ADDRESSES = 2 ** 18;
const TILE_SEMAPHORES = 4;

/**
 * What the hardware of a design computes, from its memory files and sizes alone: program words, word counts, weights and parameters
 * as they lie there, and vector memories by group. One voice; its utterances one after the other.
 */
export class ImageMachine {
  readonly #design: NetworkDesign;
  readonly #vmem: readonly Int32Array[];
  /** What the first step reads in place of the step before. */
  readonly #starts: readonly Int32Array[];
  readonly #acc: readonly Float64Array[];
  readonly #sequence: Int16Array;
  readonly #pointers: readonly Uint32Array[];
  readonly #weights: readonly { readonly rows: Uint16Array; readonly weights: Int16Array }[];
  readonly #words: Readonly<Record<Stream, readonly { readonly fields: Fields; readonly loop: Fields }[]>>;
  readonly #counts = new Int32Array(13);
  #inputs: { frames: number[]; at: number }[] = [];
  #outputs: number[][] = [];
  #steps: number[] = [];
  #lasts: number[][] = [];

  constructor(design: NetworkDesign) {
    const { groups, lanes, slice, vmemWords, tileRows, sequenceWords, sequenceStream, elemLanes } = design.sizes;
    this.#design = design;
    this.#vmem = Array.from({ length: groups }, () => new Int32Array(vmemWords * slice));
    this.#starts = this.#vmem.map((own, group) => own.map((_, at) => this.#startOf(group, at)));
    this.#acc = [0, 1].map(() => new Float64Array(groups * lanes * tileRows));
    const lineWords = sequenceStream?.lineWords ?? 1;
    this.#sequence = new Int16Array(sequenceWords * lineWords * elemLanes);
    const all = Array.from({ length: groups * lanes }, (_, lane) => lane);
    this.#pointers = all.map((lane) => this.#pointersOf(lane));
    this.#weights = all.map((lane) => this.#weightsOf(lane));
    const words = STREAMS.map((stream) => {
      const image = this.#image(stream);
      return Array.from({ length: image.depth }, (_, at) => {
        const word = memWord(image, at);
        return { fields: unpackWord(UNIT_WORDS[stream], word), loop: unpackWord(LOOP_WORD, word) };
      });
    });
    this.#words = { load: words[0]!, mac: words[1]!, cell: words[2]!, store: words[3]! };
  }

  /**
   * Runs an utterance from its start states.
   *
   * @param inputs by port, elements in the order of the stream
   * @returns by port, elements in the order of the stream
   */
  run(inputs: readonly Int16Array[]): number[][] {
    const { program } = this.#design;
    const streamed = program.inputs.findIndex(({ axis }) => axis === 0);
    const steps = streamed < 0 ? 1 : inputs[streamed]!.length / program.inputs[streamed]!.elements;
    this.#steps = stepsOfAxes(program, steps);
    for (const memory of this.#vmem) memory.fill(0);
    this.#inputs = inputs.map((frames) => ({ frames: [...frames], at: 0 }));
    this.#outputs = program.outputs.map(() => []);
    this.#lasts = program.outputs.map(() => []);
    this.#counts.fill(0);
    this.#interpret();
    for (const [port, { elements }] of program.outputs.entries()) {
      const ends = this.#lasts[port]!;
      if (ends.some((end, frame) => end !== (frame + 1) * elements)) throw new Error(`output ${port} ends at ${ends}`);
    }
    return this.#outputs;
  }

  #startOf(group: number, address: number): number {
    const { slice, startDepth, elementBits } = this.#design.sizes;
    const word = Math.floor(address / slice);
    if (word >= startDepth) return 0;
    const memory = this.#image(`starts_${String(group * slice + (address % slice)).padStart(3, '0')}`);
    return Number(BigInt.asIntN(elementBits, memWord(memory, word)));
  }

  #image(file: string): MemImage {
    return this.#design.memories.get(`${this.#design.name}_${file}.mem`)!;
  }

  #interpret(): void {
    const states: StreamState[] = STREAMS.map((stream) => {
      return { stream, pc: 0, counters: [0, 0, 0], loops: [], halted: false };
    });
    for (let moved = true; moved; ) {
      moved = false;
      for (const state of states) while (!state.halted && this.#step(state)) moved = true;
    }
    const stuck = states.filter(({ halted }) => !halted);
    if (stuck.length > 0) throw new Error(`stuck at ${stuck.map(({ stream, pc }) => `${stream} ${pc}`).join(', ')}`);
  }

  /** One word of a stream; false where it must wait. */
  #step(state: StreamState): boolean {
    const { fields: f, loop: own } = this.#words[state.stream][state.pc]!;
    if (f.op === UNIT_OPS.halt) {
      state.halted = true;
      return true;
    }
    if (f.op === UNIT_OPS.loop) {
      const { counter, loopKind, rounds } = own;
      const axis = loopKind === LOOP_KINDS.axis ? this.#steps[rounds!]! : rounds!;
      const count = loopKind === LOOP_KINDS.endless ? this.#steps[0]! : axis;
      state.loops.push({ head: state.pc++, counter: counter!, round: 0, rounds: count });
      state.counters[counter!] = 0;
      return true;
    }
    if (f.op === UNIT_OPS.end) {
      const loop = state.loops.at(-1)!;
      if (++loop.round < loop.rounds) {
        state.counters[loop.counter] = loop.round;
        state.pc = loop.head + 1;
        return true;
      }
      state.counters[loop.counter] = 0;
      state.loops.pop();
      state.pc++;
      return true;
    }
    const [t, p, q] = state.counters;
    const work = f.op === UNIT_OPS.work;
    const tile = work ? ((f.tileBase ?? 0) + (f.tileT ?? 0) * t + (f.tileP ?? 0) * p + (f.tileQ ?? 0) * q) & 1 : 0;
    const place = (semaphore: number) => semaphore + (semaphore < TILE_SEMAPHORES ? tile : 0);
    for (const wait of ['wait0', 'wait1']) if (this.#counts[place(f[wait]!)]! < f[`${wait}Count`]!) return false;
    for (const wait of ['wait0', 'wait1']) this.#counts[place(f[wait]!)]! -= f[`${wait}Count`]!;
    if (work) this.#work(state.stream, f, state.counters, tile);
    for (const post of ['post0', 'post1']) this.#counts[place(f[post]!)]! += f[`${post}Count`]!;
    state.pc++;
    return true;
  }

  #work(stream: Stream, f: Fields, counters: Counters, tile: number): void {
    if (stream === 'mac') this.#mac(f, counters, tile);
    else if (stream === 'cell') this.#cell(f, counters, tile);
    else if (stream === 'load') this.#load(f, counters);
    else this.#store(f, counters);
  }

  #address(f: Fields, prefix: string, [t, p, q]: Counters, more = 0): number {
    const of = (field: string) => f[`${prefix}${field}`]!;
    const slot = (of('SlotT') * t + of('SlotP') * p + of('SlotOffset') + more) & (2 ** of('SlotBits') - 1);
    return (of('Base') + slot * of('SlotWords') + p * of('PStride') + q * of('QStride')) % ADDRESSES;
  }

  /** Place of element n of a run that begins at a word: its group, or all groups. */
  #write(f: Fields, prefix: string, address: number, n: number, value: number): void {
    const { groups } = this.#design.sizes;
    if (f[`${prefix}Replicated`] === 1) for (const memory of this.#vmem) memory[address + n] = value;
    else this.#vmem[n % groups]![address + Math.floor(n / groups)] = value;
  }

  #read(f: Fields, prefix: string, address: number, n: number, memory = this.#vmem): number {
    const { groups } = this.#design.sizes;
    if (f[`${prefix}Replicated`] === 1) return memory[n % groups]![address + n]!;
    return memory[n % groups]![address + Math.floor(n / groups)]!;
  }

  #mac(f: Fields, counters: Counters, tile: number): void {
    const { groups, saturate, accBits } = this.#design.sizes;
    const limit = 2 ** (accBits - 1);
    const cursors = new Int32Array(this.#weights.length).fill(f.wordBase!);
    let column = f.pointerBase!;
    const streaming = !this.#design.sizes.utterance;
    // The field has 8 bits; steps before the first are the only negative ones.
    const back = f.sourceSlotOffset! - 256 * Number(f.sourceSlotOffset! > 127);
    for (let tap = 0; tap < f.taps!; tap++) {
      const start = this.#address(f, 'source', counters, tap * f.slotStep!);
      const frame = f.sourceSlotT! * counters[0] + back + tap * f.slotStep!;
      const begins = f.previous === 1 && counters[0] === 0;
      const memory = begins ? this.#starts : this.#vmem;
      const zero = !begins && streaming && frame < 0;
      for (let row = 0; row < f.rows!; row++) {
        const address = (start + row * f.rowStride!) % ADDRESSES;
        for (let n = 0; n < f.run!; n++, column++) {
          for (let group = 0; group < groups; group++) {
            const at = f.sourceReplicated === 1 ? address + group + groups * n : address + n;
            const act = zero ? 0 : (memory[group]![at] ?? 0) * 2 ** f.align!;
            this.#column(f, group, column, cursors, act, tile, saturate ? limit : Number.POSITIVE_INFINITY);
          }
        }
      }
    }
  }

  #column(
    f: Fields,
    group: number,
    column: number,
    cursors: Int32Array,
    act: number,
    tile: number,
    limit: number,
  ): void {
    const { lanes, tileRows } = this.#design.sizes;
    const sums = this.#acc[tile]!;
    for (let lane = group * lanes; lane < (group + 1) * lanes; lane++) {
      const count = this.#pointers[lane]![column]!;
      const { rows, weights } = this.#weights[lane]!;
      let row = -1;
      for (let word = 0; word < count; word++) {
        const at = cursors[lane]!++;
        row += rows[at]! + 1;
        if (weights[at] === 0) continue;
        if (row >= tileRows) throw new Error(`segment at ${f.wordBase}: a word leads to row ${row} of ${tileRows}`);
        const place = lane * tileRows + row;
        sums[place] = Math.max(-limit, Math.min(limit - 1, sums[place]! + weights[at]! * act));
      }
    }
  }

  /** Words in each column of a lane. */
  #pointersOf(lane: number): Uint32Array {
    const { lanes, sharedCounts } = this.#design.sizes;
    return this.#image(`pointers_${numbered(sharedCounts ? lane - (lane % lanes) : lane)}`).words;
  }

  /** Relative rows and weights of a lane. */
  #weightsOf(lane: number): { readonly rows: Uint16Array; readonly weights: Int16Array } {
    const { lanes, inStep, weightBits, indexBits, weightDepth } = this.#design.sizes;
    const image = this.#image(`weights_${numbered(inStep ? lane - (lane % lanes) : lane)}`);
    const shift = BigInt(inStep ? (lane % lanes) * (image.width / lanes) : 0);
    const [rows, weights] = [new Uint16Array(weightDepth), new Int16Array(weightDepth)];
    for (let at = 0; at < weightDepth; at++) {
      const word = memWord(image, at) >> shift;
      rows[at] = Number(BigInt.asUintN(indexBits, word));
      weights[at] = Number(BigInt.asIntN(weightBits, word >> BigInt(indexBits)));
    }
    return { rows, weights };
  }

  #cell(f: Fields, counters: Counters, tile: number): void {
    const { groups, lanes, tileRows, biasBits, elemLanes } = this.#design.sizes;
    const slot = slotOfFields(f);
    const period = { lstm: 4, gruAfter: 4, gruBefore: 2, gruReset: 1, affine: 1 }[slot.kind];
    const cells = f.cells!;
    const sums = new Float64Array(cells * period);
    const bias = new Float64Array(cells * period);
    const peepholes = { i: new Int16Array(cells), f: new Int16Array(cells), o: new Int16Array(cells) };
    for (let cell = 0; cell < cells; cell++) {
      for (let gate = 0; gate < period; gate++) {
        for (let group = 0; group < groups; group++) {
          const row = period * Math.floor(cell / lanes) + gate;
          const place = (group * lanes + (cell % lanes)) * tileRows + row;
          sums[period * cell + gate]! += this.#acc[tile]![place]!;
          this.#acc[tile]![place] = 0;
        }
        const params = this.#image(`params_${String(cell % elemLanes).padStart(3, '0')}`);
        const word = memWord(params, f.paramBase! + period * Math.floor(cell / elemLanes) + gate);
        bias[period * cell + gate] = Number(BigInt.asIntN(biasBits, word));
        const peephole = Number(BigInt.asIntN(16, word >> BigInt(biasBits)));
        if (gate !== 2) peepholes[(['i', 'f', 'f', 'o'] as const)[gate]!][cell] = peephole;
      }
    }
    const own = { name: '', bias, peepholes: slot.kind === 'lstm' && slot.peepShift !== null ? peepholes : null };
    const values = new Int32Array(2 * cells);
    const state = f.hasState === 1 ? this.#address(f, 'state', counters) : null;
    const memory = counters[0] === 0 ? this.#starts : this.#vmem;
    if (state !== null) for (let n = 0; n < cells; n++) values[n] = this.#read(f, 'state', state, n, memory);
    this.#drain(slot, own)(sums, cells, values, 0, cells);
    const to = this.#address(f, 'dest', counters);
    for (let n = 0; n < cells; n++) {
      if (slot.kind === 'lstm') this.#write(f, 'state', state!, n, values[n]!);
      this.#write(f, 'dest', to, n, values[cells + n]!);
    }
  }

  #drain(slot: ReturnType<typeof slotOfFields>, parameters: Parameters): Drain {
    const words = (table: string) => Int16Array.from(this.#image(table).words);
    const { sigmoidRange, tanhRange } = this.#design.sizes;
    const tables = { sigmoidRange, tanhRange, sigmoid: words('sigmoid'), tanh: words('tanh') };
    switch (slot.kind) {
      case 'lstm':
        return lstmSlot(slot, parameters, tables, 0, null);
      case 'gruAfter':
        return gruAfterSlot(slot, parameters, tables);
      case 'gruReset':
        return gruResetSlot(slot, parameters, tables);
      case 'gruBefore':
        return gruBeforeSlot(slot, parameters, tables);
      case 'affine':
        return affineSlot(slot, parameters, tables);
    }
  }

  /** Step of a sequence: first word, and whether it has the step. */
  #sequenceStep(f: Fields, [t, p]: Counters): { readonly word: number; readonly there: boolean } {
    const steps = this.#steps[f.axis!]!;
    const forward = f.stepT! * t + f.stepP! * p + f.stepOffset!;
    const step = f.backward === 1 ? steps - 1 - forward : forward;
    const lineWords = this.#design.sizes.sequenceStream?.lineWords ?? 1;
    return { word: (f.sequenceBase! + step * f.sequenceWords!) * lineWords, there: step >= 0 && step < steps };
  }

  #load(f: Fields, counters: Counters): void {
    const { elemLanes } = this.#design.sizes;
    const address = this.#address(f, 'dest', counters);
    const input = this.#inputs[f.port!]!;
    const { word, there } = this.#sequenceStep(f, counters);
    const port = f.place === UNIT_PLACES.port;
    for (let row = 0; row < f.rows!; row++) {
      const from = (word + row * Math.ceil(f.run! / elemLanes)) * elemLanes;
      for (let n = 0; n < f.run!; n++) {
        const value = port ? input.frames[input.at++]! : there ? this.#sequence[from + n]! : 0;
        this.#write(f, 'dest', address + row * f.rowStride!, n, value);
      }
    }
  }

  #store(f: Fields, counters: Counters): void {
    const { elemLanes } = this.#design.sizes;
    const address = this.#address(f, 'source', counters);
    const { word } = this.#sequenceStep(f, counters);
    for (let row = 0; row < f.rows!; row++) {
      for (let n = 0; n < f.run!; n++) {
        const value = this.#read(f, 'source', address + row * f.rowStride!, n);
        if (f.place === UNIT_PLACES.port) this.#outputs[f.port!]!.push(value);
        else if (f.place === UNIT_PLACES.view) this.#write(f, 'dest', this.#address(f, 'dest', counters), n, value);
        else this.#sequence[(word + row * Math.ceil(f.run! / elemLanes)) * elemLanes + n] = value;
      }
    }
    if (f.last === 1) this.#lasts[f.port!]!.push(this.#outputs[f.port!]!.length);
  }
}
