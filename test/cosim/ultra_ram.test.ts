import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { cosimulateNetwork } from '../../sim-verilator/network_cosim.ts';
import { NetworkScript } from '../../sim-verilator/network_script.ts';
import { printNetworkModules } from '../../src/design/modules.ts';
import { rtlFiles } from '../../src/design/rtl_files.ts';
import { packNetworkImage } from '../../src/program/network_image.ts';
import { Rng } from '../../src/util/rng.ts';
import { tinyNetworkDesign } from '../lib/tiny_network.ts';

const SEED = 5;
const CONFIG = { name: 'net', array: { groups: 2, lanes: 2 }, elemLanes: 2, weights: 'uram' };
const MODEL_OK = 1 << 11;
const HELD = 1;

describe.each([
  ['a memory a lane', {}],
  ['lanes in step', { activationQueue: 'group' }],
] as const)('weights in UltraRAM, %s', (_title, more) => {
  const design = tinyNetworkDesign({}, { ...CONFIG, ...more });
  const { inputs } = design.program;
  const rng = new Rng(SEED);
  const frames = () => {
    return new Map(
      inputs.map(({ name, elements }) => [
        name,
        Int16Array.from({ length: 3 * elements }, () => rng.integer(-9000, 9000)),
      ]),
    );
  };
  const utterances = [frames(), frames()];
  const options = { simulator: 'icarus', seed: SEED, stalls: 0 } as const;

  test('are there in a simulation without a script', async () => {
    await withNetworkDir(design, async (dir) => {
      const run = await cosimulateNetwork(dir, design, utterances, options);
      expect([run.mismatches, run.comparedWords > 0], `seed ${SEED}`).toEqual([0, true]);
    });
  });

  test('come with an image: until then the core stands still, and frames wait', async () => {
    const { hash } = printNetworkModules(design);
    await withNetworkDir(design, async (dir) => {
      const script = new NetworkScript()
        .run()
        .allow(2 ** 20)
        .pause(300);
      script.read('IMAGE').read('STATUS').read('FRAMES').load(packNetworkImage(design, hash)).read('IMAGE');
      const run = await cosimulateNetwork(dir, design, utterances, { ...options, script });
      const [before, status, sent, after] = run.log as [number, number, number, number];
      expect([before & MODEL_OK, status & HELD, sent, after & MODEL_OK]).toEqual([0, HELD, 0, MODEL_OK]);
      expect([run.mismatches, run.comparedWords > 0], `seed ${SEED}`).toEqual([0, true]);
    });
  });

  test('have no initial values in the RTL, which is lint-clean', async () => {
    await withNetworkDir(design, async (dir) => {
      const files = await rtlFiles(dir);
      const verilator = ['--lint-only', '-Wall', '--top-module', design.name, ...files];
      expect(execFileSync('verilator', verilator, { cwd: dir, encoding: 'utf8', stdio: 'pipe' })).toBe('');
      const icarus = ['-g2005', '-Wall', '-s', design.name, '-o', '/dev/null', ...files];
      expect(execFileSync('iverilog', icarus, { cwd: dir, encoding: 'utf8', stdio: 'pipe' })).toBe('');
    });
  });
});
