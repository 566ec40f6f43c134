// Checks what synthesis for UltraScale makes of the PEs and memories of two designs: DSP blocks, block RAM, no latches. Prints a
// line for each; exits with 1 where anything was found. Lint of all designs: test/lint.

import { withDesignDir } from '../fixtures/design_dir.ts';
import { LINT_DESIGNS, LINT_TOP, lintDesign } from '../lint/lint_designs.ts';
import { describeMapping, mapDesign, mappingFindings } from '../lint/mapping.ts';

let findings = 0;

for (const design of LINT_DESIGNS.filter(({ mapped }) => mapped)) {
  const compilation = lintDesign(design);
  await withDesignDir(compilation, async (dir) => {
    const mapping = await mapDesign(dir, LINT_TOP);
    const found = mappingFindings(mapping, compilation.design.dimensions);
    findings += found.length;
    console.log(`${design.title}: ${found.length === 0 ? describeMapping(mapping) : `${found.length} lines`}`);
    for (const line of found) console.log(`  ${line}`);
  });
}
process.exitCode = findings === 0 ? 0 : 1;
