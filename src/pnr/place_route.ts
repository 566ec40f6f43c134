import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Netlist, parseNetlist } from '../synth/netlist.ts';
import type { Files } from '../synth/yosys.ts';
import { EsegenError } from '../util/errors.ts';
import type { Report } from '../util/report.ts';
import { runTool } from '../util/run_tool.ts';
import { withScratch } from '../util/scratch.ts';
import type { Device } from './device.ts';
import { parseRouteReport, type RouteReport } from './route_report.ts';
import { SHELL, type ShellPort, shellOf } from './shell.ts';

/** How to place and route. */
export interface PlaceOptions extends Report {
  /** Speed grade; default: the first of the device. */
  readonly speed?: number | undefined;
  /** Placements with different seeds, 1 to `seeds`. */
  readonly seeds: number;
}

/** A placement. */
export interface Placement extends RouteReport {
  readonly seed: number;
}

/** Milliseconds after which a tool is stopped. */
const PATIENCE = 3_600_000;
const FIX = 'Choose a larger device, or report it';

/**
 * Synthesizes a module with Yosys, and places and routes it in a shell of four pins.
 *
 * @param sources Verilog files among `files`
 * @param module name of the module
 * @throws EsegenError where a tool is missing or fails, and where the module does not fit
 */
export async function placeAndRoute(
  sources: readonly string[],
  files: Files,
  module: string,
  device: Device,
  { speed, seeds, progress = () => {} }: PlaceOptions,
): Promise<Placement[]> {
  const grade = speed ?? device.speeds[0];
  if (grade !== undefined && !device.speeds.includes(grade)) {
    const known = device.speeds.length === 0 ? 'none: its name says it' : device.speeds.join(', ');
    throw new EsegenError('--speed', `expected a speed grade of the device (${known}), got ${grade}`);
  }
  return withScratch(async (work) => {
    for (const [path, text] of files) {
      const at = join(work, ...path.split('/'));
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
    const yosys = async (script: string) => {
      writeFileSync(join(work, 'script.ys'), script);
      await runTool('yosys', ['-q', '-s', 'script.ys'], { folder: work, patience: PATIENCE, fix: FIX });
    };
    const read = `read_verilog -defer ${sources.join(' ')}`;
    await yosys(`${read}\nhierarchy -top ${module}\nproc\nwrite_json ports.json\n`);
    const ports = portsOf(parseNetlist(readFileSync(join(work, 'ports.json'), 'utf8'), '', module), module);
    writeFileSync(join(work, 'shell.v'), shellOf(module, ports));
    progress(`synthesizing ${module} with Yosys`);
    // Kinds of memory that were asked for are a wish: the family may not have them.
    const wishes = 'setattr -unset ram_style m:*\nsetattr -unset rom_style m:*';
    await yosys(
      `${read} shell.v\nhierarchy -check -top ${SHELL}\n${wishes}\nsynth_${device.family} -top ${SHELL} -abc9 -json mapped.json\n`,
    );
    const placements: Placement[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      progress(`placing and routing, seed ${seed} of ${seeds}`);
      const args = [
        ...device.args,
        ...(grade === undefined ? [] : ['--speed', `${grade}`]),
        ...(device.family === 'ecp5' ? ['--lpf-allow-unconstrained'] : []),
        ...['--json', 'mapped.json', '--report', 'report.json', '--freq', `${device.strivesFor}`],
        ...['--timing-allow-fail', '--seed', `${seed}`, '-q'],
      ];
      await runTool(device.tool, args, { folder: work, patience: PATIENCE, fix: FIX });
      placements.push({ seed, ...parseRouteReport(readFileSync(join(work, 'report.json'), 'utf8')) });
    }
    return placements;
  });
}

function portsOf(netlist: Netlist, module: string): ShellPort[] {
  const ports = Object.entries(netlist.get(module)!.ports);
  return ports.map(([name, { direction, bits }]) => ({ name, direction, bits: bits.length }));
}
