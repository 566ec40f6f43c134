import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedRtl, loadRtl } from '../design/load_rtl.ts';
import { rtlFiles } from '../design/rtl_files.ts';
import { moduleName } from '../machine/names.ts';
import { type Family, familyOf, findPart } from '../machine/parts.ts';
import type { Resources } from '../machine/resources/counts.ts';
import { type Fit, fitOf, smallestPart } from '../machine/resources/fit.ts';
import { EsegenError } from '../util/errors.ts';
import type { Report } from '../util/report.ts';
import { modulesOf } from './design_modules.ts';
import { type FanOut, largestNets } from './fan_out.ts';
import { placesOf } from './hierarchy.ts';
import { type LongestPaths, longestPaths } from './longest_path.ts';
import { type MappedModule, type MappingJob, mappingJobs, runJobs } from './mapped_modules.ts';
import { type MemoryUse, memoriesOf, memoryFindings } from './memories.ts';
import { ARITHMETIC, type MultiplierReport, multiplierFindings, multiplierReport } from './multipliers.ts';
import { type Module, type Netlist, parseNetlist, withoutDesignName } from './netlist.ts';
import { countLutPairs, packResources } from './packing.ts';
import { type Block, rollUp } from './rollup.ts';
import { isRead, moduleScript, OUTPUTS } from './script.ts';
import { anyYosys, type Files, type Yosys } from './yosys.ts';

/** How to synthesize. */
export interface SynthOptions extends Report {
  /** Default: that of the part in the config. */
  readonly family?: Family | undefined;
  /** Default `anyYosys`. */
  readonly yosys?: Yosys;
}

/** What synthesis made of a design: an estimate from before place and route. */
export interface SynthReport {
  readonly name: string;
  /** Part number of the config. */
  readonly part: string;
  readonly family: Family;
  /** Yosys and its version. */
  readonly tool: string;
  /** Resources as they were mapped. */
  readonly mapped: Resources;
  /** The same as `packResources` expects Vivado to pack it. */
  readonly packed: Resources;
  /** Against the part of the config; null where it is not listed. */
  readonly fit: Fit | null;
  /** The smallest listed part that takes what was mapped; null where there is none. */
  readonly smallest: Fit | null;
  readonly blocks: Block;
  readonly multipliers: MultiplierReport;
  readonly memories: readonly MemoryUse[];
  readonly longest: LongestPaths;
  readonly fanOut: FanOut;
  /** What is not as it should be, a line each. */
  readonly findings: readonly string[];
}

/**
 * Synthesizes a design directory with Yosys and adds up what it takes. The directory is only read.
 *
 * @throws EsegenError for a damaged directory, a part of no known family, and a Yosys that is missing or fails
 */
export async function synthesize(
  dir: string,
  { family: wanted, yosys = anyYosys, progress = () => {} }: SynthOptions = {},
): Promise<SynthReport> {
  const loaded = loadRtl(dir);
  const { name: top, part } = loaded.config;
  const family = wanted ?? familyOf(part);
  if (family === null)
    throw new EsegenError(`part ${part}`, 'is of no family that Yosys knows', 'Name one with --family');
  const sources = await sourcesOf(loaded);
  const files = readFiles(loaded);

  progress('reading the design with Yosys');
  const design = await modulesOf({ files: new Map([...files, ['files.f', sources.join('\n')]]), top, family }, yosys);
  const mapped = new Map<string, MappedModule>();
  let unitText = '';
  const multiplier: MappingJob = {
    title: 'a multiplier for the 7 series',
    run: async () => {
      const script = moduleScript(sources, moduleName(top, ARITHMETIC));
      [unitText = ''] = await yosys(script, files, [OUTPUTS.mapped]);
    },
  };
  const jobs = mappingJobs(design, [...design.modules.keys()], yosys, (name, module) => mapped.set(name, module));
  await runJobs([...jobs, multiplier], progress);
  progress('adding up');
  const netlistOf = (part: 'module' | 'memories'): Netlist => {
    const modules = [...mapped].flatMap(([name, own]): [string, Module][] => {
      const module = own[part];
      return module === null ? [] : [[name, module]];
    });
    return withoutDesignName(new Map(modules), top);
  };
  const [before, netlist] = [netlistOf('memories'), netlistOf('module')];
  const unit = parseNetlist(unitText, top, ARITHMETIC);

  const places = placesOf(netlist, top);
  const { block: blocks, unknown } = rollUp(netlist, places);
  const multipliers = multiplierReport(blocks, unit, rollUp(unit, placesOf(unit, ARITHMETIC)).block.all);
  const memories = memoriesOf(before, netlist, places);
  const longest = longestPaths(netlist, top);
  const fanOut = largestNets(netlist, top, places);
  const packed = packResources(blocks.all, multipliers, countLutPairs(netlist, places));
  const demand = { mapped: blocks.all, packed };
  const device = findPart(part);
  return {
    name: top,
    part,
    family,
    tool: mapped.get(top)!.tool,
    ...demand,
    fit: device === null ? null : fitOf(demand, device),
    smallest: smallestPart(demand),
    blocks,
    multipliers,
    memories,
    longest,
    fanOut,
    findings: [
      ...multiplierFindings(multipliers, loaded.multipliers),
      ...memoryFindings(memories),
      ...unknown.map((type) => `cells of type ${type} are not counted`),
      ...(longest.loops === 0 ? [] : [`${longest.loops} bits of combinational logic read themselves`]),
    ],
  };
}

/**
 * Verilog files of a design in the order of `files.f`. Their names are safe in a script of Yosys.
 *
 * @throws EsegenError where `files.f` names none, or others
 */
export async function sourcesOf({
  dir,
  config,
  files,
}: Pick<LoadedRtl, 'dir' | 'config' | 'files'>): Promise<string[]> {
  const sources = files.has('files.f') ? await rtlFiles(dir) : [];
  if (sources.length > 0 && sources.every((source) => isRead(source, config.name) && files.has(source))) return sources;
  throw new EsegenError(
    join(dir, 'files.f'),
    'expected the Verilog files of the design',
    'Build the design again with esegen build',
  );
}

/** Files of a design that synthesis reads; their hashes have been checked. */
function readFiles({ dir, config, files }: LoadedRtl): Files {
  const read = [...files.keys()].filter((path) => isRead(path, config.name));
  return new Map(read.map((path) => [path, readFileSync(join(dir, ...path.split('/')), 'utf8')]));
}
