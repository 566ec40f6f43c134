import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { randomMatrix, randomVector } from '../../fixtures/random_weights.ts';
import { lower } from '../../src/compiler/lower/lower.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { POINT_WINDOW } from '../../src/model/graph.ts';
import { checkProgram } from '../../src/program/check.ts';
import type { Instruction, Stream, Synchronized } from '../../src/program/instruction.ts';
import { STREAMS } from '../../src/program/instruction.ts';
import type { Program } from '../../src/program/program.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomMachine, randomQuantized } from '../golden/random_quantized.ts';

function programOf(seed: number, utterance = seed % 2 === 0): Program {
  return lower(randomQuantized(seed, { utterance }), randomMachine(new Rng(seed)), true);
}

/** The program with an instruction changed. */
function changed(program: Program, stream: Stream, at: number, instruction: Instruction): Program {
  const own = program.streams[stream].map((old, n) => (n === at ? instruction : old));
  return { ...program, streams: { ...program.streams, [stream]: own } };
}

describe('the check of programs', () => {
  test('passes what the compiler makes', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const program = programOf(seed);
      expect(() => checkProgram(program), `seed ${seed}`).not.toThrow();
    }
  });

  test('passes a convolution of one position behind those of several', () => {
    const rng = new Rng(4);
    const builder = new GraphBuilder();
    let at = builder.input([2, 4]);
    for (const stride of [1, 2, 2, 1]) {
      const window = { kernel: 3, stride, dilation: 1, before: 1, after: 1 };
      const weights = { weight: randomMatrix(rng, 2, 6), bias: randomVector(rng, 2, 0.3) };
      const conv = { kind: 'conv', channels: 2, groups: 1, ...weights, space: [window], time: POINT_WINDOW } as const;
      at = builder.node({ ...conv, activation: null }, [at]);
    }
    builder.output(at);
    const frames = { frames: 4, width: 8, data: randomVector(rng, 4 * 8, 1) };
    const graph = builder.build();
    const utterances = [new Map([[graph.inputs[0]!.tensor, frames]])];
    expect(() => compileNetwork(graph, parseConfig({ array: { lanes: 4 } }, 'test'), utterances)).not.toThrow();
  });

  test('fails where any wait is left out', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const program = programOf(seed);
      for (const stream of STREAMS) {
        for (const [at, instruction] of program.streams[stream].entries()) {
          if (!('waits' in instruction) || instruction.waits.length === 0) continue;
          const without = changed(program, stream, at, { ...instruction, waits: instruction.waits.slice(1) });
          expect(() => checkProgram(without), `seed ${seed}, ${stream} ${at}`).toThrow(/program/);
        }
      }
    }
  });

  test('fails where a post is left out, or one too many', () => {
    const program = programOf(2);
    for (const stream of STREAMS) {
      for (const [at, instruction] of program.streams[stream].entries()) {
        if (!('posts' in instruction) || instruction.posts.length === 0) continue;
        const [first, ...rest] = instruction.posts as Synchronized['posts'];
        const fewer = changed(program, stream, at, { ...instruction, posts: rest });
        expect(() => checkProgram(fewer), `${stream} ${at}`).toThrow(/program/);
        const more = { ...instruction, posts: [{ semaphore: first!.semaphore, count: first!.count + 1 }, ...rest] };
        expect(() => checkProgram(changed(program, stream, at, more)), `${stream} ${at}`).toThrow(/program/);
      }
    }
  });
});
