import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/design/files.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import { loadNetwork } from '../../src/design/load_network.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { buildModel } from '../../src/verbs/build_network.ts';
import { simulate } from '../../src/verbs/simulate.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODEL = join(ROOT, 'examples/onnx/stacked.onnx');
const CONFIG = { name: 'stack', array: { channels: 2, groups: 2, lanes: 4 }, outputBeat: 2 };

let work: string;
let dir: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'esegen-test-'));
  dir = join(work, 'design');
  const built = buildModel({ model: MODEL, config: parseConfig(CONFIG, 'config'), out: dir });
  expect(built.kind).toBe('network');
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Runs esegen; what it printed, and its exit code. */
function esegen(...args: string[]): { readonly out: string; readonly code: number } {
  try {
    return {
      out: execFileSync('node', [join(ROOT, 'bin/esegen.js'), ...args], { encoding: 'utf8', stdio: 'pipe' }),
      code: 0,
    };
  } catch (error) {
    const { stdout, stderr, status } = error as { stdout: string; stderr: string; status: number };
    return { out: `${stdout}${stderr}`, code: status };
  }
}

describe('the design directory of a network', () => {
  test('comes back as it was built, and its RTL agrees with the golden model', async () => {
    const { design, files } = loadNetwork(dir);
    expect(design.config.name).toBe('stack');
    expect(files.has('program.json')).toBe(true);
    for (const stalls of [0, 0.4]) {
      const result = await simulate(dir, { simulator: 'icarus', frames: 3, stalls, seed: 5 });
      expect(result).toMatchObject({ mismatches: 0, utterances: 2, frames: 3 });
      expect(result.comparedWords).toBeGreaterThan(0);
      expect(result.differences).toEqual([]);
    }
  });

  test('is built, simulated and inspected by the commands', () => {
    const out = join(work, 'by_command');
    writeFileSync(join(work, 'config.json'), JSON.stringify(CONFIG));
    expect(esegen('build', MODEL, '--config', join(work, 'config.json'), '--out', out)).toMatchObject({ code: 0 });
    const run = esegen('simulate', out, '--simulator', 'icarus', '--frames', '2');
    expect(run.out).toMatch(/^RTL and golden model agree on all \d+ words/);
    expect(esegen('inspect', out).out).toMatch(/design of a network[\s\S]*runs step by step/);
    expect(esegen('inspect', out, '--program').out).toContain('\nMAC\n');
    expect(JSON.parse(esegen('inspect', out, '--json').out)).toMatchObject({ kind: 'network' });
  });

  test('that is damaged is refused with the file and what is wrong with it', () => {
    const path = join(dir, 'design.json');
    const original = readFileSync(path, 'utf8');
    const program = readFileSync(join(dir, 'program.json'), 'utf8');
    const memory = join(dir, 'mem/stack_weights_0000.mem');
    const weights = readFileSync(memory, 'utf8');
    writeFileSync(
      memory,
      weights.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect(() => loadNetwork(dir)).toThrow(/^mem\/stack_weights_0000\.mem: damaged or changed/);
    // A listed file that is whole, and not that of the program.
    const manifest = JSON.parse(original);
    manifest.files['mem/stack_weights_0000.mem'] = sha256(readFileSync(memory));
    writeFileSync(path, JSON.stringify(manifest));
    expect(() => loadNetwork(dir)).toThrow(/mem\/stack_weights_0000\.mem is not that of program\.json/);
    writeFileSync(memory, weights);
    // A config and a program that do not belong together.
    writeFileSync(path, JSON.stringify({ ...JSON.parse(original), config: { ...CONFIG, indexBits: 7 } }));
    expect(() => loadNetwork(dir)).toThrow(
      /^\S+design\.json: config and program\.json contradict themselves \(.*indexBits/,
    );
    writeFileSync(join(dir, 'program.json'), '{');
    const listed = JSON.parse(original);
    listed.files['program.json'] = sha256('{');
    writeFileSync(path, JSON.stringify(listed));
    expect(() => loadNetwork(dir)).toThrow(/^program\.json: /);
    writeFileSync(join(dir, 'program.json'), program);
    writeFileSync(path, original);
    expect(loadNetwork(dir).files.size).toBeGreaterThan(10);
  });

  test('is refused by what takes one LSTM layer, in one line', () => {
    expect(() => loadDesign(dir)).toThrow(
      /is the design of a network, and what was asked for takes that of one LSTM layer/,
    );
  });
});

test('settings that networks do not have are refused by name', () => {
  const build = (more: object) => () =>
    buildModel({ model: MODEL, config: parseConfig({ ...CONFIG, ...more }, 'config'), out: join(work, 'none') });
  expect(build({ maximum: { inputs: 64 } })).toThrow(/^maximum: /);
  expect(build({ accumulatorMemory: 'split' })).toThrow(/^accumulatorMemory: /);
});
