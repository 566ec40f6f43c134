import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { formatReport } from '../../src/cli/synth.ts';
import { sha256 } from '../../src/design/files.ts';
import { networkSimulationFiles } from '../../src/design/network_files.ts';
import { memoryPath } from '../../src/machine/names.ts';
import { addResources, NO_RESOURCES } from '../../src/machine/resources/counts.ts';
import { modulesOf } from '../../src/synth/design_modules.ts';
import { parseNetlist } from '../../src/synth/netlist.ts';
import { eachBlock } from '../../src/synth/rollup.ts';
import { isRead, readScript } from '../../src/synth/script.ts';
import { type SynthReport, synthesize } from '../../src/synth/synthesize.ts';
import { anyYosys, nativeYosys, npmYosys, type Yosys } from '../../src/synth/yosys.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { randomNetworkDesign } from '../lib/random_network_design.ts';
import { jsonOf, netlistOf } from './netlists.ts';

const SAMPLE = fileURLToPath(new URL('../../generated/sample', import.meta.url));

/** Never called: the error comes before. */
const noYosys: Yosys = () => Promise.reject(new Error('Yosys was called'));

async function errorOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EsegenError);
  return (error as EsegenError).message;
}

/** A copy of the sample, changed, with the hashes of the change. */
async function withSample<T>(change: (dir: string) => void, use: (dir: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'esegen synth-'));
  try {
    const dir = join(root, 'sample');
    cpSync(SAMPLE, dir, { recursive: true });
    change(dir);
    return await use(dir);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function editDesign(dir: string, edit: (design: { config: { part: string }; files: Record<string, string> }) => void) {
  const path = join(dir, 'design.json');
  const design = JSON.parse(readFileSync(path, 'utf8'));
  edit(design);
  writeFileSync(path, JSON.stringify(design));
}

describe('the sample, with the Yosys of the system', () => {
  let report: SynthReport;
  let before: string[];
  beforeAll(async () => {
    before = readdirSync(SAMPLE, { recursive: true }).map(String);
    report = await synthesize(SAMPLE, { yosys: nativeYosys });
  });

  test('nothing is out of order, and it fits', () => {
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      name: 'sample',
      family: 'xcu',
      fit: { verdict: 'fits', part: { name: 'xcku060' } },
    });
    expect(report.tool).toMatch(/^Yosys \d+\.\d+/);
  });

  test('the blocks that the design has', () => {
    const count = (module: string) =>
      [...eachBlock(report.blocks)].reduce(
        (sum, { block }) => sum + (block.module === module ? block.instances : 0),
        0,
      );
    expect({ lane: count('lane'), pe: count('pe'), elemLane: count('elem_lane') }).toEqual({
      lane: 4,
      pe: 4,
      elemLane: 2,
    });
    const own = [...eachBlock(report.blocks)].reduce((sum, { block }) => addResources(sum, block.own), NO_RESOURCES);
    expect(own).toEqual(report.mapped);
    // 4 PEs and two multipliers an elem_lane; 4 weight memories of 18 Kbit, 2 parameter memories and 4 tables of 36.
    expect(report.mapped).toMatchObject({ dsp: 8, bram: 8, uram: 0 });
    expect(report.multipliers).toMatchObject({ pes: 4, dsps: 4, registers: ['A', 'B', 'M', 'P'] });
  });

  test('packing saves what a DSP block takes in, and never adds', () => {
    const { mapped, packed } = report;
    expect(packed).toMatchObject({ bram: mapped.bram, dsp: mapped.dsp, lutram: mapped.lutram });
    expect(packed.lut).toBeLessThan(mapped.lut);
    // Registers of operands, product and sum of 30, 30 and 31 bits in each PE.
    expect(mapped.ff - packed.ff).toBe(4 * (30 + 30 + 31));
  });

  test('every memory is where the RTL wants it', () => {
    const kinds = new Map(report.memories.map(({ path, instances, kind }) => [path, [instances, kind]]));
    expect(kinds.get('core/array/group_memory/weight_mem')).toEqual([4, 'block']);
    expect(kinds.get('core/array/group_memory/pointer_mem')).toEqual([4, 'distributed']);
    expect(kinds.get('core/array/column_group/column_feed/act_queue')).toEqual([4, 'distributed']);
    const accumulators = report.memories.filter(({ path }) => path.endsWith('pe/act_buffer'));
    expect(accumulators.map(({ instances, words }) => [instances, words])).toEqual([
      [8, 16],
      [4, 2],
    ]);
  });

  test('paths lead from register to register and do not loop', () => {
    expect(report.longest.loops).toBe(0);
    const { levels, from, to, cells } = report.longest.paths[0]!;
    expect(levels).toBeGreaterThan(2);
    expect(cells.length).toBeGreaterThanOrEqual(levels);
    expect(`${from} ${to}`).not.toContain('$');
  });

  test('the text says what it is, and the verdict; the directory is as it was', () => {
    const text = formatReport('sample', report);
    expect(text).toMatch(/^sample: estimate before place and route \(Yosys /);
    expect(text).toMatch(/^fit +fits xcku060 \(LUT at \d+\.\d+ % is what limits\)$/m);
    expect(text).toMatch(/^ {12}arith_unit +4 /m);
    expect(text).toContain('Findings: none\n');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(160);
    expect(readdirSync(SAMPLE, { recursive: true }).map(String)).toEqual(before);
  });
});

describe('what cannot be synthesized', () => {
  test('no design directory', async () => {
    expect(await errorOf(synthesize('/nonexistent', { yosys: noYosys }))).toBe(
      '/nonexistent: does not exist. Name a directory that esegen build wrote',
    );
  });

  test('a changed file', async () => {
    const message = await withSample(
      (dir) => writeFileSync(join(dir, 'rtl', 'sample_pe.v'), 'module sample_pe; endmodule\n'),
      (dir) => errorOf(synthesize(dir, { yosys: noYosys })),
    );
    expect(message).toMatch(/^rtl\/sample_pe\.v: damaged or changed in /);
  });

  test('a list of files that would put something else into the script', async () => {
    for (const list of ['rtl/pe.v; shell echo\n', '../pe.v\n', '', 'rtl/missing.v\n']) {
      const message = await withSample(
        (dir) => {
          writeFileSync(join(dir, 'files.f'), list);
          editDesign(dir, ({ files }) => {
            files['files.f'] = sha256(Buffer.from(list));
          });
        },
        (dir) => errorOf(synthesize(dir, { yosys: noYosys })),
      );
      expect(message).toMatch(/files\.f: expected the Verilog files of the design\. Build the design again/);
    }
  });

  test('a part of no known family, unless a family is named', async () => {
    const withPart = <T>(use: (dir: string) => Promise<T>) =>
      withSample(
        (dir) =>
          editDesign(dir, ({ config }) => {
            config.part = 'xc6slx45-2csg324';
          }),
        use,
      );
    expect(await withPart((dir) => errorOf(synthesize(dir, { yosys: noYosys })))).toBe(
      'part xc6slx45-2csg324: is of no family that Yosys knows. Name one with --family',
    );
    await expect(withPart((dir) => synthesize(dir, { family: 'xc7', yosys: noYosys }))).rejects.toThrow(
      'Yosys was called',
    );
  });

  test('a Yosys that writes something else', async () => {
    for (const written of ['', '{}', '{"modules": {}}', jsonOf(netlistOf({ other: { cells: {} } }))]) {
      const yosys: Yosys = (_script, _files, outputs) => Promise.resolve(outputs.map(() => written));
      expect(await errorOf(synthesize(SAMPLE, { yosys }))).toBe('yosys: wrote no netlist of sample. Report this');
    }
  });
});

describe.each([
  ['native', nativeYosys],
  ['npm', npmYosys],
] as const)('Yosys: %s', (_name, yosys) => {
  const files = new Map([['rtl/top.v', 'module top(input a, output b); assign b = ~a; endmodule\n']]);

  test('runs a script on files and returns what it wrote', async () => {
    const script = 'read_verilog rtl/top.v\nproc\nwrite_json out.json\n';
    const [text] = await yosys(script, files, ['out.json']);
    expect([...parseNetlist(text!, 'top').keys()]).toEqual(['top']);
  });

  test('the error of a failing one, in one line', async () => {
    const message = await errorOf(yosys('read_verilog rtl/missing.v\n', files, []));
    expect(message).toMatch(/^yosys: failed: ERROR: [^\n]*rtl\/missing\.v[^\n]*$/);
  });
});

describe('which Yosys', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.doUnmock('@yowasp/yosys');
  });

  test('the npm package where there is none on the PATH', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const files = new Map([['a.v', 'module top(input a, output b); assign b = ~a; endmodule\n']]);
    const [text] = await anyYosys('read_verilog a.v\nwrite_json out.json\n', files, ['out.json']);
    expect([...parseNetlist(text!, 'top').keys()]).toEqual(['top']);
  });

  test('none at all', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    vi.doMock('@yowasp/yosys', () => {
      throw new Error('not installed');
    });
    expect(await errorOf(anyYosys('', new Map(), []))).toBe(
      'yosys: not found. Install it: apt-get install yosys, or npm install @yowasp/yosys',
    );
  });
});

test('the files of a native run are removed, whether it fails or not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'esegen synth-'));
  vi.stubEnv('TMPDIR', root);
  try {
    await nativeYosys('', new Map(), []);
    await errorOf(nativeYosys('bogus\n', new Map(), []));
    expect(readdirSync(root)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  }
});

describe('script', () => {
  test('reads Verilog, and one file for each kind of memory', () => {
    const numbered = ['weights_0000.mem', 'weights_0001.mem', 'elem_000.mem', 'elem_013.mem'];
    const all = ['rtl/a_pe.v', ...numbered.map((file) => memoryPath('a', file)), 'mem/b_weights_0000.mem'];
    const rest = ['mem/a_tanh.mem', 'mem/a_schedule.mem', 'tb/a_bench.v', 'rtl/../x.v', 'mem/a b.mem', 'rtl/pe.v;ls'];
    expect([...all, ...rest].filter((path) => isRead(path, 'a'))).toEqual([
      'rtl/a_pe.v',
      'mem/a_weights_0000.mem',
      'mem/a_elem_000.mem',
      'mem/a_tanh.mem',
      'mem/a_schedule.mem',
    ]);
  });

  test('memories are read when the hierarchy around them is there', () => {
    const files = ['mem/top_weights_0000.mem', 'mem/top_params_000.mem'];
    const lines = readScript(['rtl/top_rom.v', 'rtl/top_pe.v', 'rtl/top.v'], files, 'top').split('\n');
    expect(lines.slice(0, 2)).toEqual(['read_verilog rtl/top_pe.v rtl/top.v', 'hierarchy -top top']);
    expect(lines.indexOf('read_verilog rtl/top_rom.v')).toBeGreaterThan(
      lines.findIndex((line) => line.startsWith('setparam')),
    );
    // One file stands for all of a kind, of those that the design has.
    expect(lines.filter((line) => line.startsWith('setparam'))).toEqual([
      'setparam -set FILE "mem/top_weights_0000.mem" c:*u_weight_mem',
      'setparam -set FILE "mem/top_params_000.mem" c:*u_param_mem',
    ]);
  });

  test('all that a network with constant initial states needs is read', async () => {
    const { design } = randomNetworkDesign(28);
    expect(design.sizes.startDepth).toBeGreaterThan(0);
    const { name } = design.config;
    const { modules } = await modulesOf({ files: networkSimulationFiles(design), top: name, family: 'xcu' }, anyYosys);
    expect([...modules.keys()].join()).toContain('start_memory');
  });
});
