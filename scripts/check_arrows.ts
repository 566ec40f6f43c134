// Imports go one way, from a folder to those above it in LAYERS, and no file leads to itself. Types count as much as values.
// Prints each import that does not keep to it and exits with 1. Run by `npm run check:arrows`.

import { fileURLToPath } from 'node:url';
import { circles, readImports } from './lib/imports.ts';
import { FORBIDDEN, LAYERS } from './lib/layers.ts';

const places = LAYERS.flat();
const roots = [...new Set(places.map((place) => (place.startsWith('src/') ? 'src' : place)))];

/** Folder or file of LAYERS that a file belongs to; null where none has it. */
function placeOf(file: string): string | null {
  return places.find((place) => file === place || file.startsWith(`${place}/`)) ?? null;
}

function layerOf(place: string): number {
  return LAYERS.findIndex((layer) => layer.includes(place));
}

const imports = readImports(fileURLToPath(new URL('..', import.meta.url)), roots);
const findings: string[] = [];
for (const [file, targets] of imports) {
  const from = placeOf(file);
  if (from === null) findings.push(`${file} is in no folder of LAYERS (scripts/lib/layers.ts)`);
  for (const target of targets) {
    const to = placeOf(target);
    if (from === null || to === null || from === to) continue;
    const rule = FORBIDDEN.find((arrow) => arrow.from === from && arrow.to === to);
    if (layerOf(to) >= layerOf(from)) findings.push(`${file} imports ${target}: ${to} is not below ${from}`);
    else if (rule !== undefined) findings.push(`${file} imports ${target}: ${rule.why}`);
  }
}
for (const circle of circles(imports)) findings.push(`circle: ${circle.join(' → ')}`);

for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exitCode = 1;
else {
  const arrows = [...imports.values()].reduce((sum, targets) => sum + targets.length, 0);
  console.log(`arrows: ${arrows} imports of ${imports.size} files go one way`);
}
