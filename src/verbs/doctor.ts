import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { CACHE_LIMIT, cacheFolder, ProgramCache } from '../../sim-verilator/program_cache.ts';

/** What `doctor` found out about one tool. */
export interface ToolReport {
  /** Name of the program. */
  readonly tool: string;
  /** Version as the tool prints it, e.g. `5.006`; `unknown` where it prints none; null where it cannot be run. */
  readonly found: string | null;
  /** Oldest version that works, e.g. `5.0`; null where any does. */
  readonly oldest: string | null;
  /** Whether esegen's own work (generation, co-simulation) needs it. */
  readonly required: boolean;
  /** Whether it is there and new enough. */
  readonly ok: boolean;
  readonly neededFor: string;
  readonly howToGet: string;
}

/** How to recognise a tool. */
interface Tool {
  readonly tool: string;
  readonly oldest: string | null;
  readonly required: boolean;
  readonly neededFor: string;
  readonly howToGet: string;
  /** Arguments that make it print its version and leave. */
  readonly args: readonly string[];
  /** Text for its standard input, where the version is asked there. */
  readonly input?: string;
  /** Finds the version in the output; first group. */
  readonly version: RegExp;
}

/** Milliseconds that a tool may take to print its version; Vivado needs several seconds. */
const PATIENCE = 60_000;

const NODE = {
  tool: 'node',
  oldest: '20.19',
  required: true,
  neededFor: 'esegen itself',
  howToGet: 'https://nodejs.org',
} as const;

const TOOLS: readonly Tool[] = [
  {
    tool: 'verilator',
    oldest: '5.0',
    required: true,
    neededFor: 'co-simulation, RTL lint',
    howToGet: 'apt-get install verilator, brew install verilator, or https://verilator.org',
    args: ['--version'],
    version: /Verilator (\d+\.\d+)/,
  },
  {
    tool: 'iverilog',
    oldest: '11',
    required: true,
    neededFor: 'co-simulation with a second simulator',
    howToGet: 'apt-get install iverilog or brew install icarus-verilog',
    args: ['-V'],
    version: /Icarus Verilog version (\d+(?:\.\d+)?)/,
  },
  {
    tool: 'g++',
    oldest: null,
    required: true,
    neededFor: "compiling Verilator's models",
    howToGet: 'apt-get install g++ or xcode-select --install',
    args: ['--version'],
    version: /(\d+\.\d+(?:\.\d+)?)/,
  },
  {
    tool: 'make',
    oldest: null,
    required: true,
    neededFor: "compiling Verilator's models",
    howToGet: 'apt-get install make or xcode-select --install',
    args: ['--version'],
    version: /GNU Make (\d+\.\d+)/,
  },
  {
    tool: 'yosys',
    oldest: null,
    required: false,
    neededFor: 'synthesis checks and size estimates',
    howToGet: 'apt-get install yosys or npm install @yowasp/yosys',
    args: ['-V'],
    version: /Yosys (\d+\.\d+)/,
  },
  {
    tool: 'nextpnr-ice40',
    oldest: null,
    required: false,
    neededFor: 'clock on iCE40 devices (esegen pnr)',
    howToGet: 'apt-get install nextpnr-ice40',
    args: ['--version'],
    version: /Version ([^\s)]+)/,
  },
  {
    tool: 'nextpnr-ecp5',
    oldest: null,
    required: false,
    neededFor: 'clock on ECP5 devices (esegen pnr)',
    howToGet: 'the OSS CAD Suite, or https://github.com/YosysHQ/nextpnr',
    args: ['--version'],
    version: /Version ([^\s)]+)/,
  },
  {
    tool: 'berkeley-abc',
    oldest: null,
    required: false,
    neededFor: 'proofs (npm run prove)',
    howToGet: 'apt-get install berkeley-abc',
    args: ['-s', '-c', 'version'],
    version: /ABC (\d+\.\d+)/,
  },
  {
    tool: 'vivado',
    oldest: null,
    required: false,
    neededFor: 'bitstreams',
    howToGet: "AMD's Vivado installer; then source its settings64.sh",
    args: ['-version'],
    version: /vivado v(\d+\.\d+)/i,
  },
  {
    tool: 'tclsh',
    oldest: null,
    required: false,
    neededFor: 'checking the Vivado scripts without Vivado',
    howToGet: 'apt-get install tcl or brew install tcl-tk',
    args: [],
    input: 'puts "Tcl [info patchlevel]"\n',
    version: /Tcl (\d+\.\d+(?:\.\d+)?)/,
  },
];

/** Settings of `doctor`. */
export interface DoctorOptions {
  /** Where to look for programs, as in the environment variable PATH, which it replaces. */
  readonly path?: string;
}

/**
 * Looks for every program that esegen works with and asks it for its version. Never throws for a missing or broken tool:
 * that is its finding.
 *
 * @returns one report per tool, node first, always in the same order
 */
export async function doctor(options: DoctorOptions = {}): Promise<ToolReport[]> {
  const reports = await Promise.all(TOOLS.map((tool) => examine(tool, options.path ?? process.env.PATH ?? '')));
  return [judge(NODE, process.versions.node), ...reports];
}

/** Where compiled simulations are kept, and what they take. */
export interface CacheReport {
  /** Null where neither XDG_CACHE_HOME nor HOME says where: nothing is kept then. */
  readonly folder: string | null;
  readonly programs: number;
  readonly bytes: number;
  /** Most bytes; what was not used for longest goes first. */
  readonly limit: number;
}

/** Looks at the cache of compiled simulations. One that is not there, or cannot be read, is empty. */
export function cacheReport(): CacheReport {
  const folder = cacheFolder();
  const size = folder === null ? { programs: 0, bytes: 0 } : new ProgramCache(folder).size();
  return { folder, ...size, limit: CACHE_LIMIT };
}

async function examine(tool: Tool, path: string): Promise<ToolReport> {
  const native = await askVersion(tool, path);
  return judge(tool, native ?? (tool.tool === 'yosys' ? yowaspVersion() : null));
}

/** Version by the tool's own word, `unknown` where it runs and says none, null where it does not run. */
async function askVersion(tool: Tool, path: string): Promise<string | null> {
  const result = await execa(tool.tool, tool.args, {
    env: { PATH: path },
    input: tool.input ?? '',
    reject: false,
    timeout: PATIENCE,
    all: true,
  });
  const version = tool.version.exec(result.all ?? '')?.[1];
  if (version !== undefined) return version;
  return result.exitCode === 0 ? 'unknown' : null;
}

/** Version of the npm package `@yowasp/yosys`, which has no program on the PATH; null where it is not installed. */
function yowaspVersion(): string | null {
  const directories = createRequire(import.meta.url).resolve.paths('@yowasp/yosys') ?? [];
  for (const directory of directories) {
    try {
      const manifest = readFileSync(join(directory, '@yowasp', 'yosys', 'package.json'), 'utf8');
      return `${JSON.parse(manifest).version} (npm)`;
    } catch {
      // Not in this directory.
    }
  }
  return null;
}

function judge(tool: Omit<Tool, 'args' | 'input' | 'version'>, found: string | null): ToolReport {
  const { oldest, required, neededFor, howToGet } = tool;
  const ok = found !== null && (oldest === null || isAtLeast(found, oldest));
  return { tool: tool.tool, found, oldest, required, ok, neededFor, howToGet };
}

/**
 * Compares dotted versions number by number; what is missing counts as 0. A version that does not begin with a number is
 * never recent enough.
 */
export function isAtLeast(version: string, oldest: string): boolean {
  const [have, need] = [version, oldest].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (let at = 0; at < need!.length; at++) {
    const part = have![at] ?? 0;
    if (Number.isNaN(part)) return false;
    if (part !== need![at]) return part > need![at]!;
  }
  return true;
}
