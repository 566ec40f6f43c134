import { describe, expect, test } from 'vitest';
import { wordLoad } from '../../../src/hdl/network/load.ts';
import { streamSequencer } from '../../../src/hdl/network/stream_sequencer.ts';
import { packWord, unpackWord, type WordFormat, wordBits } from '../../../src/program/field.ts';
import {
  CHAINS,
  type Counter,
  type Instruction,
  SEMAPHORES,
  STREAMS,
  type Stream,
  type Streams,
  type Token,
} from '../../../src/program/instruction.ts';
import { type MemImage, memFromBigInts } from '../../../src/program/mem_image.ts';
import type { Program } from '../../../src/program/program.ts';
import { LOOP_KINDS, LOOP_WORD, UNIT_OPS, UNIT_WORDS } from '../../../src/program/unit_words.ts';
import { Walk, type WalkEvent } from '../../../src/program/walk.ts';
import { Rng } from '../../../src/util/rng.ts';
import { DUT, lintBlocks, runBlocks } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

/** A field of each unit's work that carries the number of the instruction. */
const NUMBER: Readonly<Record<Stream, string>> = {
  load: 'sequenceBase',
  mac: 'pointerBase',
  cell: 'paramBase',
  store: 'sequenceBase',
};

const COUNTERS: readonly Counter[] = ['t', 'p', 'q'];

/** Programs of nested loops whose streams hand work to each other, as those of layers do. */
class RandomProgram {
  readonly streams: Record<Stream, Instruction[]> = { load: [], mac: [], cell: [], store: [] };
  readonly steps: readonly number[];
  readonly #rng: Rng;
  readonly #chains: boolean;

  /** @param chains whether MAC may take `ready` before it is posted */
  constructor(seed: number, axes: number, chains: boolean) {
    this.#rng = new Rng(seed);
    this.#chains = chains;
    this.steps = Array.from({ length: axes }, () => this.#rng.integer(1, 5));
    this.#syncs('posts');
    for (let stage = this.#rng.integer(1, 2); stage > 0; stage--) this.#loop([], axes);
    this.#syncs('waits');
  }

  /** What crosses the ends of loops. */
  #syncs(kind: 'posts' | 'waits'): void {
    const give = (stream: Stream, tokens: readonly Token[]) => {
      this.streams[stream].push({ op: 'sync', waits: [], posts: [], [kind]: tokens });
    };
    const [first, second] = kind === 'posts' ? (['mac', 'load'] as const) : (['load', 'mac'] as const);
    give(first, [{ semaphore: 'loadFree', count: 2 }]);
    give(kind === 'posts' ? 'cell' : second, [
      { semaphore: 'tileFree0', count: 1 },
      { semaphore: 'tileFree1', count: 1 },
    ]);
    give(kind === 'posts' ? 'store' : 'cell', [{ semaphore: 'outFree', count: 3 }]);
    give(kind === 'posts' ? 'store' : 'load', [{ semaphore: 'passFree', count: 1 }]);
  }

  #loop(open: readonly Counter[], axes: number): void {
    const rng = this.#rng;
    const counter = rng.pick(COUNTERS.filter((name) => !open.includes(name)));
    const rounds = axes > 0 && rng.integer(0, 2) === 0 ? { axis: rng.integer(0, axes - 1) } : rng.integer(1, 4);
    for (const stream of STREAMS) this.streams[stream].push({ op: 'loop', counter, rounds });
    this.#works();
    if (open.length < 2 && rng.integer(0, 2) > 0) {
      this.#loop([...open, counter], axes);
      this.#works();
    }
    for (const stream of STREAMS) this.streams[stream].push({ op: 'end' });
  }

  #works(): void {
    for (let count = this.#rng.integer(0, 3); count > 0; count--)
      this.#rng.pick([this.#pass, this.#layer, this.#token])();
  }

  readonly #pass = (): void => {
    const work = {
      waits: [{ semaphore: 'passFree', count: 1 }],
      posts: [{ semaphore: 'passFull', count: 1 }],
    } as const;
    this.streams.load.push({ op: 'load', from: { input: 0 }, to: 0, ...work });
    const back = { waits: work.posts, posts: work.waits };
    this.streams.store.push({ op: 'store', from: 0, to: { output: 0 }, ...back });
  };

  readonly #layer = (): void => {
    const rng = this.#rng;
    const { load, mac, cell, store } = this.streams;
    const bit = () => rng.integer(0, 1);
    const tile = { base: bit(), t: bit(), p: bit(), q: bit() };
    const one = (semaphore: Token['semaphore']): Token => ({ semaphore, count: 1 });
    load.push({ op: 'load', from: { input: 0 }, to: 0, waits: [one('loadFree')], posts: [one('loaded')] });
    const common = { op: 'mac', segment: 0, source: 0, previous: false, align: 0, turn: 'always' } as const;
    const product = { ...common, tile, chain: 'none' } as const;
    mac.push({ ...product, waits: [one('loaded'), one('tileFree0')], posts: [one('tileFull0'), one('loadFree')] });
    const drain = {
      op: 'cell',
      slotProgram: 0,
      parameters: 0,
      tile,
      cells: 1,
      state: null,
      to: 0,
      block: null,
      kindsTurned: false,
      drop: 0,
    } as const;
    cell.push({ ...drain, waits: [one('tileFull0')], posts: [one('tileFree0'), one('ready')] });
    const other = { ...tile, base: 1 - tile.base };
    const next = { ...common, tile: other, chain: this.#chains && bit() === 1 ? 'ready' : 'none' } as const;
    mac.push({ ...next, waits: [one('ready'), one('tileFree0')], posts: [one('tileFull0')] });
    const last = { ...drain, tile: other };
    cell.push({ ...last, waits: [one('outFree'), one('tileFull0')], posts: [one('tileFree0'), one('outFull')] });
    const out = { op: 'store', from: 0, to: { output: 0 } } as const;
    store.push({ ...out, waits: [one('outFull')], posts: [one('outFree')] });
  };

  /** Syncs that only wait, or only post, also while their units still work. */
  readonly #token = (): void => {
    const [full, free]: Token[] = [
      { semaphore: 'passFull', count: 1 },
      { semaphore: 'passFree', count: 1 },
    ];
    const { load, store } = this.streams;
    load.push({ op: 'sync', waits: [free!], posts: [] }, { op: 'sync', waits: [], posts: [full!] });
    store.push({ op: 'sync', waits: [full!], posts: [] }, { op: 'sync', waits: [], posts: [free!] });
  };
}

/** The parts of a unit word that the sequencer looks at. */
function word(stream: Stream, instruction: Instruction, at: number, streaming: boolean): bigint {
  const zeros = (format: WordFormat) => Object.fromEntries(format.fields.map(({ name }) => [name, 0]));
  const format = UNIT_WORDS[stream];
  if (instruction.op === 'end') return packWord(format, { ...zeros(format), op: UNIT_OPS.end }, 'end');
  if (instruction.op === 'loop') {
    const { counter, rounds } = instruction;
    const kind =
      typeof rounds === 'number'
        ? { loopKind: LOOP_KINDS.rounds, rounds }
        : { loopKind: streaming ? LOOP_KINDS.endless : LOOP_KINDS.axis, rounds: rounds.axis };
    return packWord(LOOP_WORD, { op: UNIT_OPS.loop, counter: COUNTERS.indexOf(counter), ...kind }, 'loop');
  }
  const token = (name: string, given: Token | undefined) => ({
    [name]: given === undefined ? 0 : SEMAPHORES.indexOf(given.semaphore),
    [`${name}Count`]: given?.count ?? 0,
  });
  const { waits, posts } = instruction;
  const tokens = {
    ...{ ...token('wait0', waits[0]), ...token('wait1', waits[1]) },
    ...{ ...token('post0', posts[0]), ...token('post1', posts[1]) },
  };
  const values: Record<string, number> = { ...zeros(format), ...tokens };
  if (instruction.op === 'sync') return packWord(format, { ...values, op: UNIT_OPS.sync }, 'sync');
  if ('tile' in instruction) {
    const { base, t, p, q } = instruction.tile;
    Object.assign(values, { tileBase: base, tileT: t, tileP: p, tileQ: q });
  }
  if (instruction.op === 'mac') values.chain = CHAINS.indexOf(instruction.chain);
  return packWord(format, { ...values, op: UNIT_OPS.work, [NUMBER[stream]]: at }, 'work');
}

interface Built {
  readonly plans: ReturnType<typeof streamSequencer>[];
  readonly parameters: Readonly<Record<string, number>>;
  readonly memories: ReadonlyMap<string, MemImage>;
}

function build(streams: Streams, axes: number, utterance: boolean): Built {
  const halt = BigInt(UNIT_OPS.halt);
  const words = STREAMS.map((stream) => [
    ...streams[stream].map((instruction: Instruction, at: number) => word(stream, instruction, at, !utterance)),
    ...[halt, halt],
  ]);
  const [load, mac, cell, store] = words.map(({ length }) => length);
  const programDepth = { load: load!, mac: mac!, cell: cell!, store: store! };
  const sizes = testSizes({ programDepth, axes: Math.max(axes, 1), utterance });
  const width = (stream: Stream) => wordBits(UNIT_WORDS[stream]);
  return {
    plans: STREAMS.map((stream) => streamSequencer(sizes, DUT, stream)),
    parameters: {
      ...{ WORDS: wordLoad(sizes).bits, AXES: sizes.axes, LOAD_WIDTH: width('load'), MAC_WIDTH: width('mac') },
      ...{ CELL_WIDTH: width('cell'), STORE_WIDTH: width('store') },
    },
    memories: new Map(
      STREAMS.map((stream, at) => [`${DUT}_${stream}.mem`, memFromBigInts(width(stream), words[at]!)] as const),
    ),
  };
}

function walkThrough(streams: Streams, steps: readonly number[]): WalkEvent[] {
  const walk = new Walk({ streams } as Program, steps, false);
  const events: WalkEvent[] = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const stream of STREAMS) {
      for (let event = walk.advance(stream); event !== null; event = walk.advance(stream)) {
        moved = true;
        events.push(event);
      }
    }
  }
  expect(STREAMS.filter((stream) => !walk.done(stream))).toEqual([]);
  return events;
}

/**
 * Compares what the bench printed with a walk: order, counters, tile, target of `ready`, that of `outFull` for STORE, and, where nothing is chained, that what must
 * be done before is done.
 */
function compareRun(lines: readonly string[], events: readonly WalkEvent[], chains: boolean): void {
  const byStream = STREAMS.map((stream) => events.filter((event) => event.stream === stream));
  const works = byStream.map((own) => own.filter(({ instruction: { op } }) => op !== 'sync'));
  const targets = new Map<WalkEvent, number>();
  for (const [stream, followed] of [
    [1, 'ready'],
    [3, 'outFull'],
  ] as const) {
    let target = 0;
    for (const event of byStream[stream]!) {
      if ('waits' in event.instruction) {
        for (const { semaphore, count } of event.instruction.waits) if (semaphore === followed) target += count;
      }
      targets.set(event, target & 15);
    }
  }
  const taken = [0, 0, 0, 0];
  const done = [0, 0, 0, 0];
  for (const line of lines) {
    const [kind, number, ...rest] = line.split(' ');
    const s = Number(number);
    if (kind === 'D') {
      done[s]!++;
      continue;
    }
    const event = works[s]![taken[s]!++]!;
    const { t, p, q } = event.counters;
    const { instruction } = event;
    const tile =
      'tile' in instruction
        ? (instruction.tile.base + instruction.tile.t * t + instruction.tile.p * p + instruction.tile.q * q) & 1
        : 0;
    const stream = STREAMS[s]!;
    const seen = [
      ...rest.slice(0, 5).map(Number),
      unpackWord(UNIT_WORDS[stream], BigInt(`0x${rest[5]}`))[NUMBER[stream]],
    ];
    expect(seen).toEqual([t, p, q, tile, targets.get(event) ?? 0, event.at]);
    if (chains) continue;
    for (const [other, clock] of event.clock.entries()) {
      if (other === s) continue;
      const needed = byStream[other]!.slice(0, clock).filter(({ instruction: { op } }) => op !== 'sync').length;
      expect(done[other], `${stream} ${event.at} needs ${STREAMS[other]}`).toBeGreaterThanOrEqual(needed);
    }
  }
  expect(taken).toEqual(works.map(({ length }) => length));
  expect(done).toEqual(taken);
}

describe('stream_sequencer', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('random programs as the walk, seed %i', async (seed) => {
    const axes = seed % 2 === 0 ? 0 : 3;
    const chains = seed % 3 === 0;
    const { streams, steps } = new RandomProgram(seed, axes, chains);
    const typed = streams as unknown as Streams;
    const { plans, parameters, memories } = build(typed, axes, axes > 0);
    const lines = await runBlocks({
      ...{ plans, memories, bench: 'stream_sequencer_bench', parameters: { ...parameters, SEED: seed } },
      files: { 'steps.txt': (steps.length === 0 ? [0] : steps).map((count) => count.toString(16)).join('\n') },
    });
    const events = walkThrough(typed, steps);
    let from = 0;
    for (let run = 0; run < 2; run++) {
      const to = lines.indexOf('H', from);
      expect(to, `seed ${seed}, run ${run}: ${lines.at(-1)}`).toBeGreaterThanOrEqual(0);
      compareRun(lines.slice(from, to), events, chains);
      from = to + 1;
    }
  });

  test('lint', async () => {
    for (const utterance of [false, true]) {
      const sizes = testSizes({ utterance });
      for (const stream of STREAMS) {
        const plan = streamSequencer(sizes, DUT, stream);
        expect(await lintBlocks([plan], `${DUT}_${stream}_sequencer`)).toEqual([]);
      }
    }
  });
});
