import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import { rowRom } from '../../src/hdl/weights.ts';
import { memoryPath, moduleName } from '../../src/machine/names.ts';
import { weightColumnBits } from '../../src/machine/word_format.ts';
import { parseNetlist } from '../../src/synth/netlist.ts';
import { rollUp } from '../../src/synth/rollup.ts';
import { anyYosys } from '../../src/synth/yosys.ts';

const TEMPLATES = new URL('../../src/templates/', import.meta.url);

/** Lanes in step with words of 12 + 5 bits: more words than fit into one block RAM's depth of 512. */
const LANES = 8;
const compilation = sampleDesign(
  { inputs: 34, cells: 24, density: 0.9 },
  { name: 'stepped', array: { lanes: LANES }, activationQueue: 'group', indexBits: 5, weightBits: 12 },
);

test('columns hold a word and are multiples of 8 or 9, the next one', () => {
  for (let bits = 3; bits <= 26; bits++) {
    const column = weightColumnBits({ weightBits: bits - 1, indexBits: 1 });
    expect(column).toBeGreaterThanOrEqual(bits);
    expect(column % 8 === 0 || column % 9 === 0, `${column} for ${bits}`).toBe(true);
    for (let less = bits; less < column; less++) expect(less % 8 === 0 || less % 9 === 0).toBe(false);
  }
  expect(rowRom(compilation.design).values).toMatchObject({ width: 17, column: 18, lanes: LANES });
});

// A memory written in parts needs columns like these: whoever adds one must look here.
test('no other memory is written in parts of a word', () => {
  const partly = readdirSync(TEMPLATES).filter((name) => {
    return name.endsWith('.hbs') && /\w+\[[^\]]+\]\s*\[.*<=/.test(readFileSync(new URL(name, TEMPLATES), 'utf8'));
  });
  expect(partly).toEqual(['row_rom.v.hbs']);
});

test('words of 17 bits: read back as they were, and in as few block RAMs as padded rows fill', async () => {
  await withDesignDir(compilation, async (dir) => {
    const { design, files } = loadDesign(dir);
    expect(design.matrices.map(({ words }) => words)).toEqual(compilation.design.matrices.map(({ words }) => words));

    const module = moduleName('stepped', 'row_rom');
    const paths = [`rtl/${module}.v`, memoryPath('stepped', 'weights_0000.mem')];
    for (const path of paths) expect([...files.keys()]).toContain(path);
    const sources = new Map(paths.map((path) => [path, readFileSync(join(dir, path), 'utf8')]));
    const script = `read_verilog ${paths[0]}; synth_xilinx -family xcu -top ${module} -noiopad -noclkbuf; write_json out.json`;
    const [json] = await anyYosys(script.replaceAll('; ', '\n'), sources, ['out.json']);
    const { block } = rollUp(parseNetlist(json!, 'stepped', 'row_rom'), [
      { module: 'row_rom', path: [{ module: 'row_rom', name: 'row_rom' }], count: 1 },
    ]);
    // A block RAM of 36 Kbit is 36 bits wide at 1,024 words.
    expect(design.dimensions.weightDepth).toBeGreaterThan(512);
    expect(design.dimensions.weightDepth).toBeLessThanOrEqual(1024);
    expect(block.all.bram).toBe((18 * LANES) / 36);
  });
});
