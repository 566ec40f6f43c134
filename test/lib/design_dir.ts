import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Compilation } from '../../src/compiler/compile.ts';
import { writeDesign } from '../../src/design_dir.ts';
import { generate } from '../../src/generate.ts';

/** Runs `use` with a design directory in a temporary place, and removes it afterwards. */
export async function withDesignDir<T>(compilation: Compilation, use: (dir: string) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), 'esegen-test-'));
  try {
    const dir = join(parent, 'design');
    const host = { norm: null, labels: null };
    writeDesign(dir, generate(compilation, { layer: compilation.layer, outputLayer: null }, host));
    return await use(dir);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
