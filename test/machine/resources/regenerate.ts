// node --import tsx test/machine/resources/regenerate.ts id...
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Known, mapDesign } from './map_design.ts';
import { mappedDesign } from './mapped_designs.ts';

const OUT = process.env.OUT!;
mkdirSync(OUT, { recursive: true });
const cache = `${OUT}/known.cache`;
const known = new Map<string, Known>(existsSync(cache) ? JSON.parse(readFileSync(cache, 'utf8')) : []);
for (const id of process.argv.slice(2)) {
  if (existsSync(`${OUT}/${id}.json`)) continue;
  const start = performance.now();
  try {
    const { hardware, files } = mappedDesign(id);
    const before = known.size;
    const modules = await mapDesign(
      files,
      'net',
      hardware.kind === 'network' && hardware.sizes.ultra ? 'xcup' : 'xcu',
      known,
    );
    writeFileSync(`${OUT}/${id}.json`, JSON.stringify({ id, hardware, modules }));
    writeFileSync(cache, JSON.stringify([...known]));
    console.log(id, modules.length, known.size - before, ((performance.now() - start) / 1000).toFixed(1));
  } catch (error) {
    console.log(id, String(error));
  }
}
