#!/usr/bin/env node
// Starts the command line straight from its TypeScript sources.

import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

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
