#!/usr/bin/env node
// Starts the command line: in a checkout straight from its TypeScript sources, in an installed package from JavaScript.

import { existsSync, readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

if (process.argv.length === 3 && process.argv[2] === '--version') {
  printVersion();
} else if (existsSync(`${root}src/cli/main.ts`)) {
  await startFromSources();
} else {
  await import('../dist/src/cli/main.js');
}

/** The one thing that needs nothing of the rest. */
function printVersion() {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  try {
    writeSync(1, `${version}\n`);
  } catch (error) {
    if (error.code === 'EPIPE') return;
    console.error(`esegen: standard output: cannot be written (${error.code})`);
    process.exitCode = 1;
  }
}

async function startFromSources() {
  try {
    const { register } = await import('tsx/esm/api');
    register();
    await import('../src/cli/main.ts');
  } catch (error) {
    // A missing package, not a missing file of our own: "Cannot find package 'tsx' imported from …".
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !/^Cannot find package/.test(error.message)) throw error;
    console.error(`esegen: its npm packages are missing or incomplete; run npm ci in ${root}`);
    process.exitCode = 1;
  }
}
