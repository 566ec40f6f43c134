import { describe, expect, test } from 'vitest';
import { lower } from '../../src/compiler/lower/lower.ts';
import type { QuantizedNode, Sums } from '../../src/compiler/quantized_graph.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import type { Program } from '../../src/program/program.ts';
import { Rng } from '../../src/util/rng.ts';
import { plainNetwork } from './plain_network.ts';
import { randomConvolutions, randomFrames, randomMachine, randomQuantized } from './random_quantized.ts';

function check(seed: number, utterance: boolean): void {
  const rng = new Rng(seed);
  const graph = randomQuantized(seed, { utterance });
  const network = new GoldenNetwork(lower(graph, randomMachine(rng)));
  if (!utterance) expect(network.program.mode).toBe('streaming');
  for (let run = 0; run < 2; run++) {
    const frames = randomFrames(graph, rng, rng.integer(8, 14));
    const { outputs } = network.run(frames);
    for (const [name, values] of plainNetwork(graph, frames)) {
      expect([...outputs.get(name)!], `seed ${seed}, run ${run}, ${name}`).toEqual([...values]);
    }
  }
}

describe('the golden model equals a plain evaluation', () => {
  test('of random streaming networks', () => {
    for (let seed = 1; seed <= 100; seed++) check(seed, false);
  });

  test('of random networks by utterance', () => {
    for (let seed = 1001; seed <= 1150; seed++) check(seed, true);
  });
});

describe('the golden model equals a plain evaluation of convolutions', () => {
  /** What of blocks of positions a node has, as segments and views show it. */
  function blocksSeen({ segments, views, streams }: Program): string[] {
    const seen: string[] = [];
    const loops = streams.mac.filter(({ op }) => op === 'loop').length;
    for (const instruction of streams.mac) {
      if (instruction.op !== 'mac') continue;
      const { name } = segments[instruction.segment]!;
      const { pStride, qStride } = views[instruction.source]!;
      if (name.includes('.at')) seen.push(qStride === 0 ? 'a rest' : 'a rest in every row');
      else if (pStride !== 0 && loops > 1) seen.push('blocks in a loop');
    }
    return seen;
  }

  test('whose positions come in blocks, with what is left of them', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const rng = new Rng(seed);
      const graph = randomConvolutions(seed);
      const network = new GoldenNetwork(lower(graph, randomMachine(rng)));
      for (const what of blocksSeen(network.program)) seen.add(what);
      const frames = randomFrames(graph, rng, rng.integer(8, 12));
      const { outputs } = network.run(frames);
      for (const [name, values] of plainNetwork(graph, frames)) {
        expect([...outputs.get(name)!], `seed ${seed}, ${name}`).toEqual([...values]);
      }
    }
    expect([...seen].sort()).toEqual(['a rest', 'a rest in every row', 'blocks in a loop']);
  });
});

describe('with accumulators that saturate after every addition, the golden model equals a plain evaluation', () => {
  /** Products of 12 by 16 bits, a few to a few dozen of them: narrow enough to saturate now and then. */
  const BITS = [23, 24, 25];

  function checkSaturating(seed: number, utterance: boolean): readonly string[] {
    const rng = new Rng(seed);
    const graph = randomQuantized(seed, { utterance, accumulatorBits: rng.pick(BITS) });
    // The order of the columns of a window over two axes, and their groups, are the lowering's own.
    const shapes = [...graph.tensors.values()].map(({ shape }) => shape.length);
    if (Math.max(...shapes) > 2) return [];
    const groups = Math.max(...shapes) > 1 ? 1 : rng.pick([1, 2, 4]);
    const network = new GoldenNetwork(lower(graph, { ...randomMachine(rng), groups }));
    const frames = randomFrames(graph, rng, rng.integer(8, 14));
    const { outputs } = network.run(frames);
    for (const [name, values] of plainNetwork(graph, frames, groups)) {
      expect([...outputs.get(name)!], `seed ${seed}, ${name}`).toEqual([...values]);
    }
    // Where exact sums give the same, nothing has saturated that shows.
    const exact = plainNetwork({ ...graph, nodes: graph.nodes.map(withExactSums) }, frames);
    const moved = graph.outputs.some(({ name }) => `${exact.get(name)}` !== `${outputs.get(name)}`);
    return moved ? graph.nodes.map(kindOf) : [];
  }

  test.each([
    { of: 'streaming networks', utterance: false, first: 1 },
    { of: 'networks by utterance', utterance: true, first: 1001 },
  ])('of random $of', ({ utterance, first }) => {
    const seen = new Map<string, number>();
    for (let seed = first; seed < first + 200; seed++) {
      for (const kind of new Set(checkSaturating(seed, utterance))) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    for (const kind of ['lstm', 'gru after', 'gru before', 'affine', 'convolution']) {
      expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(5);
    }
  });
});

function kindOf({ layer }: QuantizedNode): string {
  if (layer.kind === 'gru') return `gru ${layer.stages.reset}`;
  const isWindow = layer.kind === 'affine' && layer.sums.products.some(({ window }) => window !== null);
  return isWindow ? 'convolution' : layer.kind;
}

function withExactSums(node: QuantizedNode): QuantizedNode {
  const { layer } = node;
  const exact = (sums: Sums): Sums => ({ ...sums, saturate: false });
  if (layer.kind === 'affine') return { ...node, layer: { ...layer, sums: exact(layer.sums) } };
  if (layer.kind === 'lstm') return { ...node, layer: { ...layer, gates: exact(layer.gates) } };
  if (layer.kind === 'pick') return node;
  const { stages } = layer;
  if (stages.reset === 'after')
    return { ...node, layer: { ...layer, stages: { ...stages, sums: exact(stages.sums) } } };
  const resetSums = exact(stages.resetSums);
  return { ...node, layer: { ...layer, stages: { ...stages, resetSums, sums: exact(stages.sums) } } };
}

describe('states', () => {
  test('kept from run to run, or given back, go on as in one run', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rng = new Rng(seed);
      const graph = randomQuantized(seed, { utterance: false });
      const program = lower(graph, randomMachine(rng));
      const frames = randomFrames(graph, rng, 9);
      const part = (from: number, to: number) =>
        new Map(
          program.inputs.map(({ name, elements }) => [name, frames.get(name)!.slice(from * elements, to * elements)]),
        );
      const whole = new GoldenNetwork(program).run(frames);
      const parts = new GoldenNetwork(program);
      const first = parts.run(part(0, 4));
      const other = new GoldenNetwork(program).run(part(4, 9), { states: first.states });
      const rest = parts.run(part(4, 9), { states: 'kept' });
      const windows = graph.nodes.some(
        ({ layer }) =>
          layer.kind === 'affine' && layer.sums.products.some(({ window }) => (window?.time.kernel ?? 1) > 1),
      );
      for (const { name } of program.outputs) {
        const joined = [...first.outputs.get(name)!, ...rest.outputs.get(name)!];
        expect(joined, `seed ${seed}, ${name}`).toEqual([...whole.outputs.get(name)!]);
        // Frames that a window looks back on are no states of the host.
        if (!windows) expect(other.outputs.get(name), `seed ${seed}, ${name}`).toEqual(rest.outputs.get(name));
      }
      expect(rest.states, `seed ${seed}`).toEqual(whole.states);
    }
  });

  test('of another size are refused, and so are inputs that are missing or have no whole frames', () => {
    const graph = randomQuantized(2, { utterance: false });
    const network = new GoldenNetwork(lower(graph, randomMachine(new Rng(2))));
    const frames = randomFrames(graph, new Rng(2), 3);
    const [state] = network.program.states;
    const wrong = new Map([[`${state!.node}.${state!.part}`, new Int32Array(99)]]);
    expect(() => network.run(frames, { states: wrong })).toThrow(/expected \d+ elements, got 99/);
    expect(() => network.run(new Map())).toThrow(/is missing/);
    const { name, elements } = network.program.inputs[0]!;
    expect(() => network.run(new Map([...frames, [name, new Int16Array(elements + 1)]]))).toThrow(/expected /);
  });
});
