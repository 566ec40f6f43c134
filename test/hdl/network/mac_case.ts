import { compileSegment } from '../../../src/golden/multiply.ts';
import { beatsOf } from '../../../src/machine/external_memory.ts';
import type { NetworkSizes, WeightStream } from '../../../src/machine/network_sizes.ts';
import { weightColumnBits, weightWordBits } from '../../../src/machine/word_format.ts';
import { BLOCKS } from '../../../src/model/blocks.ts';
import { type EncodedMatrix, encodeGroups } from '../../../src/program/encode.ts';
import { packWord, wordBits } from '../../../src/program/field.ts';
import { SEMAPHORES } from '../../../src/program/instruction.ts';
import { type MemImage, memFromBigInts, memFromWords } from '../../../src/program/mem_image.ts';
import { layRows } from '../../../src/program/network/row_order.ts';
import { encodeSpectral, rowMask } from '../../../src/program/network/spectral_words.ts';
import { writeSegment } from '../../../src/program/network/stream_rows.ts';
import type { Segment } from '../../../src/program/program.ts';
import { quarterRound } from '../../../src/program/spectral_order.ts';
import { READER_WORD, UNIT_OPS, UNIT_WORDS } from '../../../src/program/unit_words.ts';
import { clog2, unsignedBits } from '../../../src/util/fixed.ts';
import { Rng } from '../../../src/util/rng.ts';
import { randomSpectra } from '../../lib/random_spectra.ts';
import { testSizes } from './sizes.ts';

/** A work of MAC with its segment and what it reads. */
interface Work {
  readonly t: number;
  readonly p: number;
  readonly q: number;
  readonly tile: number;
  readonly align: number;
  readonly previous: boolean;
  /** Follows the writer of its vector; null: its elements are there from the start. */
  readonly ready: 'chain' | 'wait' | null;
  readonly taps: number;
  readonly slotStep: number;
  readonly rows: number;
  readonly rowStride: number;
  /** Columns of a group in a run, and elements of a run. */
  readonly count: number;
  readonly run: number;
  readonly replicated: boolean;
  readonly base: number;
  readonly slotBits: number;
  readonly slotWords: number;
  readonly slotT: number;
  readonly slotP: number;
  readonly slotOffset: number;
  readonly pStride: number;
  readonly qStride: number;
  readonly segment: Segment;
  readonly lastOfTile: boolean;
  readonly firstOfTile: boolean;
  readonly frees: boolean;
}

/** What the bench runs and what it must print. */
export interface MacCase {
  readonly sizes: NetworkSizes;
  readonly memories: ReadonlyMap<string, MemImage>;
  readonly files: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, number>>;
  /** By tile in the order in which they are drained: sums of the rows over all groups, or by group where they saturate; [channels][rows] or [channels][groups * rows]. */
  readonly tiles: readonly {
    readonly tile: number;
    readonly period: number;
    readonly rows: number;
    readonly sums: readonly Float64Array[];
  }[];
  readonly works: readonly unknown[];
  readonly freePosts: number;
  readonly syncPosts: number;
}

const code = (semaphore: (typeof SEMAPHORES)[number]) => SEMAPHORES.indexOf(semaphore);

/** A row of a tile in the rows of its lane: cell k is in lane k mod lanes. */
export function placeOfRow(
  row: number,
  period: number,
  lanes: number,
): { readonly lane: number; readonly local: number } {
  const cell = Math.floor(row / period);
  return { lane: cell % lanes, local: period * Math.floor(cell / lanes) + (row % period) };
}

function rowsByLane(rows: number, period: number, lanes: number): Int32Array[] {
  const out: number[][] = Array.from({ length: lanes }, () => []);
  for (let row = 0; row < rows; row++) out[placeOfRow(row, period, lanes).lane]!.push(row);
  return out.map((own) => Int32Array.from(own));
}

/** External memory whose buffers hold little, so that the reader has to wait for them. */
function randomExternal(rng: Rng, groups: number, lanes: number, bits: number): WeightStream {
  const busBits = rng.pick([32, 64, 128, 256]);
  const wordSlot = Math.max(2 ** clog2(bits), 8);
  const rowStreamBits = groups * lanes * wordSlot;
  const beatRows = Math.max(busBits / rowStreamBits, 1);
  const rowBeats = Math.max(rowStreamBits / busBits, 1);
  const burstBeats = rng.pick([2, 4]);
  const outstandingBeats = burstBeats * rng.integer(1, 3);
  const outstandingRows = Math.ceil((outstandingBeats * beatRows) / rowBeats) + beatRows + 8;
  const bufferDepth = 2 ** clog2(outstandingRows + 1);
  const bufferLimit = bufferDepth - outstandingRows;
  const places = { busBits, wordSlot, rowStreamBits, beatRows, rowBeats, burstBeats, outstandingBeats };
  return { ...places, bufferDepth, bufferLimit, beatBits: 24, programDepth: 2 };
}

/** Most multipliers: what simulates in seconds. */
const MULTIPLIERS = 32;

function randomSizes(rng: Rng, spectral: boolean): NetworkSizes {
  const wanted = rng.pick([1, 2, 2, 4, 8]);
  const lanes = rng.pick(spectral ? [2, 4, 8, 16] : [1, 2, 4, 8]);
  const groups = Math.min(wanted, MULTIPLIERS / lanes);
  const channels = Math.min(rng.pick([1, 1, 2, 4]), MULTIPLIERS / (groups * lanes));
  const vectorBits = rng.integer(6, 16);
  const weightBits = rng.integer(3, 12);
  const saturate = rng.uniform() < 0.3;
  const inStep = rng.uniform() < 0.25;
  const rowBits = rng.integer(3, 5);
  const indexBits = rng.integer(0, 4);
  return testSizes({
    ...{
      channels,
      groups,
      lanes,
      elemLanes: rng.pick([1, 2, 4].filter((e) => lanes % e === 0)),
      vectorBits,
      weightBits,
    },
    ...{ indexBits, actBits: vectorBits + 4, saturate, inStep, sharedCounts: inStep, rowBits },
    accBits: vectorBits + weightBits + (saturate ? rng.integer(1, 4) : 14),
    tileRows: rng.integer(2 ** (rowBits - 1) + 1, 2 ** rowBits),
    fifoDepth: rng.pick([1, 2, 4, 8]),
    utterance: rng.uniform() < 0.3,
    vmemWords: 4096,
    blocks: spectral ? BLOCKS.filter(() => rng.uniform() < 0.6) : [],
    external: inStep || rng.uniform() < 0.6 ? null : randomExternal(rng, groups, lanes, weightBits + indexBits),
  });
}

/** Group addresses of the columns of a group, and for every one the element of its run that it is. */
function columnsOf(
  work: Work,
  groups: number,
  group: number,
): { address: number; element: number; tap: number; run: number }[] {
  const out: { address: number; element: number; tap: number; run: number }[] = [];
  const slots = 2 ** work.slotBits;
  const first = work.slotT * work.t + work.slotP * work.p + work.slotOffset;
  for (let tap = 0; tap < work.taps; tap++) {
    const number = first + work.slotStep * tap;
    const slot = ((number % slots) + slots) % slots;
    const frame = work.base + slot * work.slotWords + work.p * work.pStride + work.q * work.qStride;
    for (let row = 0; row < work.rows; row++) {
      for (let at = 0; at < work.count; at++) {
        const start = frame + row * work.rowStride;
        const element = at * groups + group;
        out.push({ address: start + (work.replicated ? element : at), element, tap, run: tap * work.rows + row });
      }
    }
  }
  return out;
}

function randomSegment(
  rng: Rng,
  work: Omit<Work, 'segment'>,
  rows: number,
  period: number,
  sizes: NetworkSizes,
): Segment {
  const { groups, weightBits, accBits, saturate } = sizes;
  const columns = work.taps * work.rows * work.count * groups;
  const values = new Int16Array(rows * columns);
  const density = rng.pick([0, 0.05, 0.2, 0.6, 1]);
  const empty = rng.uniform() < 0.3 ? 0.5 : 0;
  const limit = 2 ** (weightBits - 1) - (sizes.external === null ? 0 : 1);
  for (let column = 0; column < columns; column++) {
    if (column % (work.count * groups) >= work.run || rng.uniform() < empty) continue;
    for (let row = 0; row < rows; row++) {
      if (rng.uniform() < density) values[row * columns + column] = rng.integer(-limit, 2 ** (weightBits - 1) - 1);
    }
  }
  const format = { bits: weightBits, frac: 0 };
  return {
    name: 'segment',
    rows,
    period,
    columns,
    values,
    format,
    block: null,
    kindsTurned: false,
    accumulator: { bits: accBits, saturate },
  };
}

/**
 * Random works in tiles that alternate, each with a region of VMEM of its own.
 *
 * @param spectral whether segments may be spectral
 */
export function macCase(seed: number, spectral: boolean): MacCase {
  const rng = new Rng(seed);
  const drawn = randomSizes(rng, spectral);
  const { channels, groups, lanes, saturate, vectorBits } = drawn;
  const windows = channels === 1 && !drawn.utterance;
  const works: Work[] = [];
  const tiles: { tile: number; period: number; rows: number; works: Work[] }[] = [];
  let vmemWords = 0;
  let step = rng.integer(0, 3);
  for (let number = 0, count = rng.integer(2, 7); number < count; number++) {
    if (rng.uniform() < 0.7) step++;
    const period = rng.pick([1, 2, 4]);
    const mostCells = Math.max(1, Math.floor(drawn.tileRows / period)) * lanes;
    const blocks = drawn.blocks.filter((size) => size <= mostCells);
    const block = blocks.length === 0 ? null : rng.pick(blocks);
    const quarter = block === null || period < 4 ? null : quarterRound(block, lanes);
    const kindsTurned = quarter !== null && quarter <= mostCells && rng.uniform() < 0.6;
    const unit = kindsTurned ? quarter : (block ?? 1);
    const most = Math.floor(mostCells / unit);
    const cells = unit * rng.integer(1, kindsTurned ? Math.min(most, 3) : most);
    const own = { tile: number % 2, period, rows: cells * period, works: [] as Work[] };
    for (let at = 0, parts = rng.integer(1, 3); at < parts; at++) {
      if (block !== null && rng.uniform() < 0.6) {
        vmemWords = Math.ceil(vmemWords / block) * block;
        const segment = randomSpectra(rng, {
          block,
          groups,
          lanes,
          cells,
          period,
          bits: drawn.weightBits,
          kindsTurned,
        });
        const { accBits: bits } = drawn;
        const count = segment.columns / groups;
        const slotBits = rng.integer(0, 2);
        const slotWords = block * Math.ceil(count / block + rng.integer(0, 1));
        own.works.push({
          ...{
            t: step,
            p: rng.integer(0, 3),
            q: 0,
            tile: own.tile,
            align: rng.integer(0, 4),
            previous: rng.uniform() < 0.3,
          },
          ...{ ready: rng.pick([null, 'wait'] as const), taps: 1, slotStep: 0, rows: 1, rowStride: 0, count },
          ...{
            run: segment.columns,
            replicated: false,
            base: vmemWords,
            slotBits,
            slotWords,
            slotT: rng.integer(0, 3),
          },
          ...{ slotP: rng.integer(0, 1), slotOffset: 0, pStride: 0, qStride: 0, frees: rng.uniform() < 0.5 },
          ...{ firstOfTile: at === 0, lastOfTile: at === parts - 1 },
          segment: { ...segment, name: 'segment', accumulator: { bits, saturate } },
        });
        vmemWords += slotWords * 2 ** slotBits;
        continue;
      }
      const replicated = rng.uniform() < 0.4;
      const slotBits = rng.integer(0, 3);
      const taps = rng.pick([1, 1, 2, 3, 5]);
      const slotStep = taps === 1 ? rng.integer(0, 1) : rng.integer(1, 3);
      const rows = rng.pick([1, 1, 2, 3]);
      const columns = rng.integer(1, 6);
      const span = replicated ? columns * groups : columns;
      const rowStride = rng.integer(1, span + 3);
      const [p, q] = [rng.integer(0, 3), rng.integer(0, 3)];
      const [pStride, qStride] = [rng.integer(0, 5), rng.integer(0, 5)];
      const slotWords = p * pStride + q * qStride + (rows - 1) * rowStride + span + rng.integer(0, 2);
      const ready = rng.uniform() < 0.5 ? rng.pick(['chain', 'chain', 'wait'] as const) : null;
      const work = {
        ...{
          t: step,
          p,
          q,
          tile: own.tile,
          align: rng.integer(0, 4),
          previous: rng.uniform() < 0.3,
          ready,
          taps,
          slotStep,
        },
        ...{ rows, rowStride, count: columns, run: columns * groups - rng.integer(0, groups - 1), replicated },
        ...{ base: vmemWords, slotBits, slotWords, slotT: rng.integer(0, 3), slotP: rng.integer(0, 1) },
        ...{
          slotOffset: rng.integer(-slotStep * (taps - 1) - 2, windows ? -slotStep * (taps - 1) : 3),
          pStride,
          qStride,
        },
        ...{ firstOfTile: at === 0, lastOfTile: at === parts - 1, frees: rng.uniform() < 0.5 },
      };
      own.works.push({ ...work, segment: randomSegment(rng, work, own.rows, period, drawn) });
      vmemWords += slotWords * 2 ** slotBits;
    }
    works.push(...own.works);
    tiles.push(own);
  }

  // Weights, as the packer of the design places them: bases are common to all lanes.
  const format = { weightBits: drawn.weightBits, indexBits: drawn.indexBits };
  const all = groups * lanes;
  const counts: number[][] = Array.from({ length: all }, () => []);
  const words: number[][] = Array.from({ length: all }, () => []);
  const matrices: EncodedMatrix[] = [];
  const places = works.map(({ segment }) => {
    const { values, columns, rows, period, block, kindsTurned } = segment;
    const encoded =
      block === null
        ? encodeGroups(values, columns, groups, rowsByLane(rows, period, lanes), format, null, drawn.inStep)
        : encodeSpectral(segment, block, 0, groups, lanes, format, drawn.inStep);
    matrices.push(encoded);
    const shape =
      block === null
        ? { blockBits: 0, periodBits: 0, rowMask: 0, quarters: 0 }
        : {
            ...{ blockBits: clog2(block), periodBits: clog2(period), rowMask: rowMask(segment) },
            quarters: kindsTurned ? rows / period / quarterRound(block, lanes)! : 0,
          };
    const place = { ...shape, pointerBase: counts[0]!.length, wordBase: words[0]!.length };
    const longest = encoded.words.reduce((most, own) => Math.max(most, own.length), 0);
    for (let lane = 0; lane < all; lane++) {
      counts[lane]!.push(...encoded.counts[lane]!);
      words[lane]!.push(...encoded.words[lane]!, ...new Array<number>(longest - encoded.words[lane]!.length).fill(0));
    }
    return drawn.external === null ? place : { ...place, wordBase: 0 };
  });
  const weightDepth = Math.max(words[0]!.length, ...counts.flat()) + 2;
  const pointerDepth = Math.max(counts[0]!.length, 2);
  const sizes: NetworkSizes = {
    ...drawn,
    external: drawn.external === null ? null : { ...drawn.external, programDepth: works.length + 1 },
    ...{ weightDepth, addrBits: clog2(weightDepth), pointerDepth, pointerBits: clog2(pointerDepth) },
    countBits: Math.max(unsignedBits(Math.max(...counts.flat())), 2),
  };
  const memories = new Map<string, MemImage>();
  const fileOf = (kind: string, lane: number) => `dut_${kind}_${lane.toString().padStart(4, '0')}.mem`;
  const width = weightWordBits(format);
  for (let lane = 0; lane < all; lane++) {
    const own = Uint32Array.from({ length: weightDepth }, (_, at) => words[lane]![at] ?? 0);
    if (!drawn.inStep && drawn.external === null) memories.set(fileOf('weights', lane), memFromWords(width, own));
    if (drawn.sharedCounts && lane % lanes !== 0) continue;
    const pointers = Uint32Array.from({ length: pointerDepth }, (_, at) => counts[lane]![at] ?? 0);
    memories.set(fileOf('pointers', lane), memFromWords(sizes.countBits, pointers));
    if (!drawn.inStep) continue;
    const column = weightColumnBits(format);
    const rows = Array.from({ length: weightDepth }, (_, at) =>
      words
        .slice(lane, lane + lanes)
        .reduce((sum, ofLane, n) => sum | (BigInt(ofLane[at] ?? 0) << BigInt(n * column)), 0n),
    );
    memories.set(fileOf('weights', lane), memFromBigInts(lanes * column, rows));
  }

  const stream = drawn.external === null ? null : streamOf(matrices, drawn.external);
  if (stream !== null) memories.set('dut_reader.mem', memFromBigInts(wordBits(READER_WORD), stream.program));

  // VMEM: what is not written by CELL is there; the rest is garbage before.
  const vmemDepth = 2 ** clog2(vmemWords + groups * 8);
  const half = 2 ** (vectorBits - 1);
  const value = () => rng.integer(-half, half - 1);
  const vmem = Array.from({ length: channels * groups }, () => Int32Array.from({ length: vmemDepth }, value));
  const raw = (n: number) => BigInt.asUintN(vectorBits, BigInt(n));
  const written = works.map(({ ready }) => ready !== null);
  const initial = vmem.map((own) => Int32Array.from(own));
  const writes: bigint[] = [];
  for (const [number, work] of works.entries()) {
    if (!written[number]) continue;
    const end = work.base + work.slotWords * 2 ** work.slotBits;
    for (let address = work.base; address < end; address++) {
      let word = BigInt(address);
      for (const [at, own] of vmem.entries()) {
        initial[at]![address] = value();
        word |= raw(own[address]!) << BigInt(19 + at * vectorBits);
      }
      writes.push(word);
    }
    writes.push(1n << 18n);
  }

  // Golden sums.
  const firsts = new Map<number, number>();
  let age = 0;
  let before = -1;
  let target = 0;
  const records: bigint[] = [];
  let freePosts = 0;
  let syncPosts = 0;
  const sums = new Map<object, Float64Array[]>();
  for (const [number, work] of works.entries()) {
    const tile = tiles.find((one) => one.works.includes(work))!;
    // All voices start in the first step.
    const every = firsts.size === 0 ? 2 ** channels - 1 : 0;
    if (!firsts.has(work.t))
      firsts.set(work.t, every | (rng.integer(0, 2 ** channels - 1) & rng.integer(0, 2 ** channels - 1)));
    const first = firsts.get(work.t)!;
    if (windows) age = first & 1 ? 0 : work.t !== before ? Math.min(age + 1, 255) : age;
    before = work.t;
    const own =
      sums.get(tile) ?? Array.from({ length: channels }, () => new Float64Array(tile.rows * (saturate ? groups : 1)));
    sums.set(tile, own);
    const { multiply } = compileSegment(work.segment, groups);
    for (let channel = 0; channel < channels; channel++) {
      const acts = new Int32Array(work.segment.columns);
      for (let group = 0; group < groups; group++) {
        for (const { address, element, tap, run } of columnsOf(work, groups, group)) {
          const back = (((-work.slotOffset - work.slotStep * tap) % 256) + 256) % 256;
          const zero = (work.previous && ((first >> channel) & 1) === 1) || (windows && back > age);
          const column = run * work.count * groups + element;
          if (element >= work.run) continue;
          acts[column] = zero ? 0 : vmem[channel * groups + group]![address]! << work.align;
        }
      }
      multiply(acts, own[channel]!);
    }
    if (work.ready !== null) target = (target + 1) % 16;
    const posts: [number, number][] = [];
    if (work.lastOfTile) posts.push([code('tileFull0') + work.tile, 1]);
    if (work.frees) posts.push([code('loadFree'), rng.integer(1, 3)]);
    if (work.frees) freePosts += posts.at(-1)![1];
    if (rng.uniform() < 0.5) posts.reverse();
    const word = packWord(
      UNIT_WORDS.mac,
      {
        ...{
          op: UNIT_OPS.work,
          wait0: 0,
          wait0Count: 0,
          wait1: 0,
          wait1Count: 0,
          post0: 0,
          post0Count: 0,
          post1: 0,
          post1Count: 0,
        },
        ...{ tileBase: 0, tileT: 0, tileP: 0, tileQ: 0, align: work.align, previous: work.previous ? 1 : 0 },
        ...{
          // Of CELL, or of STORE: they post and write the same here.
          chain: work.ready === 'chain' ? rng.integer(1, 2) : 0,
          turn: 0,
          taps: work.taps,
          slotStep: work.slotStep,
          rows: work.rows,
        },
        ...{ rowStride: work.rowStride, run: work.count, sourceBase: work.base, sourceSlotBits: work.slotBits },
        ...{ sourceSlotWords: work.slotWords, sourceSlotT: work.slotT, sourceSlotP: work.slotP },
        ...{ sourceSlotOffset: work.slotOffset & 255, sourcePStride: work.pStride, sourceQStride: work.qStride },
        ...{ sourceReplicated: work.replicated ? 1 : 0, ...places[number]! },
      },
      'work',
    );
    const postBits = posts.reduce((bits, [semaphore, n], at) => bits | (((n << 4) | semaphore) << (8 * at)), 0);
    const poison = work.slotWords * 2 ** work.slotBits;
    records.push(
      record(word, work, postBits, first, work.firstOfTile, false, target, work.ready === 'wait', work.frees, poison),
    );
    if (rng.uniform() < 0.2) {
      records.push(record(0n, work, (2 << 4) | code('loadFree'), first, false, true, target, false, true, 0));
      syncPosts += 2;
    }
  }
  const recordBits = 109 + channels + wordWidth();
  return {
    sizes,
    memories,
    files: {
      'records.mem': hex(records, recordBits),
      'vmem.mem': hex(
        initial.flatMap((own) => Array.from(own, raw)),
        vectorBits,
      ),
      ...(stream === null ? {} : { 'image.mem': stream.image }),
      'writes.mem': hex(writes.length === 0 ? [0n] : writes, channels * groups * vectorBits + 19),
    },
    parameters: {
      ...{
        B: channels,
        G: groups,
        L: lanes,
        V: vectorBits,
        ACC: sizes.accBits,
        ROW: sizes.rowBits,
        ROWS: sizes.tileRows,
        WORD: wordWidth(),
      },
      ...{ RECORDS: records.length, VMEM: vmemDepth, WRITES: writes.length, SEED: seed, PAUSE: rng.pick([0, 3, 20]) },
      ...(stream === null
        ? {}
        : { BUS: drawn.external!.busBits, BEATS: stream.beats, ROWSTREAM: drawn.external!.rowStreamBits }),
    },
    tiles: tiles.map((tile) => ({ tile: tile.tile, period: tile.period, rows: tile.rows, sums: sums.get(tile)! })),
    works,
    freePosts,
    syncPosts,
  };
}

/** Program of the reader and image of the segments, a beat a line. */
function streamOf(matrices: readonly EncodedMatrix[], external: WeightStream) {
  const bytes = external.busBits / 8;
  const empty = Object.fromEntries(READER_WORD.fields.map(({ name }) => [name, 0]));
  const program: bigint[] = [];
  const parts: Uint8Array[] = [];
  let first = 0;
  for (const matrix of matrices) {
    const beats = beatsOf(
      external,
      layRows(matrix, external.bufferLimit, () => {}),
    );
    const part = new Uint8Array(beats * bytes);
    writeSegment(part, 0, beats, matrix, external);
    program.push(packWord(READER_WORD, { ...empty, op: UNIT_OPS.work, firstBeat: first, beats }, 'reader'));
    parts.push(part);
    first += beats;
  }
  program.push(BigInt(UNIT_OPS.halt));
  const all = Buffer.concat([...parts, Buffer.alloc(first === 0 ? bytes : 0)]);
  const lines = Array.from({ length: Math.max(first, 1) }, (_, beat) =>
    Buffer.from(all.subarray(beat * bytes, (beat + 1) * bytes))
      .reverse()
      .toString('hex'),
  );
  return { program, image: `${lines.join('\n')}\n`, beats: lines.length };
}

function wordWidth(): number {
  return wordBits(UNIT_WORDS.mac);
}

function hex(words: readonly bigint[], bits: number): string {
  const digits = Math.ceil(bits / 4);
  return words.map((word) => `${word.toString(16).padStart(digits, '0')}\n`).join('');
}

/** A line of the bench's program; see mac_bench.v. */
function record(
  word: bigint,
  { t, p, q, tile, base }: Work,
  posts: number,
  first: number,
  needsTile: boolean,
  sync: boolean,
  target: number,
  waits: boolean,
  frees: boolean,
  poison: number,
): bigint {
  const flag = (on: boolean) => (on ? 1 : 0);
  const fields: [number, number][] = [
    ...([
      [t, 16],
      [p, 16],
      [q, 16],
      [tile, 1],
      [posts, 16],
      [base, 18],
      [poison, 18],
    ] as [number, number][]),
    ...([
      [flag(frees), 1],
      [flag(waits), 1],
      [target, 4],
      [flag(sync), 1],
      [flag(needsTile), 1],
    ] as [number, number][]),
  ];
  let at = BigInt(wordWidth());
  let out = word;
  for (const [value, bits] of fields) {
    out |= BigInt(value) << at;
    at += BigInt(bits);
  }
  return out | (BigInt(first) << at);
}
