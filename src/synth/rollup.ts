import { addResources, NO_RESOURCES, type Resources } from '../machine/resources/counts.ts';
import { type BlockName, type Place, primitivesOf } from './hierarchy.ts';
import type { Netlist } from './netlist.ts';
import { primitiveResources } from './primitives.ts';

/** All instances of a block below all instances of the block above it. */
export interface Block extends BlockName {
  readonly instances: number;
  /** Resources of all instances, with what is below them. */
  readonly all: Resources;
  /** Resources of all instances, without what is below them. */
  readonly own: Resources;
  /** In the order of the netlist. */
  readonly blocks: readonly Block[];
}

/** A block that is being added up. */
interface Sum {
  readonly name: BlockName;
  instances: number;
  own: Resources;
  readonly below: Map<string, Sum>;
}

/**
 * Adds up resources over the hierarchy: every module is counted once and multiplied by how often it is there.
 *
 * @param places as `placesOf` finds them, the top module first
 * @returns the block of the top module, and types of cells whose resources are not known
 */
export function rollUp(netlist: Netlist, places: readonly Place[]): { block: Block; unknown: readonly string[] } {
  const unknown = new Set<string>();
  const byModule = new Map<string, Resources>();
  const ownOf = (module: string): Resources => {
    const known = byModule.get(module);
    if (known !== undefined) return known;
    let own = NO_RESOURCES;
    for (const [, { type }] of primitivesOf(netlist, module)) {
      const resources = primitiveResources(type);
      if (resources === null) unknown.add(type);
      else own = addResources(own, resources);
    }
    byModule.set(module, own);
    return own;
  };

  const root = emptySum(places[0]!.path[0]!);
  for (const { module, path, count } of places) {
    let sum = root;
    for (const name of path.slice(1)) {
      const key = `${name.name} ${name.module}`;
      let below = sum.below.get(key);
      if (below === undefined) {
        below = emptySum(name);
        sum.below.set(key, below);
      }
      sum = below;
    }
    sum.instances += count;
    sum.own = addResources(sum.own, ownOf(module), count);
  }
  return { block: finish(root), unknown: [...unknown].sort() };
}

function emptySum(name: BlockName): Sum {
  return { name, instances: 0, own: NO_RESOURCES, below: new Map() };
}

function finish({ name, instances, own, below }: Sum): Block {
  const blocks = [...below.values()].map(finish);
  const all = blocks.reduce((sum, block) => addResources(sum, block.all), own);
  return { ...name, instances, all, own, blocks };
}

/** A block and all blocks below it, each before those below it, with its depth. */
export function* eachBlock(block: Block, depth = 0): Generator<{ readonly block: Block; readonly depth: number }> {
  yield { block, depth };
  for (const below of block.blocks) yield* eachBlock(below, depth + 1);
}
