import { affineSlot } from '../../../src/golden/affine_slot.ts';
import type { Drain } from '../../../src/golden/gate.ts';
import { gruAfterSlot, gruBeforeSlot, gruResetSlot } from '../../../src/golden/gru_slot.ts';
import { lstmSlot } from '../../../src/golden/lstm_slot.ts';
import { paramBits } from '../../../src/hdl/network/load.ts';
import { ctlBits, replicatedCycles } from '../../../src/machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { actTable, SIGMOID, TANH } from '../../../src/program/act_table.ts';
import { packWord, wordBits } from '../../../src/program/field.ts';
import { SEMAPHORES } from '../../../src/program/instruction.ts';
import { type MemImage, memFromBigInts, memFromWords } from '../../../src/program/mem_image.ts';
import type { Parameters, Program } from '../../../src/program/program.ts';
import { slotFields } from '../../../src/program/slot_fields.ts';
import type { AffineSlot, SlotProgram } from '../../../src/program/slot_program.ts';
import { UNIT_OPS, UNIT_WORDS } from '../../../src/program/unit_words.ts';
import { clog2, type Fixed } from '../../../src/util/fixed.ts';
import type { Rng } from '../../../src/util/rng.ts';
import { DUT } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

type Kind = NetworkSizes['kinds'][number];
const KINDS: readonly Kind[] = ['lstm', 'gruAfter', 'gruReset', 'gruBefore', 'affine'];
const PERIODS: Readonly<Record<Kind, number>> = { lstm: 4, gruAfter: 4, gruReset: 1, gruBefore: 2, affine: 1 };

/** Cycles from the last row of a work to the first row of the next that gives a word: i, f, g; nh, r, …, nx of two beats later; z, n. */
const FIRST: Readonly<Record<Kind, number>> = { lstm: 3, gruAfter: 11, gruReset: 1, gruBefore: 2, affine: 1 };

/** Rows of a tile of a lane of the tests. */
const ROW_BITS = 5;
/** Words of VMEM of a group. */
const VMEM_WORDS = 2048;

/** Sizes by chance; peepholes only where there are LSTMs. */
export function randomCellSizes(rng: Rng, own: Partial<NetworkSizes> = {}): NetworkSizes {
  const lanes = rng.pick([1, 2, 4, 8]);
  const elemLanes = rng.pick([1, 2, 4, 8].filter((width) => width <= lanes));
  const kinds = rng.pick([KINDS, KINDS, KINDS.filter(() => rng.uniform() < 0.5)]);
  const [groups, vectorBits, biasBits] = [rng.pick([1, 2, 4, 8]), rng.pick([16, 16, 8, 12]), rng.integer(2, 34)];
  const accBits = rng.integer(vectorBits + 2, 34);
  const chosen: readonly Kind[] = own.kinds ?? (kinds.length === 0 ? ['affine'] : kinds);
  const sizes = {
    ...{ channels: rng.pick([1, 1, 2, 3]), groups, lanes, elemLanes, vectorBits, accBits, biasBits, kinds: chosen },
    ...{ peepholes: chosen.includes('lstm') && rng.uniform() < 0.6, replicated: rng.uniform() < 0.6 },
    ...{ rowBits: ROW_BITS, tileRows: 2 ** ROW_BITS, paramDepth: 1024, vmemWords: VMEM_WORDS, sumBits: 48 },
    ...{ sigmoidRange: rng.pick([4, 8, 16]), tanhRange: rng.pick([2, 4, 8]) },
    ...own,
  };
  return testSizes({
    ...sizes,
    slice: Math.max(sizes.elemLanes / sizes.groups, 1),
    spread: Math.max(sizes.groups / sizes.elemLanes, 1),
  });
}

/** A vector of VMEM: first word of its frame in a group. */
interface Frame {
  readonly replicated: boolean;
  /** Base, bits of its slots, words of a frame, so that slot n is at base + n * words. */
  readonly base: number;
  readonly slotBits: number;
  readonly words: number;
}

/** Where a frame is, by counters. */
interface Place {
  readonly frame: Frame;
  readonly slotT: number;
  readonly slotP: number;
  readonly slotOffset: number;
  readonly pStride: number;
  readonly qStride: number;
}

/** An instruction of the test, or a sync (slot null). */
interface Work {
  readonly slot: SlotProgram | null;
  readonly cells: number;
  readonly counters: { readonly t: number; readonly p: number; readonly q: number };
  readonly state: Place | null;
  readonly dest: Place | null;
  readonly posts: readonly { readonly semaphore: number; readonly count: number }[];
}

/** What must be seen of a work; posts as on the bus, 0 where there are none. */
interface WorkTrace {
  /** Words of the destination: address, and up to where all is written with it. */
  readonly ends: readonly { readonly address: number; readonly end: number }[];
  /** Words that are written for each of them. */
  readonly results: number;
  readonly period: number;
  readonly early: number;
  readonly late: number;
  /** That of outFull as the rows begin, or of a sync. */
  readonly full: number;
  /** Tokens of ready and of outFull. */
  readonly tokens: { readonly ready: number; readonly full: number };
  /** Cycles from the last word of the work before to its first one, where it need not wait. */
  readonly first: number;
  /** It must: it reads a state that the work before writes. */
  readonly waits: boolean;
}

const most = (bits: number) => 2 ** (bits - 1) - 1;

/** A program of the cell unit by chance, what its bench reads, and what must come of it. */
export class CellProgram {
  readonly sizes: NetworkSizes;
  readonly works: Work[] = [];
  readonly memories = new Map<string, MemImage>();
  readonly files: Record<string, string> = {};
  /** Words of VMEM at the end, channel by channel, group by group. */
  readonly expected: number[] = [];
  /** For each work in turn. */
  readonly traces: WorkTrace[] = [];
  readonly #rng: Rng;
  readonly #full: boolean;
  readonly #u: number;
  #next = 0;
  readonly #tables: Program['tables'];
  readonly #active: number[][] = [];
  readonly #first: number[][] = [];
  readonly #values: Int32Array[];
  readonly #params: bigint[][];
  #paramAt = 0;
  readonly #pictures: string[] = [];
  readonly #lines: string[] = [];

  /** @param full all works drain 32 cells, and there are no syncs between them */
  constructor(rng: Rng, sizes: NetworkSizes, works: number, full = false) {
    this.#rng = rng;
    this.sizes = sizes;
    this.#full = full;
    const { groups, elemLanes, channels, sigmoidRange, tanhRange, paramDepth } = sizes;
    this.#u = Math.max(elemLanes, groups);
    this.#tables = {
      sigmoidRange,
      tanhRange,
      sigmoid: actTable(SIGMOID, sigmoidRange),
      tanh: actTable(TANH, tanhRange),
    };
    // Behind the memory there are zeros, as states of channels that start.
    this.#values = Array.from({ length: channels }, () => new Int32Array(2 * VMEM_WORDS * groups));
    this.#params = Array.from({ length: elemLanes }, () => new Array<bigint>(paramDepth).fill(0n));
    const chance = () => Array.from({ length: channels }, () => Number(rng.uniform() < 0.5));
    for (let step = 0; step < 8; step++) {
      this.#active.push(chance().map((own) => Number(own > 0 || rng.uniform() < 0.5)));
      this.#first.push(chance());
    }
    this.#make(works);
  }

  /** Parameters of the bench. */
  get parameters(): Readonly<Record<string, number>> {
    const { channels, groups, lanes, elemLanes, accBits, vectorBits } = this.sizes;
    return {
      ...{ CHANNELS: channels, GROUPS: groups, LANES: lanes, ELEM_LANES: elemLanes, ACC_WIDTH: accBits },
      ...{ VECTOR_WIDTH: vectorBits, ROW_WIDTH: ROW_BITS, PARAM_WIDTH: paramBits(this.sizes) },
      ...{ CTL_WIDTH: ctlBits(this.sizes), PHASE_WIDTH: Math.max(clog2(lanes / elemLanes), 1) },
      ...{ SELECT_WIDTH: Math.max(clog2(groups / elemLanes), 1), WORD_WIDTH: wordBits(UNIT_WORDS.cell) },
      ...{ WORKS: this.works.length, WORDS: VMEM_WORDS, REPLICATED: replicatedCycles(this.sizes) },
    };
  }

  #make(count: number): void {
    const rng = this.#rng;
    const { sizes } = this;
    const { channels, groups, vectorBits, elemLanes } = sizes;
    const frames = Array.from({ length: 12 }, (_, n) => this.#frame(sizes.replicated && n % 3 === 2));
    const start = this.#values.map((values) => values.slice());
    const begin = start.map((values) => {
      for (let at = 0; at < VMEM_WORDS * groups; at++)
        values[at] = rng.integer(-most(vectorBits) - 1, most(vectorBits));
      return values;
    });
    for (const [n, values] of begin.entries()) this.#values[n]!.set(values);
    // What stands in the memory at first: a replicated frame has its elements in all groups.
    const image = this.#dump(frames);
    for (let n = 0; n < count; n++) this.#add(frames);
    this.files['vmem.txt'] = image.map((value) => hex(value, vectorBits)).join('\n');
    this.files['works.txt'] = this.#lines.join('\n');
    this.files['pictures.txt'] = this.#pictures.join('\n');
    this.files['flags.txt'] = this.#active
      .map((active, step) => bitsOf([...active, ...this.#first[step]!]).toString(16))
      .join('\n');
    this.expected.push(...this.#dump(frames));
    const paramWidth = paramBits(sizes);
    for (let lane = 0; lane < elemLanes; lane++) {
      const name = `${DUT}_params_${String(lane).padStart(3, '0')}.mem`;
      this.memories.set(name, memFromBigInts(paramWidth, this.#params[lane]!));
    }
    for (const name of ['sigmoid', 'tanh'] as const) {
      const words = Uint32Array.from(this.#tables[name], (word) => word & 0xffff);
      this.memories.set(`${DUT}_${name}.mem`, memFromWords(16, words));
    }
    if (channels !== this.#values.length) throw new Error('channels');
  }

  /** Room for a vector of up to 40 cells. */
  #frame(replicated: boolean): Frame {
    const { groups, elemLanes } = this.sizes;
    const slotBits = this.#rng.pick([0, 0, 1, 2]);
    const cells = this.#u * Math.ceil(40 / this.#u);
    const words = replicated ? Math.ceil(cells / elemLanes) * elemLanes : cells / groups;
    const align = replicated ? elemLanes : Math.max(elemLanes / groups, 1);
    const base = Math.ceil(this.#next / align) * align;
    this.#next = base + (words << slotBits);
    if (this.#next > VMEM_WORDS) throw new Error('VMEM of the test is too small');
    return { replicated, base, slotBits, words };
  }

  /** Words of VMEM as they stand, channel by channel, group by group. */
  #dump(frames: readonly Frame[]): number[] {
    const { groups } = this.sizes;
    const found: number[] = [];
    for (const values of this.#values) {
      const words = Array.from({ length: groups }, (_, g) =>
        Array.from({ length: VMEM_WORDS }, (_unused, at) => values[at * groups + g]!),
      );
      for (const { replicated, base, slotBits, words: size } of frames) {
        if (!replicated) continue;
        for (let slot = 0; slot < 1 << slotBits; slot++) {
          const first = base + slot * size;
          for (let e = 0; e < size; e++) for (const own of words) own[first + e] = values[first * groups + e]!;
        }
      }
      found.push(...words.flat());
    }
    return found;
  }

  /** Group address of a place. */
  #address({ frame, slotT, slotP, slotOffset, pStride, qStride }: Place, { t, p, q }: Work['counters']): number {
    const slot = (slotT * t + slotP * p + slotOffset) % (1 << frame.slotBits);
    return frame.base + slot * frame.words + p * pStride + q * qStride;
  }

  /** Place of its first element where the elements of a frame stand side by side, as the golden model has them. */
  #flat(place: Place, counters: Work['counters']): number {
    const at = this.#address(place, counters);
    const { groups } = this.sizes;
    if (!place.frame.replicated) return at * groups;
    const inside = counters.p * place.pStride + counters.q * place.qStride;
    return (at - inside) * groups + inside;
  }

  #place(frames: readonly Frame[], replicated: boolean, cells: number, { p, q }: Work['counters']): Place {
    const rng = this.#rng;
    const { groups, elemLanes } = this.sizes;
    const frame = rng.pick(frames.filter((own) => own.replicated === replicated));
    // Strides of whole words, such that the cells stay within the frame.
    const unit = replicated ? elemLanes : this.#u / groups;
    const spare = Math.floor(frame.words / unit) - Math.ceil(cells / (replicated ? elemLanes : this.#u));
    const pUnits = p === 0 ? rng.integer(0, 3) : rng.integer(0, Math.floor(spare / p));
    const left = spare - (p === 0 ? 0 : pUnits * p);
    const qUnits = q === 0 ? rng.integer(0, 3) : rng.integer(0, Math.floor(left / q));
    return {
      frame,
      slotT: rng.pick([0, 1, rng.integer(0, 63)]),
      slotP: rng.integer(0, 1),
      slotOffset: rng.integer(0, 255),
      pStride: pUnits * unit,
      qStride: qUnits * unit,
    };
  }

  #format(): Fixed {
    const { vectorBits } = this.sizes;
    const rng = this.#rng;
    return { bits: rng.pick([vectorBits, vectorBits, rng.integer(4, vectorBits)]), frac: rng.integer(0, 15) };
  }

  /** A slot program whose numbers are mostly of the size of its sums. */
  #slot(kind: Kind, magnitude: number): SlotProgram {
    const rng = this.#rng;
    const { vectorBits, peepholes } = this.sizes;
    const zShift = rng.integer(Math.max(0, magnitude - 17), Math.max(1, magnitude - 8));
    const zClip = rng.pick([null, null, rng.integer(0, 32767), 32767]);
    const rule = { zShift, zClip, gate: rng.pick(['sigmoid', 'sigmoid', 'tanh', 'unitClip'] as const) };
    const state = { bits: vectorBits, frac: rng.integer(0, 15) };
    switch (kind) {
      case 'lstm':
        return {
          ...{ kind, ...rule, c: state, m: this.#format() },
          peepShift: peepholes && rng.uniform() < 0.7 ? rng.integer(0, 12) : null,
          cellClip: rng.pick([null, rng.integer(0, most(vectorBits)), most(vectorBits)]),
        };
      case 'gruAfter': {
        const hidden = { bits: rng.pick([16, 16, rng.integer(8, 16)]), frac: rng.integer(0, 15) };
        const sumFrac = rng.integer(11, 30);
        return { kind, ...rule, hidden, hiddenShift: rng.integer(0, magnitude), sumFrac, h: state };
      }
      case 'gruReset':
      case 'gruBefore':
        return { kind, ...rule, h: state };
      case 'affine': {
        const y = this.#format();
        return { kind, shift: rng.pick([zShift, zShift, rng.integer(0, 63)]), activation: this.#activation(y), y };
      }
    }
  }

  #activation({ bits }: Fixed): AffineSlot['activation'] {
    const rng = this.#rng;
    const limit = () => rng.integer(-most(bits) - 1, most(bits));
    const ends = [limit(), rng.pick([0, limit(), most(bits)])].sort((a, b) => a - b);
    return rng.pick<AffineSlot['activation']>([
      { kind: 'none' },
      { kind: 'clip', low: ends[0]!, high: ends[1]! },
      { kind: 'leaky', slope: rng.integer(-32767, 32767) },
      { kind: 'table', table: 'sigmoid' },
      { kind: 'table', table: 'tanh' },
    ]);
  }

  #drain(slot: SlotProgram, parameters: Parameters): Drain {
    switch (slot.kind) {
      case 'lstm':
        return lstmSlot(slot, parameters, this.#tables, 0, null);
      case 'gruAfter':
        return gruAfterSlot(slot, parameters, this.#tables);
      case 'gruReset':
        return gruResetSlot(slot, parameters, this.#tables);
      case 'gruBefore':
        return gruBeforeSlot(slot, parameters, this.#tables);
      case 'affine':
        return affineSlot(slot, parameters, this.#tables);
    }
  }

  #add(frames: readonly Frame[]): void {
    const rng = this.#rng;
    const { sizes } = this;
    const tile = this.works.length % 2;
    const counters = {
      t: rng.pick([rng.integer(0, 9), rng.integer(0, 65535)]),
      p: rng.pick([0, 0, 1, 2]),
      q: rng.pick([0, 0, 1, 2]),
    };
    const ready = SEMAPHORES.indexOf('ready');
    if (!this.#full && rng.uniform() < 0.1) {
      const semaphore = rng.pick([ready, SEMAPHORES.indexOf('outFull')]);
      const posts = [{ semaphore, count: rng.integer(1, 15) }];
      this.#push({ slot: null, cells: 0, counters, state: null, dest: null, posts }, tile, 0n);
      this.#picture(() => 0);
      this.traces.push({
        ends: [],
        results: 0,
        period: 0,
        early: 0,
        late: semaphore === ready ? postsOf(posts) : 0,
        full: semaphore === ready ? 0 : postsOf(posts),
        tokens: { ready: semaphore === ready ? posts[0]!.count : 0, full: semaphore === ready ? 0 : posts[0]!.count },
        first: 0,
        waits: false,
      });
      return;
    }
    const kind = rng.pick(sizes.kinds);
    const room = Math.floor(2 ** ROW_BITS / PERIODS[kind]) * sizes.lanes;
    const cells = this.#full ? 32 : rng.integer(1, Math.min(room, rng.pick([1, 3 * sizes.elemLanes, 24])));
    const magnitude = rng.integer(8, sizes.accBits - 1);
    const slot = this.#slot(kind, magnitude);
    // c goes where it comes from, and is in no group twice.
    const state =
      kind === 'affine'
        ? null
        : this.#place(frames, kind !== 'lstm' && sizes.replicated && rng.uniform() < 0.2, cells, counters);
    let dest = this.#place(frames, sizes.replicated && rng.uniform() < 0.3, cells, counters);
    while (state !== null && overlap(dest, state)) {
      dest = this.#place(frames, sizes.replicated && rng.uniform() < 0.3, cells, counters);
    }
    const early = { semaphore: SEMAPHORES.indexOf('tileFree0') + tile, count: 1 };
    const late = { semaphore: rng.pick([ready, ready, SEMAPHORES.indexOf('outFull')]), count: 1 };
    const posts = rng.pick([[early, late], [late, early], [early], [late], []]);
    const work = { slot, cells, counters, state, dest, posts };
    const tokensOf = (wanted: number) => posts.filter(({ semaphore }) => semaphore === wanted).length;
    const tokens = { ready: tokensOf(ready), full: tokensOf(SEMAPHORES.indexOf('outFull')) };
    const before = this.works.at(-1);
    this.traces.push({
      ends: this.#ends(dest, cells, counters),
      results: kind === 'lstm' ? 2 : 1,
      period: PERIODS[kind],
      early: postsOf(posts.map((post) => (post === late ? { ...post, count: 0 } : post))),
      late: postsOf(posts.map((post) => (post.semaphore === ready ? post : { ...post, count: 0 }))),
      full: postsOf(tokens.full === 0 ? [] : [late]),
      tokens,
      first: FIRST[kind],
      waits: state !== null && [before?.state, before?.dest].some((place) => place != null && overlap(place, state)),
    });
    const parameters = this.#parameters(kind, cells, magnitude);
    this.#push(work, tile, BigInt(this.#paramAt));
    this.#store(parameters, kind, cells);
    this.#run(work, slot, parameters, magnitude);
  }

  /** Addresses of the words of a destination, and those up to which all is written then. */
  #ends(dest: Place, cells: number, counters: Work['counters']): { address: number; end: number }[] {
    const { groups, elemLanes } = this.sizes;
    const from = this.#address(dest, counters);
    const address = (element: number) => from + (dest.frame.replicated ? element : Math.floor(element / groups));
    return Array.from({ length: Math.ceil(cells / elemLanes) }, (_, word) => ({
      address: address(word * elemLanes),
      end: address((word + 1) * elemLanes),
    }));
  }

  #parameters(kind: Kind, cells: number, magnitude: number): Parameters {
    const rng = this.#rng;
    const bits = Math.min(magnitude, this.sizes.biasBits);
    const rows = PERIODS[kind] * cells;
    const weights = () => Int16Array.from({ length: cells }, () => rng.integer(-32768, 32767));
    return {
      name: 'p',
      bias: Float64Array.from({ length: rows }, () => rng.integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)),
      peepholes: kind === 'lstm' && this.sizes.peepholes ? { i: weights(), f: weights(), o: weights() } : null,
    };
  }

  /** Parameters as the lanes have them. */
  #store({ bias, peepholes }: Parameters, kind: Kind, cells: number): void {
    const { elemLanes, biasBits } = this.sizes;
    const period = PERIODS[kind];
    for (let cell = 0; cell < cells; cell++) {
      const at = this.#paramAt + Math.floor(cell / elemLanes) * period;
      for (let gate = 0; gate < period; gate++) {
        const peephole = peepholes === null ? 0 : ([peepholes.i, peepholes.f, null, peepholes.o][gate]?.[cell] ?? 0);
        this.#params[cell % elemLanes]![at + gate] =
          BigInt.asUintN(biasBits, BigInt(bias[period * cell + gate]!)) |
          (BigInt.asUintN(16, BigInt(peephole)) << BigInt(biasBits));
      }
    }
    this.#paramAt += Math.ceil(cells / elemLanes) * period;
    if (this.#paramAt > this.sizes.paramDepth) throw new Error('parameters of the test are too many');
  }

  /** Sums by chance, what the golden model makes of them, and the picture of the tile. */
  #run({ cells, counters, state, dest }: Work, slot: SlotProgram, parameters: Parameters, magnitude: number): void {
    const rng = this.#rng;
    const { groups, lanes, accBits, peepholes } = this.sizes;
    const period = PERIODS[slot.kind];
    const part = () => {
      const chance = rng.uniform();
      if (chance < 0.02) return rng.pick([most(accBits), -most(accBits) - 1]);
      const wide = 2 ** rng.integer(2, magnitude);
      return rng.integer(-wide, wide - 1);
    };
    const own =
      slot.kind === 'lstm' && (slot.peepShift === null || !peepholes) ? { ...parameters, peepholes: null } : parameters;
    const drain = this.#drain(slot, own);
    const step = counters.t % 8;
    const parts = this.#values.map(() =>
      Array.from({ length: groups }, () => Array.from({ length: period * cells }, part)),
    );
    for (const [channel, values] of this.#values.entries()) {
      const sums = Float64Array.from({ length: period * cells }, (_, row) =>
        parts[channel]!.reduce((sum, rows) => sum + rows[row]!, 0),
      );
      const to = this.#flat(dest!, counters);
      const from = state === null ? -1 : this.#flat(state, counters);
      if (this.#active[step]![channel] === 0) continue;
      const zero = state !== null && this.#first[step]![channel] === 1;
      if (zero && slot.kind === 'lstm') values.fill(0, from, from + cells);
      drain(sums, cells, values, zero && slot.kind !== 'lstm' ? VMEM_WORDS * groups : from, to);
    }
    this.#picture((channel, group, lane, row) => {
      const cell = Math.floor(row / period) * lanes + lane;
      return cell < cells ? parts[channel]![group]![period * cell + (row % period)]! : 0;
    });
  }

  #picture(value: (channel: number, group: number, lane: number, row: number) => number): void {
    const { channels, groups, lanes, accBits } = this.sizes;
    for (let channel = 0; channel < channels; channel++) {
      for (let group = 0; group < groups; group++) {
        for (let lane = 0; lane < lanes; lane++) {
          for (let row = 0; row < 2 ** ROW_BITS; row++)
            this.#pictures.push(hex(value(channel, group, lane, row), accBits));
        }
      }
    }
  }

  #push(work: Work, tile: number, paramBase: bigint): void {
    const { slot, cells, counters, state, dest, posts } = work;
    this.works.push(work);
    const place = (name: string, own: Place | null) => ({
      [`${name}Base`]: own?.frame.base ?? 0,
      [`${name}SlotBits`]: own?.frame.slotBits ?? 0,
      [`${name}SlotWords`]: own?.frame.words ?? 0,
      [`${name}SlotT`]: own?.slotT ?? 0,
      [`${name}SlotP`]: own?.slotP ?? 0,
      [`${name}SlotOffset`]: own?.slotOffset ?? 0,
      [`${name}PStride`]: own?.pStride ?? 0,
      [`${name}QStride`]: own?.qStride ?? 0,
      [`${name}Replicated`]: Number(own?.frame.replicated ?? false),
    });
    const zeros = Object.fromEntries(UNIT_WORDS.cell.fields.map(({ name }) => [name, 0]));
    const word =
      slot === null
        ? 0n
        : packWord(
            UNIT_WORDS.cell,
            {
              ...{ ...zeros, op: UNIT_OPS.work, ...slotFields(slot), paramBase: Number(paramBase), cells },
              ...{ hasState: Number(state !== null), ...place('state', state), ...place('dest', dest) },
            },
            'work',
          );
    const { t, p, q } = counters;
    const high = BigInt(t) | (BigInt(p) << 16n) | (BigInt(q) << 32n) | (BigInt(postsOf(posts)) << 48n);
    const marks = (BigInt(tile) << 64n) | (BigInt(slot === null) << 65n);
    this.#lines.push((word | ((high | marks) << BigInt(wordBits(UNIT_WORDS.cell)))).toString(16));
  }
}

/** Posts as on the bus, without those of count 0 where there is no other. */
function postsOf(posts: Work['posts']): number {
  if (posts.every(({ count }) => count === 0)) return 0;
  return posts.reduce((bits, { semaphore, count }, n) => bits + (semaphore + 16 * count) * 256 ** n, 0);
}

function overlap(a: Place, b: Place): boolean {
  return a.frame === b.frame;
}

function hex(value: number, bits: number): string {
  return BigInt.asUintN(bits, BigInt(value)).toString(16);
}

function bitsOf(flags: readonly number[]): bigint {
  return flags.reduce((sum, flag, n) => sum | (BigInt(flag) << BigInt(n)), 0n);
}
