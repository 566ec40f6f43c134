import { describe, expect, test, vi } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { LINT_DESIGNS, lintDesign } from '../../lint/lint_designs.ts';
import { icarusLint, verilatorLint, yosysLint } from '../../lint/lint_tools.ts';

vi.setConfig({ maxConcurrency: 2 });

// What synthesis makes of them: `npm run map:rtl`.
describe.concurrent('emitted Verilog is clean in Verilator, Icarus and Yosys', () => {
  test.for(LINT_DESIGNS)('$title', (design, { expect: local }) =>
    withDesignDir(lintDesign(design), async (dir) => {
      local(await verilatorLint(dir)).toEqual([]);
      local(await icarusLint(dir)).toEqual([]);
      local(await yosysLint(dir)).toEqual([]);
    }),
  );
});

test('the designs differ in all options', () => {
  const dimensions = LINT_DESIGNS.map((design) => lintDesign(design).design);
  const some = (property: (design: (typeof dimensions)[number]) => boolean) => {
    expect(dimensions.some(property)).toBe(true);
    expect(dimensions.every(property)).toBe(false);
  };
  some(({ dimensions: { projection } }) => projection);
  some(({ dimensions: { peepholes } }) => peepholes);
  some(({ dimensions: { projection, peepholes } }) => projection && !peepholes);
  some(({ formats: { saturate } }) => saturate);
  some(({ formats: { accBits, vectorBits } }) => accBits <= vectorBits);
  some(({ formats: { vectorBits } }) => vectorBits < 16);
  some(({ config: { fifoDepth } }) => fifoDepth === 1);
  some(({ config: { indexBits }, dimensions: { rowBits } }) => indexBits > rowBits);
  some(({ config: { indexBits }, dimensions: { rowBits } }) => indexBits === rowBits);
  some(({ dimensions: { lanes } }) => lanes === 1);
  some(({ dimensions: { lanes } }) => lanes === 128);
  some(({ dimensions: { lanes, elemLanes } }) => lanes === elemLanes);
  some(({ dimensions: { banks } }) => banks.every(({ block }) => block));
  some(({ dimensions: { split } }) => split);
  some(({ dimensions: { split, projection } }) => split && !projection);
  some(({ dimensions: { split, dram } }) => split && dram);
  some(({ dimensions: { inStep } }) => inStep);
  some(({ dimensions: { inStep, split, lanes } }) => inStep && split && lanes > 1);
  some(({ dimensions: { channels } }) => channels > 1);
  some(({ dimensions: { groups } }) => groups > 1);
  some(({ dimensions: { channels, groups } }) => channels > 1 && groups > 1);
  some(({ dimensions: { groups, elemLanes } }) => groups > elemLanes);
  some(({ dimensions: { groups, elemLanes } }) => groups < elemLanes);
  some(({ dimensions: { beat } }) => beat > 1);
  some(({ dimensions: { sharedCounts } }) => sharedCounts);
  some(({ dimensions: { dram } }) => dram);
  some(({ dimensions: { dram, sharedCounts, lanes } }) => dram && sharedCounts && lanes > 1);
  some(({ dimensions: { dram, sharedCounts, lanes } }) => !dram && sharedCounts && lanes > 1);
  some(({ dimensions: { dram, busBits, rowStreamBits } }) => dram && busBits > rowStreamBits);
  some(({ dimensions: { dram, busBits, rowStreamBits } }) => dram && busBits === rowStreamBits);
  some(({ dimensions: { dram, busBits, rowStreamBits } }) => dram && busBits < rowStreamBits);
  some(({ config: { weightBits, indexBits }, dimensions: d }) => d.dram && d.wordSlot > weightBits + indexBits);
});
