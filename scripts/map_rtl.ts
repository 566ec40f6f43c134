// Checks what synthesis for UltraScale makes of some designs of both machines: DSP blocks, block RAM, no latches, no net with more loads than it may
// have. A module is mapped once by its text, whatever the designs that it is in, and two runs of Yosys go at a time. Prints a line for each design;
// exits with 1 where anything was found. Lint of all designs: test/lint.

import { MAPPED_DESIGNS } from '../lint/mapped_designs.ts';
import { mapModules, modulesOf } from '../lint/mapped_modules.ts';
import { describeMapping, mappingFindings, readMapping } from '../lint/mapping.ts';
import type { Module } from '../src/synth/netlist.ts';

/** Runs of Yosys at a time. */
const RUNS = 2;

const designs = await Promise.all(
  MAPPED_DESIGNS.map(async (design) => ({ ...design, modules: await modulesOf(design.source) })),
);

// The first design that has a module maps it.
const claimed = new Set<string>();
const jobs = designs.map(({ modules }) => {
  const own = [...modules.keys].filter(([, key]) => !claimed.has(key));
  for (const [, key] of own) claimed.add(key);
  return { modules, wanted: new Set(own.map(([name]) => name)) };
});

const mapped = new Map<string, Module>();
const work = async () => {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const { modules, wanted } = job;
    for (const [name, module] of await mapModules(modules, wanted)) mapped.set(modules.keys.get(name)!, module);
  }
};
await Promise.all(Array.from({ length: RUNS }, work));

for (const { title, modules, pes } of designs) {
  const netlist = new Map([...modules.keys].map(([name, key]) => [name, mapped.get(key)!]));
  const mapping = readMapping(netlist, modules.source.top);
  const found = mappingFindings(mapping, pes);
  console.log(`${title}: ${found.length === 0 ? describeMapping(mapping) : `${found.length} lines`}`);
  for (const line of found) console.log(`  ${line}`);
  if (found.length > 0) process.exitCode = 1;
}
