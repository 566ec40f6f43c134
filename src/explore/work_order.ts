import { AXES } from './axes.ts';
import type { RunGroup } from './search.ts';
import { type GridPoint, keyOfAxes } from './space.ts';

/** Axes in the order in which work is shared: what takes longest to make stays longest. */
const ORDER = [
  ...['block', 'density', 'encoding', 'indexBits', 'accumulatorMemory'],
  ...['array.lanes', 'array.groups', 'elemLanes', 'array.channels'],
  ...[
    'weightBits',
    'vectorBits',
    'weights',
    'activationQueue',
    'inputBeat',
    'outputBeat',
    'memoryBusBits',
    'fifoDepth',
  ],
  ...['clockMHz', 'part'],
];

/** Points so that neighbours have most of their work in common. */
export function workOrder(points: readonly GridPoint[]): GridPoint[] {
  const rankOf = rankings(points);
  const keyed = points.map((point) => ({ point, ranks: ORDER.map((name) => rankOf(name, point)) }));
  keyed.sort((a, b) => a.point.model - b.point.model || compare(a.ranks, b.ranks));
  return keyed.map(({ point }) => point);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return a[n]! - b[n]!;
  return 0;
}

/** The place of a value among those of its axis. */
function rankings(points: readonly GridPoint[]): (name: string, point: GridPoint) => number {
  const ranks = new Map<string, Map<unknown, number>>();
  for (const { set } of points) {
    for (const [name, value] of Object.entries(set)) {
      const own = ranks.get(name) ?? new Map<unknown, number>();
      if (!own.has(value)) own.set(value, own.size);
      ranks.set(name, own);
    }
  }
  return (name, { set }) => ranks.get(name)?.get(set[name]) ?? 0;
}

/** Points by what decides their cycles and their error, in the order of {@link workOrder}. */
export function runGroups(points: readonly GridPoint[], models: readonly string[]): RunGroup[] {
  const byRun = new Map<string, GridPoint[]>();
  for (const point of workOrder(points)) {
    const key = keyOfAxes(point, 'model', 'hardware');
    const own = byRun.get(key);
    if (own === undefined) byRun.set(key, [point]);
    else own.push(point);
  }
  const variants = new Map<string, number>();
  return [...byRun.values()].map((own) => {
    const [first] = own as [GridPoint];
    const key = keyOfAxes(first, 'model');
    if (!variants.has(key)) variants.set(key, variants.size);
    const named = AXES.filter(({ name, kind }) => kind !== 'free' && first.set[name] !== undefined);
    return {
      points: own.toSorted((a, b) => a.point - b.point),
      place: [models[first.model]!, ...named.map(({ name }) => first.set[name]!)],
      variant: variants.get(key)!,
    };
  });
}

/**
 * The runs of a shard. Those that share a program stay together; programs are dealt in turn. Each shard begins at another place, so that golden models
 * that several of them need are most often found in their folder.
 *
 * @param shard from 1 to `shards`
 */
export function shardOf(groups: readonly RunGroup[], shard: number, shards: number): RunGroup[] {
  const programs = new Map<string, number>();
  const own = groups.filter((group) => {
    const key = programOf(group);
    if (!programs.has(key)) programs.set(key, programs.size);
    return programs.get(key)! % shards === shard - 1;
  });
  let first = Math.floor(((shard - 1) * own.length) / shards);
  while (first > 0 && programOf(own[first]!) === programOf(own[first - 1]!)) first--;
  return [...own.slice(first), ...own.slice(0, first)];
}

/** What decides the program of a run. */
function programOf({ points: [first] }: RunGroup): string {
  const { model, set } = first!;
  const axes = ORDER.slice(0, ORDER.indexOf('weightBits'));
  return JSON.stringify([model, ...axes.map((name) => set[name] ?? null)]);
}
