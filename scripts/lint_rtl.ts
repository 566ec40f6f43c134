// Lints the Verilog of varied designs with Verilator, Icarus and Yosys, and checks for two of them what synthesis for
// UltraScale makes of PEs and memories. Prints a line for each; exits with 1 where anything was found.

import { withDesignDir } from '../fixtures/design_dir.ts';
import { LINT_DESIGNS, LINT_TOP, lintDesign } from '../lint/lint_designs.ts';
import { icarusLint, verilatorLint, yosysLint } from '../lint/lint_tools.ts';
import { describeMapping, mapDesign, mappingFindings } from '../lint/mapping.ts';

let findings = 0;

function report(title: string, found: readonly string[], note = 'clean'): void {
  findings += found.length;
  console.log(`${title}: ${found.length === 0 ? note : `${found.length} lines`}`);
  for (const line of found) console.log(`  ${line}`);
}

for (const design of LINT_DESIGNS) {
  const compilation = lintDesign(design);
  await withDesignDir(compilation, async (dir) => {
    const found = [...(await verilatorLint(dir)), ...(await icarusLint(dir)), ...(await yosysLint(dir))];
    report(design.title, found, 'clean in Verilator, Icarus and Yosys');
    if (!design.mapped) return;
    const mapping = await mapDesign(dir, LINT_TOP);
    const wrong = mappingFindings(mapping, compilation.design.dimensions);
    report(`${design.title}, synthesized for UltraScale`, wrong, describeMapping(mapping));
  });
}
process.exitCode = findings === 0 ? 0 : 1;
