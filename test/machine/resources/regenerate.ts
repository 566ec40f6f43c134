// Maps designs with Yosys into fixtures/mapped_resources.json; minutes a design.
// Usage: node --import tsx test/machine/resources/regenerate.ts [id ...]; default: all that are there.
import { writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { MAPPED_PATH, type MappedDesign, mappedResources } from '../../../fixtures/mapped_resources.ts';
import { sourceDesign } from './designs.ts';
import { type KnownModules, mapDesign } from './map_design.ts';

const known: KnownModules = new Map();
const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD']);
const { stdout: tool } = await execa('yosys', ['-V']);
const ids = process.argv.slice(2);

for (const id of ids.length === 0 ? mappedResources().designs.map((design) => design.id) : ids) {
  const { hardware, files } = sourceDesign(id);
  const ultra = hardware.kind === 'network' && hardware.sizes.ultra;
  const units = await mapDesign(files, ultra ? 'xcup' : 'xcu', known);
  const design: MappedDesign = { id, commit, whole: true, hardware, units };
  const others = mappedResources().designs.filter((other) => other.id !== id);
  const lines = [...others, design].map((own) => JSON.stringify(own));
  const head = `{"tool":${JSON.stringify(tool)},"designs":[`;
  writeFileSync(MAPPED_PATH, `${head}\n${lines.join(',\n')}\n]}\n`);
  console.log(`${id}: ${units.length} units`);
}
