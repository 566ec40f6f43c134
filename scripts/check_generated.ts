// Builds the sample design again and compares it with generated/sample, byte for byte. Run by `npm run check:generated`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSample, SAMPLE_DIR } from './lib/sample.ts';

const fresh = fileURLToPath(new URL('../build/sample/design', import.meta.url));

function filesOf(dir: string): string[] {
  return (readdirSync(dir, { recursive: true }) as string[])
    .filter((file) => statSync(join(dir, file)).isFile())
    .sort();
}

buildSample(fresh);
const names = new Set([...filesOf(SAMPLE_DIR), ...filesOf(fresh)]);
const read = (dir: string, file: string) => {
  try {
    return readFileSync(join(dir, file));
  } catch {
    return null;
  }
};
const different = [...names].filter((file) => {
  const committed = read(SAMPLE_DIR, file);
  const built = read(fresh, file);
  return committed === null || built === null || !committed.equals(built);
});
for (const file of different) console.error(`generated/sample/${file} is not what the generator writes`);
if (different.length > 0) {
  console.error('Run npm run generate:sample and commit the result');
  process.exitCode = 1;
} else {
  console.log(`generated/sample: ${names.size} files reproduced byte for byte`);
}
