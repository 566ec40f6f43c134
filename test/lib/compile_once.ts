import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMPILED, COMPILED_BIN } from './compiled.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles the package for all tests that start `esegen` as a program of its own. */
export default function compileOnce(): void {
  execFileSync(process.execPath, [`${ROOT}scripts/build_package.js`, `${COMPILED}/dist`], { stdio: 'inherit' });
  cpSync(`${ROOT}bin/esegen.js`, COMPILED_BIN);
  cpSync(`${ROOT}package.json`, `${COMPILED}/package.json`);
}
