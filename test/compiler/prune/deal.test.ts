import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deal } from '../../../src/compiler/prune/deal.ts';

/** Deals one at a time: always to a group with fewest of those with room, from `start` on. */
function naiveDeal(total: number, room: readonly number[], start: number): readonly number[] {
  const counts = room.map(() => 0);
  for (let left = total; left > 0; left--) {
    const order = room.map((_, n) => (start + n) % room.length).filter((group) => counts[group]! < room[group]!);
    const least = Math.min(...order.map((group) => counts[group]!));
    counts[order.find((group) => counts[group] === least)!]!++;
  }
  return counts;
}

describe('deal', () => {
  it('gives all groups as many, and those left over in turn', () => {
    expect(deal(6, [9, 9, 9], 0)).toEqual({ counts: [2, 2, 2], next: 0 });
    expect(deal(8, [9, 9, 9], 1)).toEqual({ counts: [2, 3, 3], next: 0 });
    expect(deal(8, [9, 9, 9], 2)).toEqual({ counts: [3, 2, 3], next: 1 });
    expect(deal(0, [9, 0], 1)).toEqual({ counts: [0, 0], next: 1 });
  });

  it('fills groups that are short of room, and passes over them', () => {
    expect(deal(11, [2, 9, 9, 0], 0)).toEqual({ counts: [2, 5, 4, 0], next: 2 });
    expect(deal(20, [2, 9, 9, 0], 3)).toEqual({ counts: [2, 9, 9, 0], next: 3 });
  });

  it('deals as one at a time does', () => {
    const rooms = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(rooms, fc.nat(), fc.nat(), (room, part, group) => {
        const total = part % (room.reduce((a, b) => a + b, 0) + 1);
        const start = group % room.length;
        expect(deal(total, room, start).counts).toEqual(naiveDeal(total, room, start));
      }),
      { numRuns: 500 },
    );
  });
});
