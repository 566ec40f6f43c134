import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { generate } from '../../src/design/generate.ts';
import { benchSources, rtlFiles } from '../../src/design/rtl_files.ts';
import { writeDesign } from '../../src/design/write_design.ts';

/** Two designs that differ in sizes, options and widths, so that no module of one fits into the other. */
const COMPILATIONS = [
  sampleDesign({ inputs: 5, cells: 8, outputs: 6, peepholes: true }, { name: 'one', array: { groups: 2, lanes: 2 } }),
  sampleDesign({ inputs: 9, cells: 12 }, { name: 'other', array: { channels: 2, lanes: 4 }, vectorBits: 12 }),
];
const NAMES = COMPILATIONS.map(({ design }) => design.config.name);

/** Both beside each other, with clocks. */
const BOTH = `module both;
    reg clk = 1'b0;
    reg rst = 1'b1;
    initial forever #1 clk = !clk;
${NAMES.map((name) => `    ${name} u_${name} (.clk(clk), .rst(rst));`).join('\n')}
    initial begin
        #8 rst = 1'b0;
        #100 $finish;
    end
endmodule
`;

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-two-'));
  for (const [at, compilation] of COMPILATIONS.entries()) {
    const host = { norm: null, labels: null };
    const dir = join(root, NAMES[at]!);
    writeDesign(dir, generate(compilation, { layer: compilation.layer, outputLayer: null }, host));
    // The folder that both read their memories from, as a Vivado run has one.
    cpSync(join(dir, 'mem'), join(root, 'mem'), { recursive: true, errorOnExist: true, force: false });
  }
  writeFileSync(join(root, 'both.v'), BOTH);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Verilog files of both, relative to the folder above them. */
async function sources(list: (dir: string) => Promise<readonly string[]>): Promise<string[]> {
  const lists = await Promise.all(
    NAMES.map(async (name) => (await list(join(root, name))).map((file) => `${name}/${file}`)),
  );
  return lists.flat();
}

describe('two designs of different shapes in one project', () => {
  test('no file name is in both', async () => {
    const names = (await sources(rtlFiles)).map((path) => path.split('/').at(-1)!);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(60);
  });

  test('Icarus compiles them with their benches, and each reads its own memories', async () => {
    const files = [...(await sources(rtlFiles)), ...(await sources(benchSources)), 'both.v'];
    const clocks = NAMES.map((name) => `${name}/tb/${name}_icarus_tb.v`);
    const tops = ['both', ...NAMES.map((name) => `${name}_icarus_tb`)];
    const elaborate = ['-g2005', ...tops.flatMap((top) => ['-s', top]), '-t', 'null', ...files, ...clocks];
    const compiled = await execa('iverilog', elaborate, { cwd: root, all: true, reject: false });
    expect(compiled.all).toBe('');
    await execa('iverilog', ['-g2005', '-s', 'both', '-o', 'both.vvp', ...files], { cwd: root });
    // It warns of memory files that are missing, too short or too wide.
    const { all, exitCode } = await execa('vvp', ['-n', 'both.vvp'], { cwd: root, all: true, reject: false });
    expect({ all, exitCode }).toEqual({ all: '', exitCode: 0 });
  });

  test('Verilator compiles them', async () => {
    const files = [...(await sources(rtlFiles)), 'both.v'];
    const args = ['--lint-only', '-Wall', '-Wno-PINMISSING', '--timing', '--top-module', 'both', ...files];
    const { all, exitCode } = await execa('verilator', args, { cwd: root, all: true, reject: false });
    expect({ all, exitCode }).toEqual({ all: '', exitCode: 0 });
  });
});
