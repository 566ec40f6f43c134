// Makes dist/, what an installed package runs: JavaScript with types, templates, and the main program of Verilator's simulations.
// Run by npm pack; a checkout runs its sources and needs no dist/. With a folder as its argument it makes it there.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = process.argv[2] ?? `${ROOT}dist`;

rmSync(DIST, { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [`${ROOT}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.package.json', '--outDir', DIST],
  {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
if (status !== 0) throw new Error(`tsc ended with exit code ${status}`);

for (const path of ['src/templates', 'sim-verilator/main.cpp']) {
  cpSync(`${ROOT}${path}`, `${DIST}/${path}`, { recursive: true });
}
// The page for browsers.
const { bundlePage } = await import(pathToFileURL(resolve(DIST, 'src/site/bundle_page.js')).href);
const page = await bundlePage(build, `${ROOT}src/page/`);
mkdirSync(`${DIST}/src/page`, { recursive: true });
writeFileSync(`${DIST}/src/page/main.js`, page.script);
writeFileSync(`${DIST}/src/page/worker.js`, page.worker);
writeFileSync(`${DIST}/src/page/style.css`, page.style);
// The sources read their version two folders up.
const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
writeFileSync(`${DIST}/package.json`, `${JSON.stringify({ type: 'module', version })}\n`);
