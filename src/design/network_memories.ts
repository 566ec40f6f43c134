import type { NetworkDesign } from '../program/network_design.ts';
import type { MemoryGroup } from './memory_groups.ts';

/** Sizes of the memories of a network design, by kind: those with a file, vectors and sequences. */
export function networkMemoryGroups({ name, sizes, memories }: NetworkDesign): MemoryGroup[] {
  const { channels, groups, elemLanes, slice, vectorBits, vmemWords, sequenceWords, sequenceStream } = sizes;
  const found = new Map<string, { count: number; depth: number; width: number }>();
  const add = (kind: string, count: number, depth: number, width: number) => {
    const known = found.get(kind);
    if (known === undefined) found.set(kind, { count, depth, width });
    else known.count += count;
  };
  for (const [file, { depth, width }] of memories) {
    const kind = file.slice(name.length + 1).replace(/(_\d+)?\.mem$/, '');
    // Every lane of a cell unit has tables of its own, loaded from the one file.
    add(kind, kind === 'sigmoid' || kind === 'tanh' ? channels * elemLanes : 1, depth, width);
  }
  // Two copies of the vectors, for two read ports.
  add('vectors', 2 * channels * groups, vmemWords, slice * vectorBits);
  if (sequenceWords > 0 && sequenceStream === null) add('sequences', 1, sequenceWords, elemLanes * vectorBits);
  return [...found].map(([kind, group]) => ({
    name: kind,
    ...group,
    kbit: (group.count * group.depth * group.width) / 1024,
  }));
}
