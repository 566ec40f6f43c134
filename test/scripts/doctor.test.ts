import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatCache, formatReports } from '../../src/cli/doctor.ts';
import { doctor, isAtLeast } from '../../src/verbs/doctor.ts';
import { REPOSITORY, Sandbox } from './sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

/** Reports by tool, with the fakes as the whole PATH. */
async function examine() {
  return new Map((await doctor({ path: box.bin })).map((report) => [report.tool, report]));
}

describe('doctor', () => {
  test('reads the versions that the tools print', async () => {
    box.fake('verilator', 'echo "Verilator 5.006 2023-01-22 rev (Debian 5.006-3)"');
    box.fake('iverilog', 'echo "Icarus Verilog version 11.0 (stable) ()"; echo noise >&2; exit 1');
    box.fake('g++', 'echo "g++ (Debian 12.2.0-14+deb12u1) 12.2.0"');
    box.fake('make', 'echo "GNU Make 4.3"');
    box.fake('yosys', 'echo "Yosys 0.23 (git sha1 7ce5011c24b)"');
    box.fake(
      'berkeley-abc',
      `echo 'ABC command line: "version".'; echo; echo "UC Berkeley, ABC 1.01 (compiled Feb  7 2023)"`,
    );
    box.fake('nextpnr-ice40', 'echo "nextpnr-ice40 -- Next Generation Place and Route (Version 0.4-1+b1)" >&2');
    box.fake('vivado', 'echo "vivado v2023.2 (64-bit)"');
    box.fake('tclsh', 'read line; echo "Tcl 8.6.13"');
    const reports = await doctor({ path: box.bin });
    expect(reports.map(({ tool, found, ok }) => [tool, found, ok])).toEqual([
      ['node', process.versions.node, true],
      ['verilator', '5.006', true],
      ['iverilog', '11.0', true],
      ['g++', '12.2.0', true],
      ['make', '4.3', true],
      ['yosys', '0.23', true],
      ['nextpnr-ice40', '0.4-1+b1', true],
      ['nextpnr-ecp5', null, false],
      ['berkeley-abc', '1.01', true],
      ['vivado', '2023.2', true],
      ['tclsh', '8.6.13', true],
    ]);
  });

  test('an empty PATH: all but node are missing, and no exception', async () => {
    const reports = await examine();
    for (const tool of ['verilator', 'iverilog', 'g++', 'make', 'nextpnr-ice40', 'berkeley-abc', 'vivado', 'tclsh']) {
      expect(reports.get(tool)).toMatchObject({ found: null, ok: false });
    }
    expect([...reports.values()].filter(({ required }) => required).map(({ tool }) => tool)).toEqual([
      'node',
      'verilator',
      'iverilog',
      'g++',
      'make',
    ]);
  });

  test('old, mute and broken tools', async () => {
    box.fake('verilator', 'echo "Verilator 4.038 2020-07-11"');
    box.fake('iverilog', 'echo hello');
    box.fake('make', 'echo "GNU Make 4.3"');
    box.fake('g++', 'echo broken >&2; exit 127');
    const reports = await examine();
    expect(reports.get('verilator')).toMatchObject({ found: '4.038', oldest: '5.0', ok: false });
    expect(reports.get('iverilog')).toMatchObject({ found: 'unknown', ok: false });
    expect(reports.get('g++')).toMatchObject({ found: null, ok: false });
    expect(reports.get('make')).toMatchObject({ found: '4.3', ok: true });
  });
});

test.each([
  ['5.006', '5.0', true],
  ['5', '5.0', true],
  ['4.228', '5.0', false],
  ['11.0', '11', true],
  ['10.3', '11', false],
  ['20.9.0', '20.19', false],
  ['20.19.0', '20.19', true],
  ['unknown', '11', false],
])('version %s is at least %s: %s', (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected);
});

describe('esegen doctor', () => {
  const run = (...args: string[]) =>
    box.run(process.execPath, [join(REPOSITORY, 'bin/esegen.js'), 'doctor', ...args], REPOSITORY);

  test('a missing required tool: table, advice, exit code 1', () => {
    box.fake('verilator', 'echo "Verilator 4.038 2020-07-11"');
    const { status, stdout } = run();
    expect(status).toBe(1);
    expect(stdout).toMatch(/^verilator +4\.038/m);
    expect(stdout).toContain('\nverilator: 4.038 found, 5.0 or newer expected. Get it: apt-get install verilator');
    expect(stdout).toContain('\niverilog: missing. Get it: ');
    expect(stdout).toContain('\nvivado (optional): missing. Get it: ');
    expect(stdout).toMatch(/^berkeley-abc +missing +any +no +proofs \(npm run prove\)$/m);
    expect(stdout).toContain('\nberkeley-abc (optional): missing. Get it: apt-get install berkeley-abc\n');
    expect(stdout).toMatch(/\n\ncompiled simulations: \d+, \d+\.\d of at most 1024\.0 MiB, in \/.*\n$/);
  });

  test('only optional ones missing: exit code 0; --json prints the reports', async () => {
    box.fake('verilator', 'echo "Verilator 5.006"');
    box.fake('iverilog', 'echo "Icarus Verilog version 11.0"');
    box.fake('g++', 'echo "g++ 12.2.0"');
    box.fake('make', 'echo "GNU Make 4.3"');
    const { status, stdout } = run('--json');
    expect(status).toBe(0);
    const { tools, cache } = JSON.parse(stdout);
    expect(tools).toEqual(await doctor({ path: box.bin }));
    expect(Object.keys(cache)).toEqual(['folder', 'programs', 'bytes', 'limit']);
  });
});

test('the table is aligned and ends in a newline', () => {
  const [common, required] = [{ neededFor: 'that', howToGet: 'there' }, true];
  const reports = [
    { tool: 'verilator', found: '5.006', oldest: '5.0', required, ok: true, ...common },
    { tool: 'make', found: null, oldest: null, required, ok: false, ...common },
  ];
  expect(formatReports(reports)).toBe(
    [
      'tool       found    version  required  needed for',
      'verilator  5.006    >= 5.0   yes       that',
      'make       missing  any      yes       that',
      '',
      'make: missing. Get it: there',
      '',
    ].join('\n'),
  );
  expect(formatReports(reports.slice(0, 1)).endsWith('that\n')).toBe(true);
});

test('the cache: where it is, what it holds and may hold', () => {
  const report = { folder: '/c/esegen', programs: 3, bytes: 5 * 2 ** 19, limit: 2 ** 30 };
  expect(formatCache(report)).toBe('compiled simulations: 3, 2.5 of at most 1024.0 MiB, in /c/esegen\n');
  expect(formatCache({ ...report, folder: null })).toMatch(/^compiled simulations are not kept: [^\n]+\n$/);
});
