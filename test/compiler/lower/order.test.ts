import { describe, expect, test } from 'vitest';
import { type TileJob, TileOrder, type TilePart } from '../../../src/compiler/lower/order.ts';
import type { Happening } from '../../../src/compiler/lower/stream_draft.ts';

const READY: Happening['semaphore'] = 'ready';

const make = () => ({ op: 'mac' }) as ReturnType<TilePart['make']>;

function part(columns: number, cycles: number, needs: TilePart['needs'] = []): TilePart {
  return { needs, after: null, early: false, input: false, columns, grain: 4, cycles, make, ahead: null };
}

function job(parts: readonly TilePart[], done: Happening, ordered = false): TileJob {
  return {
    tile: { base: 0, t: 0, p: 0, q: 0 },
    parts,
    ordered,
    drain: 100,
    done: [done],
    writes: { vector: 0, to: 0 },
  };
}

/** A layer, its projection, and the next layer, which reads the projection. */
function layers(ordered = false) {
  const [m, y, end] = [{ semaphore: READY }, { semaphore: READY }, { semaphore: READY }];
  const [x, r] = [part(80, 300), part(128, 700)];
  const projection = part(256, 200, [{ happening: m, stepsBefore: 0 }]);
  const nextX = part(128, 700, [{ happening: y, stepsBefore: 0 }]);
  const nextR = part(128, 800, [{ happening: end, stepsBefore: 1 }]);
  const jobs = [job([x, r], m), job([projection], y), job([nextX, nextR], end, ordered)];
  return { jobs, parts: { x, r, projection, nextX, nextR } };
}

function orderOf(jobs: readonly TileJob[]) {
  return new TileOrder(jobs).order().map(({ job: own, cut: { part: of, from, to } }) => {
    return { job: jobs.indexOf(own), part: of, from, to };
  });
}

describe('the order of the products of a step', () => {
  test('what waits for a tile has work of the next one before it, in shares', () => {
    const { jobs, parts } = layers();
    const { x, r, projection, nextX, nextR } = parts;
    const order = orderOf(jobs);
    expect(order.map(({ part: of }) => of)).toEqual([x, r, nextR, projection, nextR, nextX]);
    const [first, second] = order.filter(({ part: of }) => of === nextR);
    expect([first!.from, first!.to, second!.from, second!.to]).toEqual([0, 64, 64, 128]);
  });

  test('the first products of the next step are before what waits last, all of them, and not without a gap', () => {
    const { jobs, parts } = layers();
    const { x, r, projection, nextX, nextR } = parts;
    const ahead = { ...part(80, 400), ahead: make };
    const next = job([ahead, part(128, 700)], { semaphore: READY });
    const [layer, , last] = jobs;
    const order = new TileOrder([layer!, job([projection], { semaphore: READY }), next], true).order();
    expect(order.map(({ cut }) => cut.part)).toEqual([x, r, ahead, projection]);
    expect(order[2]!.cut.to).toBe(80);
    const without = new TileOrder([layer!, job([nextR], last!.done[0]!), next], true).order();
    expect(without.map(({ cut }) => cut.part)).toEqual([x, r, nextR]);
    expect(nextX.ahead).toBeNull();
  });

  test('no more than two tiles are open, even where the work of the next one does not reach', () => {
    const { jobs, parts } = layers();
    const y = { semaphore: READY };
    const other = job([part(64, 200, [{ happening: jobs[1]!.done[0]!, stepsBefore: 0 }])], y);
    const next = job([part(16, 170), part(128, 700, [{ happening: y, stepsBefore: 0 }])], { semaphore: READY });
    const last = job([part(128, 900), part(8, 9, [{ happening: next.done[0]!, stepsBefore: 0 }])], {
      semaphore: READY,
    });
    const all = [jobs[0]!, jobs[1]!, other, next, last];
    const order = orderOf(all).map((own) => own.job);
    expect(parts.projection.needs).toHaveLength(1);
    for (const [at, own] of order.entries()) {
      const open = all.filter((_, n) => order.indexOf(n) <= at && order.lastIndexOf(n) >= at);
      expect(open.length, `${order} at ${at}, job ${own}`).toBeLessThanOrEqual(2);
    }
  });

  test('sums that saturate are added in their order', () => {
    const { jobs, parts } = layers(true);
    const { x, r, projection, nextX, nextR } = parts;
    expect(orderOf(jobs).map(({ part: of }) => of)).toEqual([x, r, projection, nextX, nextR]);
  });

  test('too little work is left where it is: the tile between would wait longer than without it', () => {
    const { jobs, parts } = layers();
    const small = part(16, 100, parts.nextR.needs);
    const order = orderOf([...jobs.slice(0, 2), job([parts.nextX, small], { semaphore: READY })]);
    expect(order.map(({ part: of }) => of)).toEqual([parts.x, parts.r, parts.projection, small, parts.nextX]);
  });
});
