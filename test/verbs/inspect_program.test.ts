import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SEMAPHORE_MAX } from '../../src/program/instruction.ts';
import { programListing } from '../../src/program/listing.ts';
import { inspectProgram } from '../../src/verbs/inspect_program.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('a design has a program, whose listing has every instruction', () => {
  const { program, check } = inspectProgram({ path: `${ROOT}generated/sample` });
  expect(program.mode).toBe('streaming');
  for (const count of Object.values(check.counts)) expect(count).toBeLessThanOrEqual(SEMAPHORE_MAX);
  const listing = programListing(program);
  for (const instructions of Object.values(program.streams)) {
    expect(listing).toMatch(new RegExp(`^ *${instructions.length - 1}  `, 'm'));
  }
  expect(listing).toContain('[wait');
});

test('a model needs a config, and a design takes none', () => {
  const model = `${ROOT}examples/onnx/stacked.onnx`;
  expect(() => inspectProgram({ path: model })).toThrow(/a program is made for a machine/);
  expect(() => inspectProgram({ path: `${ROOT}generated/sample`, config: 'c.json' })).toThrow(
    /^--config: .*Leave it out$/,
  );
  const { program } = inspectProgram({ path: model, config: `${ROOT}configs/sample.json` });
  expect(program.states.length).toBeGreaterThan(2);
});

test('inspect --program prints the listing, or JSON', () => {
  const run = (...more: string[]) =>
    execFileSync('node', [COMPILED_BIN, 'inspect', `${ROOT}generated/sample`, '--program', ...more], {
      encoding: 'utf8',
    });
  expect(run()).toContain('\nMAC\n');
  expect(JSON.parse(run('--json'))).toMatchObject({ kind: 'program', mode: 'streaming' });
});
