import { expect, test } from 'vitest';
import { rowRom, ultraRam } from '../../src/hdl/network/memories.ts';
import { renderModule } from '../../src/hdl/render.ts';
import { moduleName } from '../../src/machine/names.ts';
import { ultraRams } from '../../src/machine/resources/memory.ts';
import { parseNetlist } from '../../src/synth/netlist.ts';
import { rollUp } from '../../src/synth/rollup.ts';
import { mapScript } from '../../src/synth/script.ts';
import { anyYosys } from '../../src/synth/yosys.ts';
import { testSizes } from '../hdl/network/sizes.ts';

// 8 + 10 bits: a column of a row is as wide as its word.
const SIZES = testSizes({ ultra: true, lanes: 8, weightBits: 8, indexBits: 10, weightDepth: 4000 });

function moduleText(block: string, plan: typeof rowRom): string {
  const { values, ...own } = plan(SIZES, 'dut');
  return renderModule({ ...own, file: block, values: { ...values, name: 'dut' } });
}

test.each([
  ['row_rom', rowRom, 8],
  ['ultra_ram', ultraRam, 1],
] as const)('%s is mapped to UltraRAM', async (block, plan, words) => {
  const module = moduleName('dut', block);
  const source = new Map([[`${module}.v`, moduleText(block, plan)]]);
  const script = [
    `read_verilog ${module}.v`,
    `synth_xilinx -family xcup -uram -top ${module} -noiopad -noclkbuf`,
    'proc =*',
    'write_json out.json',
  ];
  const [json] = await anyYosys(script.join('\n'), source, ['out.json']);
  const { block: found } = rollUp(parseNetlist(json!, 'dut', block), [
    { module: block, path: [{ module: block, name: block }], count: 1 },
  ]);
  expect([found.all.uram, found.all.bram]).toEqual([ultraRams(4000, 18 * words), 0]);
});

test('only the family that has it is asked for it', () => {
  expect(mapScript('top.il', 'top', 'xcup')).toContain(' -uram ');
  expect(mapScript('top.il', 'top', 'xcu')).not.toContain('-uram');
});
