// Checks what synthesis for UltraScale makes of some designs of both machines: DSP blocks, block RAM, no latches, no net with more loads than it may
// have. A module is mapped once by its text, whatever the designs that it is in. Prints a line for each design; exits with 1 where anything was found.
// Lint of all designs: test/lint.

import { MAPPED_DESIGNS } from '../lint/mapped_designs.ts';
import { describeMapping, mappingFindings, readMapping } from '../lint/mapping.ts';
import { modulesOf } from '../src/synth/design_modules.ts';
import { mappingJobs, runJobs } from '../src/synth/mapped_modules.ts';
import type { Module } from '../src/synth/netlist.ts';
import { anyYosys } from '../src/synth/yosys.ts';

const designs = await Promise.all(
  MAPPED_DESIGNS.map(async (design) => ({ ...design, modules: await modulesOf(design.source, anyYosys) })),
);

// The first design that has a module maps it.
const mapped = new Map<string, Module>();
const claimed = new Set<string>();
const jobs = designs.flatMap(({ modules }) => {
  const own = [...modules.keys].filter(([, key]) => !claimed.has(key));
  for (const [, key] of own) claimed.add(key);
  const wanted = own.map(([name]) => name);
  return mappingJobs(modules, wanted, anyYosys, (name, { module }) => mapped.set(modules.keys.get(name)!, module));
});
await runJobs(jobs, () => {});

for (const { title, modules, pes } of designs) {
  const netlist = new Map([...modules.keys].map(([name, key]) => [name, mapped.get(key)!]));
  const mapping = readMapping(netlist, modules.top);
  const found = mappingFindings(mapping, pes);
  console.log(`${title}: ${found.length === 0 ? describeMapping(mapping) : `${found.length} lines`}`);
  for (const line of found) console.log(`  ${line}`);
  if (found.length > 0) process.exitCode = 1;
}
