import { expect, test } from 'vitest';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { boundariesOf } from '../../sim-verilator/boundaries.ts';
import { planModules } from '../../src/hdl/plan.ts';
import { renderModule } from '../../src/hdl/render.ts';

/** Inputs of every module, over designs that have all of the inputs named in the boundaries. */
function inputsByModule(): Map<string, Set<string>> {
  const inputs = new Map<string, Set<string>>();
  for (const more of [{ weights: 'dram', accumulatorMemory: 'split' }, {}]) {
    const layer = { inputs: 9, cells: 8, outputs: 6, peepholes: true };
    const { design } = sampleDesign(layer, { name: 'kept', array: { groups: 2, lanes: 2 }, ...more });
    for (const plan of planModules(design, 0n)) {
      const names = inputs.get(plan.file) ?? new Set<string>();
      for (const [, name] of renderModule(plan).matchAll(/^ {4}input +wire .*?(\w+),?$/gm)) names.add(name!);
      inputs.set(plan.file, names);
    }
  }
  return inputs;
}

test('every module and input that Verilator is told of is there', () => {
  const inputs = inputsByModule();
  const boundaries = boundariesOf('kept');
  const modules = [...boundaries.matchAll(/^no_inline -module "(\w+)"$/gm)].map(([, module]) => module!);
  const ports = [...boundaries.matchAll(/^public_flat_rd -module "(\w+)" -var "([\w*]+)"$/gm)];
  expect(modules.length).toBeGreaterThan(0);
  expect(ports.length).toBeGreaterThan(0);
  for (const module of modules) expect([...inputs.keys()]).toContain(module);
  for (const [, module, pattern] of ports) {
    const name = new RegExp(`^${pattern!.replaceAll('*', '\\w*')}$`);
    expect(
      [...inputs.get(module!)!].filter((input) => name.test(input)),
      `${module}.${pattern}`,
    ).not.toEqual([]);
  }
});
