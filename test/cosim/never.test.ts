import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { cosimulate } from '../../sim-verilator/cosimulate.ts';
import { sideBySide } from '../../sim-verilator/stimuli.ts';

test('what the RTL says never happens ends a simulation of a broken copy, which says what it was', async () => {
  const compilation = sampleDesign(
    { inputs: 6, cells: 8, density: 1 },
    {
      ...{ array: { lanes: 2 }, elemLanes: 1, accumulatorMemory: 'split' },
    },
  );
  const { design } = compilation;
  await withDesignDir(compilation, async (dir) => {
    const frames = sideBySide(sampleFrames(2, design.dimensions.inputs, design.formats.vectorBits), 1);
    const run = () => cosimulate(dir, design, frames, { simulator: 'icarus', seed: 1, stalls: 0 });
    expect((await run()).mismatches).toBe(0);
    const file = join(dir, `rtl/${design.config.name}_bank_control.v`);
    const text = readFileSync(file, 'utf8');
    const parts = text.split('clear_reg      <= drain_en;');
    expect(parts).toHaveLength(2);
    writeFileSync(file, parts.join("clear_reg      <= 1'b1;"));
    await expect(run()).rejects.toThrow('sums are added into the bank that is drained');
  });
});
