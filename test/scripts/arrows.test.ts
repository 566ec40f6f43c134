import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { circles, readImports } from '../../scripts/lib/imports.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-arrows-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

test('imports of types, of values, of both, re-exports and dynamic ones are found, packages and comments are not', () => {
  write({
    'found/a.ts': [
      "import type { B } from './deep/b.ts';",
      "import { type C, c } from './c.ts';",
      "export { d } from './d.ts';",
      "export * from './e.ts';",
      "const f = await import('./f.ts');",
      "import './g.ts';",
      "import { z } from 'zod'; // import { h } from './h.ts'",
    ].join('\n'),
    ...Object.fromEntries(['deep/b', 'c', 'd', 'e', 'f', 'g'].map((name) => [`found/${name}.ts`, 'export {};\n'])),
  });
  const found = readImports(root, ['found']).get('found/a.ts');
  expect(found?.toSorted()).toEqual(['c', 'd', 'deep/b', 'e', 'f', 'g'].map((name) => `found/${name}.ts`));
});

test('an import of no file is refused', () => {
  write({ 'none/a.ts': "import './b.ts';\n" });
  expect(() => readImports(root, ['none'])).toThrow("none/a.ts: no file at './b.ts'");
});

test('a circle of types is one, and each is told once', () => {
  write({
    'circle/a.ts': "import type { B } from './b.ts';\n",
    'circle/b.ts': "import { c } from './c.ts';\n",
    'circle/c.ts': "import type { A } from './a.ts';\n",
    'circle/d.ts': "import './a.ts';\n",
    'circle/e.ts': "import './e.ts';\n",
  });
  const found = circles(readImports(root, ['circle']));
  expect(found).toEqual([
    ['circle/a.ts', 'circle/b.ts', 'circle/c.ts', 'circle/a.ts'],
    ['circle/e.ts', 'circle/e.ts'],
  ]);
});
