import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheFolder } from '../../sim-verilator/program_cache.ts';
import { anyYosys, nativeYosys } from '../../src/synth/yosys.ts';
import { readNpy } from '../../src/util/npy.ts';
import { simulate } from '../../src/verbs/simulate.ts';

const SAMPLE = fileURLToPath(new URL('../../generated/sample', import.meta.url));

/** Names that shells, makefiles, Verilog's strings and simulators take apart, each in its way. */
const NAMES = ['a space', 'a "quote"', "an 'apostrophe'", 'Grüße', '$HOME', '50% #1', 'a;b', '-O0', 'back\\slash'];
const ALL = NAMES.join(' ');
/** Longer than the 1,024 characters that the bench has for the name of a file. */
const LONG = Array.from({ length: 12 }, (_, n) => `${n}`.repeat(200).slice(0, 200)).join('/');

let root: string;
let temporary: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen odd-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** A copy of the sample design in a folder of that name, with TMPDIR and the cache beside it. */
function place(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const design = join(folder, 'design');
  cpSync(SAMPLE, design, { recursive: true });
  temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  return design;
}

/** Runs the design with everything beside it, and checks that all results are where they belong. */
async function runAt(name: string, simulator: 'icarus' | 'verilator'): Promise<void> {
  const design = place(name);
  const before = readdirSync(process.cwd());
  const waves = join(root, name, 'waves "1".fst');
  const dump = join(root, name, 'dump');
  const result = await simulate(design, { simulator, waves, dump, frames: 2 });
  expect([result.mismatches, result.comparedWords > 0], name).toEqual([0, true]);
  expect(readFileSync(waves).length, name).toBeGreaterThan(1000);
  expect(readNpy(join(dump, 'rtl_y.npy')).shape[0], name).toBe(2);
  expect(readdirSync(temporary), name).toEqual([]);
  expect(readdirSync(join(root, name)).toSorted(), name).toEqual(
    ['design', 'dump', 'temporary', 'waves "1".fst', ...(simulator === 'verilator' ? ['cache'] : [])].toSorted(),
  );
  expect(readdirSync(process.cwd()), name).toEqual(before);
}

describe('whatever the paths of design, waves, outputs, cache and TMPDIR are', () => {
  test.each([...NAMES.map((name) => [name, name]), ['2,400 characters', LONG]])('Icarus runs: %j', async (_, name) => {
    await runAt(name!, 'icarus');
  });

  test('Verilator compiles, keeps and runs', async () => {
    await runAt(join(ALL, LONG), 'verilator');
    expect(readdirSync(cacheFolder()!)).toHaveLength(1);
  });

  test('Yosys runs', async () => {
    place(ALL);
    const files = new Map([['rtl/top.v', 'module top(input a, input b, output c); assign c = a & b; endmodule\n']]);
    const script = 'read_verilog rtl/top.v\nsynth -top top\nabc -fast\nwrite_json out.json\n';
    for (const yosys of [nativeYosys, anyYosys]) {
      expect((await yosys(script, files, ['out.json']))[0]).toContain('"top"');
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('a TMPDIR that is relative is one below the current folder', async () => {
    place('here');
    vi.stubEnv('TMPDIR', 'none-of-that-name');
    const message = await simulate(join(root, 'here', 'design'), { simulator: 'icarus' }).catch(String);
    expect(message).toBe(
      `EsegenError: ${join(process.cwd(), 'none-of-that-name')}: no temporary folder can be made in it (ENOENT). ` +
        'Free some space, or set TMPDIR to a folder that can be written',
    );
  });
});

test('waves replace what a link leads to, and a folder in their place is refused', async () => {
  const design = place('waves');
  const waves = join(root, 'w.fst');
  writeFileSync(waves, 'old');
  const link = join(root, 'link.fst');
  symlinkSync('w.fst', link);
  await simulate(design, { simulator: 'icarus', waves: link, frames: 1 });
  expect([readFileSync(waves).length > 1000, readlinkSync(link)]).toEqual([true, 'w.fst']);
  const folder = join(root, 'folder');
  mkdirSync(folder);
  await expect(simulate(design, { simulator: 'icarus', waves: folder })).rejects.toThrow(/: is not a file/);
  expect(existsSync(folder)).toBe(true);
});
