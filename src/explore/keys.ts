import type { Config } from '../machine/config.ts';

/** Keys of a config that a piece of work does not depend on. */
type Ignored = readonly (keyof Config)[];

/** Nothing that is built depends on these but names and printed times. */
const FREE: Ignored = ['name', 'clockMHz', 'part'];
const PORTS: Ignored = ['inputBeat', 'outputBeat', 'activationQueue', 'memoryBusBits', 'room'];

function keyWithout(config: Config, ignored: Ignored): string {
  const kept = Object.entries(config).filter(([key]) => !ignored.includes(key as keyof Config));
  return JSON.stringify(kept);
}

/** What pruning depends on. */
export function pruneKey({
  density,
  encoding,
  indexBits,
  array,
  elemLanes,
  accumulatorMemory,
  maximum,
  layers,
}: Config): string {
  const { lanes, groups } = array;
  return JSON.stringify([density, encoding, indexBits, lanes, groups, elemLanes, accumulatorMemory, maximum, layers]);
}

/** What the integers of a pruned network depend on: accumulators are as wide as the columns of a group need. */
export function numberKey({ weightBits, vectorBits, accumulatorBits, array, tables, layers }: Config): string {
  return JSON.stringify([weightBits, vectorBits, accumulatorBits, array.groups, tables, layers]);
}

/** What the outputs of a pruned network depend on: exact sums are the same however their columns are dealt. */
export function outputKey(config: Config): string {
  const { accumulatorBits, array } = config;
  return numberKey(accumulatorBits === 'exact' ? { ...config, array: { ...array, groups: 1 } } : config);
}

/** What the program of a network depends on, its integers given. */
export function programKey(config: Config): string {
  return keyWithout({ ...config, weights: config.weights === 'dram' ? 'dram' : 'onchip' }, [
    ...FREE,
    ...PORTS,
    'fifoDepth',
    'density',
    'encoding',
  ]);
}

/** What the memories and sizes of a design depend on, but for its queues. */
export function designKey(config: Config): string {
  return keyWithout(config, [...FREE, 'fifoDepth']);
}

/** What the cycles of a design depend on. */
export function cycleKey(config: Config): string {
  return keyWithout(config, FREE);
}
