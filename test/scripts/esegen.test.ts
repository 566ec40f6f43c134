import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REPOSITORY, Sandbox } from './sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
  box.copy('bin/esegen.js');
});
afterEach(() => box.remove());

const esegen = () => box.run(process.execPath, [join(box.root, 'bin', 'esegen.js'), 'build', '--out', 'x']);

/** Gives the sandbox the packages of the repository. */
const linkPackages = () => symlinkSync(join(REPOSITORY, 'node_modules'), join(box.root, 'node_modules'));

test('starts src/cli/main.ts from any directory, with its arguments', () => {
  linkPackages();
  box.write('src/cli/main.ts', 'const words: string[] = process.argv.slice(2);\nconsole.log(words.join("+"));\n');
  expect(esegen()).toEqual({ status: 0, stdout: 'build+--out+x\n', stderr: '' });
});

test('without packages, it says what to run', () => {
  box.write('src/cli/main.ts', '');
  expect(esegen()).toEqual({
    status: 1,
    stdout: '',
    stderr: `esegen: its npm packages are missing or incomplete; run npm ci in ${box.root}/\n`,
  });
});

test('with one package missing, it says the same', () => {
  linkPackages();
  box.write('src/cli/main.ts', "import 'a-package-that-is-not-there';\n");
  const { status, stderr } = esegen();
  expect(status).toBe(1);
  expect(stderr).toBe(`esegen: its npm packages are missing or incomplete; run npm ci in ${box.root}/\n`);
});

test('a fault of its own is not taken for a missing package', () => {
  linkPackages();
  box.write('src/cli/main.ts', "import './none.ts';\n");
  const { status, stderr } = esegen();
  expect(status).toBe(1);
  expect(stderr).toContain('none.ts');
  expect(stderr).not.toContain('npm ci');
});
