import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { yosysLint } from '../../lint/lint_tools.ts';
import { rtlFiles } from '../../src/design/rtl_files.ts';
import { planNetwork } from '../../src/hdl/network/plan.ts';
import { BLOCK_NAMES, moduleName } from '../../src/machine/names.ts';
import { describeNetworkDesign, randomNetworkDesign } from '../lib/random_network_design.ts';

// 21 and 50 have cell states of 24 bits, and start from others than zeros.
const SEEDS = [7, 8, 9, 14, 16, 21, 26, 30, 32, 50, 53];

test.for(SEEDS)(
  'a network design is lint-clean in Verilator, and its modules have known names: seed %i',
  async (seed) => {
    const network = randomNetworkDesign(seed);
    const { design } = network;
    const known = BLOCK_NAMES.map((block) => moduleName(design.name, block));
    const others = planNetwork(design, 0n).filter(({ file }) => !known.includes(file));
    expect(
      others.map(({ file }) => file),
      describeNetworkDesign(network),
    ).toEqual([design.name]);
    await withNetworkDir(design, async (dir) => {
      const options = ['--lint-only', '-Wall', '--top-module', design.name, ...(await rtlFiles(dir))];
      expect(execFileSync('verilator', options, { cwd: dir, encoding: 'utf8', stdio: 'pipe' })).toBe('');
    });
  },
);

// 8 has weights and sequences in external memory.
test('Yosys finds nothing in a network design either: seed 8', async () => {
  const network = randomNetworkDesign(8);
  const { sizes } = network.design;
  expect([sizes.external, sizes.sequenceStream]).not.toContain(null);
  const findings = await withNetworkDir(network.design, yosysLint);
  expect(findings, describeNetworkDesign(network)).toEqual([]);
});
