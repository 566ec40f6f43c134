import type { Design } from '../program/design.ts';
import { imageShapes } from '../program/pack.ts';

/** Memories of one kind, e.g. the weights of all lanes. */
export interface MemoryGroup {
  /** File name without number and suffix. */
  readonly name: string;
  /** Number of memories, and words and bits of each. */
  readonly count: number;
  readonly depth: number;
  readonly width: number;
  /** All of them together, in 1,024 bits. */
  readonly kbit: number;
}

/** Sizes of the memories, by kind. */
export function memoryGroups(design: Pick<Design, 'config' | 'dimensions' | 'formats' | 'schedule'>): MemoryGroup[] {
  const groups = new Map<string, { count: number; depth: number; width: number }>();
  for (const [file, { depth, width }] of imageShapes(design)) {
    const name = file.replace(/(_\d+)?\.mem$/, '');
    // Every ElemMul lane of every channel has tables of its own, loaded from the one file.
    const copies = name === 'sigmoid' || name === 'tanh' ? design.dimensions.channels * design.dimensions.elemLanes : 1;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { count: copies, depth, width });
    else group.count += copies;
  }
  return [...groups].map(([name, group]) => ({
    name,
    ...group,
    kbit: (group.count * group.depth * group.width) / 1024,
  }));
}
