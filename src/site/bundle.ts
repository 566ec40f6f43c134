import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Bundle, bundlePage } from './bundle_page.ts';

const FOLDER = new URL('../page/', import.meta.url);

/** The page's program: that which `npm pack` made, or in a checkout, bundled from its sources. */
export async function pageBundle(): Promise<Bundle> {
  if (existsSync(new URL('main.ts', FOLDER))) {
    const { build } = await import('esbuild');
    return bundlePage(build, fileURLToPath(FOLDER));
  }
  const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');
  return { script: read('main.js'), worker: read('worker.js'), style: read('style.css') };
}
