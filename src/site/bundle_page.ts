import type { BuildOptions, BuildResult } from 'esbuild';

/** Programs of the page and of its worker, and its style sheet. */
export interface Bundle {
  readonly script: string;
  readonly worker: string;
  readonly style: string;
}

/**
 * Bundles the page: programs without imports, and one style sheet.
 *
 * @param build of esbuild, which an installed package does not have
 * @param folder of the page's sources
 */
export async function bundlePage(
  build: (options: BuildOptions & { write: false }) => Promise<BuildResult<{ write: false }>>,
  folder: string,
): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: { main: `${folder}main.ts`, worker: `${folder}what_if_worker.ts`, style: `${folder}style.css` },
    outdir: folder,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  });
  const textOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))!.text;
  return { script: textOf('main.js'), worker: textOf('worker.js'), style: textOf('style.css') };
}
