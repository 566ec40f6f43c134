import { EsegenError } from '../util/errors.ts';
import { INSTANCE } from './shell.ts';

/** A kind of resource of a device: how much of it a design takes. */
export interface Utilization {
  readonly resource: string;
  readonly used: number;
  readonly available: number;
}

/** The slowest path from register to register. */
export interface WorstPath {
  /** Signals that drive its first and its last part, as places in the design: `core.array.group.lane: row_reg[3]`. */
  readonly from: string;
  readonly to: string;
  /** Nanoseconds, in cells and on wires. */
  readonly logic: number;
  readonly routing: number;
  /** Blocks that it passes through, each with the nanoseconds that it spends there. */
  readonly blocks: readonly { readonly block: string; readonly ns: number }[];
}

/** What nextpnr reported of one placement. */
export interface RouteReport {
  /** MHz. */
  readonly clock: number;
  readonly utilization: readonly Utilization[];
  readonly worst: WorstPath | null;
}

interface Segment {
  readonly type: string;
  readonly delay: number;
  readonly net?: string;
}

interface Report {
  readonly fmax: Readonly<Record<string, { readonly achieved: number }>>;
  readonly utilization: Readonly<Record<string, { readonly available: number; readonly used: number }>>;
  readonly critical_paths: readonly { readonly from: string; readonly to: string; readonly path: readonly Segment[] }[];
}

/**
 * Reads the JSON report of nextpnr.
 *
 * @throws EsegenError where it is none, or names no clock
 */
export function parseRouteReport(text: string): RouteReport {
  let report: Report;
  try {
    report = JSON.parse(text) as Report;
  } catch {
    throw new EsegenError('nextpnr', 'wrote no report', 'Report this with its version');
  }
  const clocks = Object.values(report.fmax);
  if (clocks.length === 0) throw new EsegenError('nextpnr', 'found no path between registers', 'Report this');
  const registers = report.critical_paths.filter(
    ({ from, to }) => from.startsWith('posedge') && to.startsWith('posedge'),
  );
  const [worst] = registers
    .map(({ path }) => worstPath(path))
    .sort((a, b) => b.logic + b.routing - a.logic - a.routing);
  return {
    clock: Math.min(...clocks.map(({ achieved }) => achieved)),
    utilization: Object.entries(report.utilization)
      .filter(([, { used }]) => used > 0)
      .map(([resource, { used, available }]) => ({ resource, used, available })),
    worst: worst ?? null,
  };
}

function worstPath(path: readonly Segment[]): WorstPath {
  const sum = (routing: boolean) =>
    path.filter(({ type }) => (type === 'routing') === routing).reduce((ns, { delay }) => ns + delay, 0);
  const nets = path.flatMap(({ net }) => (net === undefined ? [] : [net]));
  const blocks: { block: string; ns: number }[] = [];
  // A delay in a cell belongs to the block whose net comes next, as the net is named after what drives it.
  let pending = 0;
  for (const { delay, net } of path) {
    pending += delay;
    if (net === undefined) continue;
    const { block } = placeOf(net);
    const last = blocks.at(-1);
    if (last?.block === block) last.ns += pending;
    else blocks.push({ block, ns: pending });
    pending = 0;
  }
  const last = blocks.at(-1);
  if (last !== undefined) last.ns += pending;
  const describe = (net: string | undefined) => {
    if (net === undefined) return 'unnamed';
    const { block, signal } = placeOf(net);
    return block === '' ? signal : `${block}: ${signal}`;
  };
  return { from: describe(nets[0]), to: describe(nets.at(-1)), logic: sum(false), routing: sum(true), blocks };
}

/** `dut.u_core.gen_lane[3].u_lane.row_reg_SB_DFF_Q_1_D` → block `core.lane`, signal `row_reg`; parts of a memory are that memory. */
function placeOf(net: string): { block: string; signal: string } {
  const names = net.split('.').filter((name) => name !== INSTANCE && !/^gen_\w+(\[\d+\])?$/.test(name));
  const part = names.findIndex((name) => /^\d/.test(name));
  const kept = part > 0 ? names.slice(0, part) : names;
  const signal = (kept.pop() ?? net).replace(CELL, '').replace(/\$.*$/, '');
  return { block: kept.map((name) => name.replace(/^u_/, '')).join('.'), signal };
}

/** What Yosys puts behind the name of a signal for the cell that drives it. */
const CELL = /_(SB|LUT4|TRELLIS|L6MUX21|PFUMX|CCU2C|DP16KD|MULT18X18D)_.*$/;
