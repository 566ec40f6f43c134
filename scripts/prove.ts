// Proves properties of emitted modules with Yosys and ABC and prints a table. Exits with 1 where one fails, its cover is not
// reached, or its broken copy is not caught. Arguments: modules to prove; none means all.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emittedModules } from '../formal/design.ts';
import { PROOFS } from '../formal/proofs.ts';
import { prove } from '../formal/prove.ts';
import { EsegenError } from '../src/util/errors.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PROOFS.some(({ title }) => title === name));
const work = mkdtempSync(join(tmpdir(), 'esegen-prove-'));
try {
  if (unknown.length > 0) {
    const titles = [...new Set(PROOFS.map(({ title }) => title))].join(', ');
    throw new EsegenError('prove', `no proof for ${unknown.join(', ')}`, `Choose among ${titles}`);
  }
  const rtl = emittedModules();
  let proved = 0;
  let faults = 0;
  console.log(`${'module'.padEnd(22)}${'property'.padEnd(26)}${'method'.padEnd(12)}seconds  result`);
  for (const proof of PROOFS.filter(({ title }) => wanted.length === 0 || wanted.includes(title))) {
    for await (const { module, property, method, fault, seconds } of prove(proof, rtl, work)) {
      if (fault === null) proved++;
      else faults++;
      const columns = `${module.padEnd(22)}${property.padEnd(26)}${method.padEnd(12)}${seconds.toFixed(1).padStart(7)}`;
      console.log(`${columns}  ${fault ?? 'proved, covered, broken copy caught'}`);
    }
  }
  console.log(`${proved} proved, ${faults} failed`);
  if (faults > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof EsegenError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
