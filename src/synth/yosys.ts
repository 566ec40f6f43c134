import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { EsegenError } from '../util/errors.ts';
import { causeIn, runTool } from '../util/run_tool.ts';
import { withScratch } from '../util/scratch.ts';

/** Texts of files by path, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

/**
 * Runs a script of Yosys in a place of its own that holds `files`, and returns what it wrote to `outputs`, in their order.
 *
 * @throws EsegenError where Yosys is missing or fails
 */
export type Yosys = (script: string, files: Files, outputs: readonly string[]) => Promise<string[]>;

const SCRIPT = 'synth.ys';
/** Milliseconds after which Yosys is stopped: many times what the largest arrays take. */
const PATIENCE = 3_600_000;
const FIX = 'Build the design again; report it if that fails too';

/** The `yosys` on the PATH, else the one of the npm package `@yowasp/yosys`, which takes about three times as long. */
export const anyYosys: Yosys = async (script, files, outputs) =>
  (await hasNativeYosys()) ? nativeYosys(script, files, outputs) : npmYosys(script, files, outputs);

async function hasNativeYosys(): Promise<boolean> {
  const { failed } = await execa('yosys', ['-V'], { reject: false });
  return !failed;
}

/** The `yosys` on the PATH. */
export const nativeYosys: Yosys = (script, files, outputs) =>
  withScratch(async (work) => {
    for (const [path, text] of [...files, [SCRIPT, script] as const]) {
      const at = join(work, ...path.split('/'));
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
    await runTool('yosys', ['-q', '-s', SCRIPT], { folder: work, patience: PATIENCE, fix: FIX });
    return outputs.map((path) => readFileSync(join(work, ...path.split('/')), 'utf8'));
  });

/** The Yosys of the npm package `@yowasp/yosys`: WebAssembly in this process, on files in memory. */
export const npmYosys: Yosys = async (script, files, outputs) => {
  const { Exit, runYosys } = await loadPackage();
  const root: Folder = {};
  for (const [path, text] of [...files, [SCRIPT, script] as const]) put(root, path.split('/'), text);
  const printed: Uint8Array[] = [];
  const print = (bytes: Uint8Array | null) => {
    if (bytes !== null) printed.push(bytes.slice());
  };
  try {
    const written = await runYosys(['-q', '-s', SCRIPT], root, { stdout: print, stderr: print });
    return outputs.map((path) => String((written as Folder)[path]));
  } catch (error) {
    // A crash inside WebAssembly is a RuntimeError, a class that TypeScript does not know here.
    if (!(error instanceof Exit) && (error as Error).name !== 'RuntimeError') throw error;
    const output = Buffer.concat(printed).toString('utf8');
    throw new EsegenError('yosys', `failed: ${causeIn(output) ?? 'it crashed'}`, FIX);
  }
};

type Folder = { [name: string]: Folder | string | Uint8Array };

async function loadPackage() {
  try {
    return await import('@yowasp/yosys');
  } catch {
    throw new EsegenError('yosys', 'not found', 'Install it: apt-get install yosys, or npm install @yowasp/yosys');
  }
}

function put(folder: Folder, [name, ...rest]: readonly string[], text: string): void {
  if (rest.length === 0) {
    folder[name!] = text;
    return;
  }
  folder[name!] ??= {};
  put(folder[name!] as Folder, rest, text);
}
