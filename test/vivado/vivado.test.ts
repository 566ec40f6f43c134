import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import type { DesignFiles } from '../../src/design/files.ts';
import { generate } from '../../src/design/generate.ts';
import { generateNetwork } from '../../src/design/generate_network.ts';
import type { Graph } from '../../src/model/graph.ts';
import { type VivadoDesign, vivadoFiles } from '../../src/vivado/files.ts';
import { layerIp, networkIp } from '../../src/vivado/ip.ts';
import { tinyNetworkDesign } from '../lib/tiny_network.ts';

const VIVADO = fileURLToPath(new URL('vivado.tcl', import.meta.url));

const LAYER = { inputs: 6, cells: 8, outputs: 4 };
const LANES = { lanes: 2 };

/** Configs whose top modules have different ports. */
const CONFIGS = {
  'on chip': { name: 'tiny', array: LANES },
  'several channels': { name: 'tiny', array: { channels: 4, ...LANES }, part: 'xc7z020clg400-1', clockMHz: 62.5 },
  'weights in DRAM': { name: 'tiny', array: LANES, weights: 'dram', memoryBusBits: 128 },
} as const;
const CONFIG_NAMES = Object.keys(CONFIGS) as (keyof typeof CONFIGS)[];

const NO_HOST_FILES = { norm: null, labels: null };

/** Scripts do not look at the model of a network. */
const NOTHING: Graph = {
  ...{ tensors: new Map(), nodes: [], inputs: [], outputs: [], states: [], sequenceLengths: null, outside: [] },
};
const MODEL = { graph: NOTHING, partition: { front: null, core: NOTHING, back: null }, outputs: [] };

/** A design: what the scripts are told of it, its files, and beats of its memory port. */
interface Case {
  readonly ip: VivadoDesign;
  readonly files: DesignFiles;
  readonly memory: { readonly burstBeats: number; readonly outstandingBeats: number } | null;
  readonly description: string;
}

function layerCase(config: (typeof CONFIGS)[keyof typeof CONFIGS]): Case {
  const compilation = sampleDesign(LAYER, config);
  const { design, layer } = compilation;
  const files = generate(compilation, { layer, outputLayer: null }, NO_HOST_FILES);
  const { dimensions } = design;
  const description = 'Sparse LSTM: 6 inputs, 8 cells, 4 outputs';
  return { ip: layerIp(design), files, memory: dimensions.dram ? dimensions : null, description };
}

function networkCase(config: (typeof CONFIGS)[keyof typeof CONFIGS]): Case {
  const design = tinyNetworkDesign({ beside: 2 }, config);
  const memory = design.sizes.external;
  const description = 'Sparse neural network: 6 + 2 elements in, 3 + 4 elements out';
  return { ip: networkIp(design), files: generateNetwork(design, MODEL, NO_HOST_FILES), memory, description };
}

const CASES = new Map<string, Case>([
  ...CONFIG_NAMES.map((name) => [name, layerCase(CONFIGS[name])] as const),
  ...CONFIG_NAMES.map((name) => [`network, ${name}`, networkCase(CONFIGS[name])] as const),
]);
const CASE_NAMES = [...CASES.keys()];

/** A folder that is hard to quote. */
const AWKWARD = 'de sign [exit] $x {y';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen vivado-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** The files of a design. */
function filesOf(name: string): DesignFiles {
  return new Map(CASES.get(name)!.files);
}

/** Writes a design below `root`. */
function place(files: DesignFiles, folder = AWKWARD): string {
  const dir = join(root, folder);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  return dir;
}

interface RunOptions {
  readonly version?: string;
  /** Whether packaging finds interfaces by itself. */
  readonly infers?: boolean;
  /** Run that does not reach its end. */
  readonly failing?: string;
  readonly args?: readonly string[];
}

/** Runs a script of a design under the stand-in for Vivado, in a folder of its own. */
function vivado(design: string, script: string, options: RunOptions = {}) {
  const { version = '2023.2', infers = true, failing = '', args = [] } = options;
  const cwd = join(root, 'work here');
  mkdirSync(cwd, { recursive: true });
  const path = join(design, 'vivado', script);
  const result = spawnSync('tclsh', [VIVADO, version, infers ? '1' : '0', failing, path, ...args], {
    cwd,
    encoding: 'utf8',
  });
  if (result.error) throw result.error;
  const { status, stdout, stderr } = result;
  return { cwd, status, stderr, lines: stdout.trimEnd().split('\n') };
}

/** What the script printed behind this prefix. */
function printed(lines: readonly string[], prefix: string): string[] {
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}

/** All files below a folder with their contents. */
function snapshot(dir: string): Map<string, string> {
  const paths = (readdirSync(dir, { recursive: true }) as string[]).sort();
  return new Map(
    paths
      .filter((path) => statSync(join(dir, path)).isFile())
      .map((path) => [path, readFileSync(join(dir, path), 'utf8')]),
  );
}

/** Ports of a top module, as its Verilog declares them. */
function portsOf(files: DesignFiles): string[] {
  const declaration = /^ {4}(?:input {2}|output )wire +(?:\[\d+:\d+\] +)?(\w+),?$/gm;
  return [...String(files.get('rtl/tiny.v')).matchAll(declaration)].map((match) => match[1]!);
}

const SCRIPTS = ['create_project.tcl', 'package_ip.tcl'];

describe.each(CASE_NAMES)('create_project.tcl: %s', (name) => {
  test('goes through synthesis and implementation, and reports on both', () => {
    const dir = place(filesOf(name));
    const before = snapshot(dir);
    const { status, stderr, cwd, lines } = vivado(dir, 'create_project.tcl');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(printed(lines, 'launch_runs: ')).toEqual(['synth_1', 'impl_1']);
    expect(lines).toContain(
      'set_property: -name {STEPS.SYNTH_DESIGN.ARGS.MORE OPTIONS} -value {-mode out_of_context} -objects {run synth_1}',
    );
    const reports = ['utilization', 'utilization_hierarchical', 'timing', 'power', 'methodology', 'fanout', 'qor'];
    for (const step of ['synthesis', 'implementation'])
      for (const report of reports)
        expect(existsSync(join(cwd, 'tiny_vivado', `${step}_${report}.rpt`)), report).toBe(true);
    expect(snapshot(dir)).toEqual(before);
  });

  test('takes part and top from the config', () => {
    const { lines } = vivado(place(filesOf(name)), 'create_project.tcl');
    const [project] = printed(lines, 'create_project: ');
    const { config } = CASES.get(name)!.ip;
    expect(project).toMatch(new RegExp(`^tiny \\{.*/work here/tiny_vivado\\} -part ${config.part}$`));
    expect(lines).toContain('set_property: top tiny {fileset sources_1}');
  });
});

describe('create_project.tcl', () => {
  test('behind -tclargs project it makes the project and runs nothing', () => {
    const { status, stderr, lines, cwd } = vivado(place(filesOf('on chip')), 'create_project.tcl', {
      args: ['project'],
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(printed(lines, 'launch_runs: ')).toEqual([]);
    expect(existsSync(join(cwd, 'tiny_vivado'))).toBe(true);
  });

  test.each([[['projects']], [['project', 'now']]])('refuses the arguments %j', (args) => {
    const { status, stderr, cwd } = vivado(place(filesOf('on chip')), 'create_project.tcl', { args });
    expect(status).toBe(1);
    expect(stderr).toBe(`ERROR: expected nothing or project behind -tclargs, got ${args.join(' ')}\n`);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each([
    ['synth_1', 'synthesis'],
    ['impl_1', 'implementation'],
  ])('says where to look when %s fails', (failing, step) => {
    const { status, stderr } = vivado(place(filesOf('on chip')), 'create_project.tcl', { failing });
    expect(status).toBe(1);
    expect(stderr).toContain(`${step} of tiny failed, see `);
    expect(stderr).toContain(`/tiny_vivado/tiny.runs/${failing}/runme.log`);
  });

  test.each([
    [200, '5.000'],
    [300, '3.333'],
    [62.5, '16.000'],
  ])('the clock of %d MHz has a period of %s ns', (clockMHz, period) => {
    const { ip } = CASES.get('on chip')!;
    const sources = { rtl: [], mem: [], sw: [] };
    const files = vivadoFiles({ ...ip, config: { ...ip.config, clockMHz } }, sources);
    const xdc = files.get('vivado/tiny_ooc.xdc');
    expect(xdc).toContain(`create_clock -name clk -period ${period} [get_ports clk]\n`);
  });
});

describe.each(SCRIPTS)('%s', (script) => {
  test.each(['2017.4', '2018.3.1', '2018.12', '1.0', 'unknown'])('refuses Vivado %s and writes nothing', (version) => {
    const { status, stderr, cwd, lines } = vivado(place(filesOf('on chip')), script, { version });
    expect(status).toBe(1);
    expect(stderr).toContain('ERROR: tiny needs Vivado 2019.1 or newer, this ');
    expect(stderr).toContain(version);
    expect(lines.filter((line) => !line.startsWith('version:'))).toEqual([]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each(['2019.1', '2019.1.3', '2020.2', '2024.1_AR000', '2030.10'])('takes Vivado %s', (version) => {
    expect(vivado(place(filesOf('on chip')), script, { version })).toMatchObject({ status: 0, stderr: '' });
  });

  test('overwrites nothing', () => {
    const dir = place(filesOf('on chip'));
    const first = vivado(dir, script);
    const before = snapshot(first.cwd);
    const { status, stderr } = vivado(dir, script);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^ERROR: .*\/work here\/tiny_(vivado|ip) is there already: remove it, or start Vivado in another/,
    );
    expect(snapshot(first.cwd)).toEqual(before);
  });

  test.each(['rtl/tiny_pe.v', 'mem/tiny_tanh.mem'])('names %s where it is missing', (path) => {
    const files = filesOf('on chip');
    files.delete(path);
    const { status, stderr, cwd } = vivado(place(files), script);
    expect(status).toBe(1);
    expect(stderr).toContain(`${path} is missing: build the design again with esegen build`);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('package_ip.tcl', () => {
  /** What the IP says of `m_axi`. */
  function memoryLines({ burstBeats, outstandingBeats }: NonNullable<Case['memory']>): string[] {
    return [
      `bus_parameter m_axi:MAX_BURST_LENGTH value ${burstBeats}`,
      `bus_parameter m_axi:NUM_READ_OUTSTANDING value ${Math.floor(outstandingBeats / burstBeats)}`,
      ...['PROTOCOL value AXI4', 'READ_WRITE_MODE value READ_ONLY', 'SUPPORTS_NARROW_BURST value 0'].map(
        (value) => `bus_parameter m_axi:${value}`,
      ),
      ...['interface m_axi clock clk', 'interface m_axi master_address_space_ref m_axi', 'interface m_axi'],
      ...['space m_axi range 16E', 'space m_axi width 64'],
    ];
  }
  const CONTROL = [
    ...['block registers range 4096', 'block registers usage register', 'block registers width 32'],
    ...['bus_parameter irq:SENSITIVITY value LEVEL_HIGH', 'bus_parameter s_axi_ctrl:PROTOCOL value AXI4LITE'],
    ...['interface irq', 'interface s_axi_ctrl', 'interface s_axi_ctrl clock clk'],
    'interface s_axi_ctrl slave_memory_map_ref s_axi_ctrl',
  ];
  const RUNS = CASE_NAMES.flatMap((name) => [true, false].map((infers) => ({ name, infers })));

  test.each(RUNS)('$name, interfaces found by Vivado $infers', ({ name, infers }) => {
    const { files, memory, description } = CASES.get(name)!;
    const dir = place(files);
    const before = snapshot(dir);
    const { status, stderr, cwd, lines } = vivado(dir, 'package_ip.tcl', { infers });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const mem = `${cwd}/tiny_ip/mem/`;
    const told = printed(lines, 'IP: ').filter(
      (line) => !/^(register|field|group_file|core \w+ (core_rev|support))/.test(line),
    );
    expect(told.toSorted()).toEqual(
      [
        ...[`core tiny description ${description}`, 'core tiny display_name tiny'],
        ...['core tiny name tiny', 'core tiny version 1.0', 'bus_parameter rst:POLARITY value ACTIVE_HIGH'],
        ...['interface clk', 'interface clk reset rst', 'interface rst'],
        ...['m_axis', 's_axis'].flatMap((stream) => [`interface ${stream}`, `interface ${stream} clock clk`]),
        `file {${cwd}/tiny_ip/tiny_ooc.xdc} USED_IN synthesis implementation out_of_context`,
        ...[`hdl_parameter MEM_DIR value ${mem}`, `user_parameter MEM_DIR value ${mem}`],
        ...(memory === null ? [] : memoryLines(memory)),
        ...CONTROL,
      ].toSorted(),
    );
    expect(readdirSync(cwd)).toEqual(['tiny_ip']);
    expect(snapshot(dir)).toEqual(before);
  });

  test.each(CASE_NAMES)('%s: says what every register and every field of it is', (name) => {
    const { ip, files } = CASES.get(name)!;
    const { lines } = vivado(place(files), 'package_ip.tcl');
    const expected = ip.registers.flatMap((register) => [
      `register ${register.name} address_offset 0x${register.offset.toString(16).padStart(3, '0')}`,
      ...[`register ${register.name} description ${register.what}`, `register ${register.name} size 32`],
      ...register.fields.flatMap((field) => {
        const own = `field ${register.name}.${field.name}`;
        const writable = ['rw', 'w1c'].includes(field.access);
        const access = writable ? 'read-write' : ['w1s', 'push'].includes(field.access) ? 'write-only' : 'read-only';
        const write = { w1c: ['oneToClear'], w1s: ['oneToSet'] }[field.access as string] ?? [];
        return [
          ...[`${own} bit_offset ${field.lsb}`, `${own} bit_width ${field.bits}`, `${own} access ${access}`],
          ...[`${own} description ${field.what}`, ...write.map((value) => `${own} modified_write_value ${value}`)],
        ];
      }),
    ]);
    const told = printed(lines, 'IP: ').filter((line) => /^(register|field) /.test(line));
    expect(told.toSorted()).toEqual(expected.toSorted());
  });

  test('every packaging has a revision of its own, and the families are those that the RTL is written for', () => {
    const { lines } = vivado(place(filesOf('on chip')), 'package_ip.tcl');
    const core = printed(lines, 'IP: core tiny ');
    const revision = core.find((line) => line.startsWith('core_revision '))!;
    expect(Number(revision.split(' ')[1])).toBeGreaterThan(1_700_000_000);
    const families = lines
      .join('\n')
      .split('IP: core tiny supported_families ')[1]!
      .split('IP:')[0]!
      .match(/\w+(?= Pre)/g);
    expect(families).toContain('kintexu');
    expect(families).toHaveLength(11);
  });

  test('the IP holds its own copy of every source: memory files in both file groups, the driver where tools look for it', () => {
    const files = filesOf('on chip');
    const { cwd, lines } = vivado(place(files), 'package_ip.tcl', { infers: false });
    const copied = snapshot(join(cwd, 'tiny_ip'));
    const sources = [...files.keys()].filter((path) => /^(rtl|mem)\//.test(path));
    const driver = new Map([
      ...['tiny.h', 'tiny_driver.h', 'tiny_driver.c'].map((file) => [`src/${file}`, `sw/${file}`] as const),
      ['src/Makefile', 'vivado/driver/Makefile'],
      ...['tiny.mdd', 'tiny.tcl'].map((file) => [`data/${file}`, `vivado/driver/${file}`] as const),
    ]);
    const here = [...driver.keys()].map((path) => `drivers/tiny_v1_0/${path}`);
    const own = ['component.xml', 'tiny.xdc', 'tiny_ooc.xdc'];
    expect([...copied.keys()].toSorted()).toEqual([...sources, ...here, ...own].toSorted());
    for (const path of sources) expect(copied.get(path), path).toBe(files.get(path));
    for (const [to, from] of driver) expect(copied.get(`drivers/tiny_v1_0/${to}`), to).toBe(files.get(from));
    const added = printed(lines, 'ipx::add_file: ').toSorted();
    const groups = ['xilinx_anylanguagesynthesis', 'xilinx_anylanguagebehavioralsimulation'];
    const mem = sources.filter((path) => path.startsWith('mem/'));
    expect(added).toEqual(
      [
        ...mem.flatMap((path) => groups.map((group) => `${path} {group ${group}}`)),
        ...here.map((path) => `${path} {group xilinx_softwaredriver}`),
      ].toSorted(),
    );
    const types = printed(lines, 'IP: group_file ');
    expect(types.filter((line) => line.endsWith(' type cSource'))).toHaveLength(3);
    expect(types).toContain('xilinx_softwaredriver:drivers/tiny_v1_0/data/tiny.mdd type mdd');
  });
});

test.each(CASE_NAMES)('every port of the top module has its interface: %s', (name) => {
  const { ip, files } = CASES.get(name)!;
  const listed = ip.interfaces.flatMap(({ ports }) => ports);
  expect([...listed, 'clk', 'rst'].toSorted()).toEqual(portsOf(files).toSorted());
});

describe('FuseSoC', () => {
  test.each(['on chip', 'network, on chip'])(
    '%s: the core file lists the sources in order, and copies the memory files to mem/ where the tool runs',
    (name) => {
      const files = filesOf(name);
      const core = String(files.get('tiny.core'));
      expect(core.startsWith('CAPI=2:\n')).toBe(true);
      const items = [...core.matchAll(/^ {6}- (.+)$/gm)].map((match) => match[1]!);
      const rtl = String(files.get('files.f')).trimEnd().split('\n');
      const mem = [...files.keys()].filter((path) => path.startsWith('mem/'));
      expect(items).toEqual([
        ...rtl,
        ...mem.map((path) => `${path}: {copyto: ${path}}`),
        'vivado/tiny.xdc',
        'vivado/tiny_ooc.xdc',
      ]);
      for (const item of items) expect(files.has(item.replace(/:.*/, '')), item).toBe(true);
      expect(core).toContain('        part: xcku060-ffva1156-2-e\n');
      expect(core.match(/^ {4}toplevel: tiny$/gm)?.length).toBe(3);
    },
  );
});

describe('the stand-in for Vivado notices', () => {
  test.each([
    ['an unknown option', 'create_project.tcl', '-norecurse', '-norecursive', 'unknown option -norecursive'],
    ['an option without its value', 'create_project.tcl', / -part \S+/, ' -part', '-part has no value'],
    [
      'an argument too many',
      'create_project.tcl',
      'wait_on_run $run',
      'wait_on_run $run now',
      '1 to 1 arguments, got 2',
    ],
    ['an argument too few', 'create_project.tcl', 'open_run $run', 'open_run', '1 to 1 arguments, got 0'],
    ['an unknown command', 'create_project.tcl', 'report_power', 'report_watts', 'invalid command name "report_watts"'],
    ['an unknown run', 'create_project.tcl', 'get_runs synth_1', 'get_runs synth_2', 'there is no run synth_2'],
    ['an unknown property', 'create_project.tcl', 'TCL.PRE', 'TCL.BEFORE', 'has no property'],
    ['a top that is not there', 'create_project.tcl', 'top tiny', 'top tinier', 'no module tinier in the files'],
    ['a constraint file that is not there', 'create_project.tcl', 'tiny.xdc', 'other.xdc', 'no such file'],
    ['a relative path', 'create_project.tcl', '[file join $script_dir $file]', '$file', 'no such file: tiny.xdc'],
    ['a report before there is a design', 'create_project.tcl', 'open_run $run', '', 'needs an open design'],
    ['memory files that no run finds', 'memories.tcl', 'file copy', '#', "could not open $readmem data file 'mem/"],
    ['a clock on no port', 'tiny_ooc.xdc', 'get_ports clk', 'get_ports clock', 'no port clock'],
    ['a margin of no clock', 'tiny_ooc.xdc', 'get_clocks clk', 'get_clocks clock', 'there is no clock clock'],
    ['a delay before the clock', 'tiny_ooc.xdc', ' && NAME != clk', '', 'no delay for clk'],
    ['an exception for no register', 'tiny.xdc', 'last_reg_reg', 'least_reg_reg', 'no cells u_core/least_reg_reg[*]'],
    ['an exception in no instance', 'tiny.xdc', 'u_image_loader', 'u_loader', 'no cells u_loader/inputs_reg_reg[*]'],
    [
      'a port of an interface that is not there',
      'package_ip.tcl',
      's_axis_tlast',
      's_axis_tkeep',
      'no port s_axis_tkeep',
    ],
    ['a type that is not there', 'package_ip.tcl', 'axis_rtl', 'axi_stream', 'no such type'],
    ['an interface without a clock', 'package_ip.tcl', '-clock clk', '-clock aclk', 'there is no interface aclk'],
    ['a file outside of the IP', 'package_ip.tcl', '$ip_dir $path]]\n', '$design_dir $path]]\n', 'not in the folder'],
  ])('%s', (_, script, from, to, message) => {
    const files = filesOf('on chip');
    const path = `vivado/${script}`;
    const text = String(files.get(path));
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    files.set(path, changed);
    const run = script === 'package_ip.tcl' ? script : 'create_project.tcl';
    const { status, stderr } = vivado(place(files), run, { infers: false });
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });
});
