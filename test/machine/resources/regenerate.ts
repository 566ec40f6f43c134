// Maps designs with Yosys into fixtures/mapped_resources.json; minutes a design. Modules are kept in build, so that a run after a change of the RTL
// maps those that changed.
// Usage: npm run map:resources [-- id ...]; default: all that are there.
import { writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { MAPPED_PATH, type MappedDesign, mappedResources } from '../../../fixtures/mapped_resources.ts';
import { sourceDesign } from './designs.ts';
import { mapDesign } from './map_design.ts';
import { ModuleCache } from './module_cache.ts';

const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD']);
const { stdout: version } = await execa('yosys', ['-V']);
const tool = version.split(' (', 1)[0]!;
const known = new ModuleCache(`build/mapped_modules/${tool.replaceAll(' ', '_')}.jsonl`);
const ids = process.argv.slice(2);

for (const id of ids.length === 0 ? mappedResources().designs.map((design) => design.id) : ids) {
  const begin = performance.now();
  const { hardware, files } = sourceDesign(id);
  const ultra = hardware.kind === 'network' && hardware.sizes.ultra;
  const units = await mapDesign(files, ultra ? 'xcup' : 'xcu', known);
  const design: MappedDesign = { id, commit, whole: true, hardware, units };
  const others = mappedResources().designs.filter((other) => other.id !== id);
  const lines = [...others, design].map((own) => JSON.stringify(own));
  const head = `{"tool":${JSON.stringify(tool)},"designs":[`;
  writeFileSync(MAPPED_PATH, `${head}\n${lines.join(',\n')}\n]}\n`);
  console.log(`${id}: ${units.length} units, ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}
