import { expect, test } from 'vitest';
import { MARKER_SENT, NO_COLUMN, NOTHING_SENT, type Sent } from '../../../src/cycles/network/feeds.ts';
import { FreeFeeds } from '../../../src/cycles/network/free_feeds.ts';
import { HeldFeeds } from '../../../src/cycles/network/held_feeds.ts';
import { Rng } from '../../../src/util/rng.ts';

const CYCLES = 6_000;
/** Stages between the issuer and the queues. */
const STAGES = 4;

/** Columns of segments again and again, one after the other, sometimes with a pause; a marker behind each. */
function* columns(rng: Rng, segments: readonly { from: number; to: number }[]): Generator<Sent> {
  for (;;) {
    const { from, to } = rng.pick(segments);
    for (let place = from; place < to; place++) {
      while (rng.uniform() < 0.02) yield NOTHING_SENT;
      yield { place, marks: 0 };
    }
    yield { place: MARKER_SENT, marks: 0 };
    for (let pause = rng.pick([0, 0, 3, 3, 40]); pause > 0; pause--) yield NOTHING_SENT;
  }
}

// Those that are looked at in every cycle know nothing of courses.
test.each([1, 2, 3, 4, 5, 6])(
  'feeds that read what came before do what feeds do that are gone cycle by cycle: seed %i',
  (seed) => {
    const rng = new Rng(seed);
    const feeds = rng.pick([1, 2, 5, 16]);
    const depth = rng.pick([8, 12, 20]);
    const segments: { from: number; to: number }[] = [];
    for (let n = 0, from = 0; n < 3; n++) {
      const to = from + rng.integer(3, 12);
      segments.push({ from, to });
      from = to;
    }
    const places = segments.at(-1)!.to;
    const numbers = Uint16Array.from({ length: places }, (_, place) => segments.findIndex(({ to }) => place < to));
    const counts = Array.from({ length: feeds }, () => Uint32Array.from({ length: places }, () => rng.integer(0, 6)));
    const free = new FreeFeeds(depth, counts, numbers, segments.length);
    const held = new HeldFeeds(depth, counts, numbers, segments.length, null);
    const source = columns(rng, segments);
    const stages = new Array<Sent>(STAGES).fill(NOTHING_SENT);
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const sent = held.stall ? NOTHING_SENT : source.next().value!;
      const arrives = stages.pop()!;
      stages.unshift(sent);
      free.tick(arrives.place === NO_COLUMN ? NOTHING_SENT : arrives);
      held.tick(arrives.place === NO_COLUMN ? NOTHING_SENT : arrives);
      const seen = ({ idle, stall, marked, working }: FreeFeeds | HeldFeeds) => [idle, stall, marked, ...working];
      if (String(seen(free)) !== String(seen(held))) expect(seen(free), `cycle ${cycle}`).toEqual(seen(held));
    }
    expect([...free.worked]).toEqual([...held.worked]);
  },
);
