import { expect, test } from 'vitest';
import { PLACE_BITS, viewAddress } from '../../../src/hdl/network/view_address.ts';
import { packWord } from '../../../src/program/field.ts';
import { UNIT_WORDS } from '../../../src/program/unit_words.ts';
import { Rng } from '../../../src/util/rng.ts';
import { DUT, lintBlocks, runBlocks } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

const A = 2 ** 18;

/** Place of the source in a word of MAC whose other fields are 0. */
function packPlace(values: Readonly<Record<string, number>>): bigint {
  const { fields } = UNIT_WORDS.mac;
  const from = fields.findIndex(({ name }) => name === 'sourceBase');
  return packWord({ name: 'place', meaning: '', fields: fields.slice(from, from + 9) }, values, 'case');
}

const bitsOf = (value: number) => value.toString(2).length * Number(value > 0);

test.each([1, 2, 3])('random places, seed %i', async (seed) => {
  const rng = new Rng(seed);
  const small = (most: number) => rng.integer(0, rng.pick([0, 1, 3, most]));
  const cases = Array.from({ length: 500 }, () => {
    const place = {
      ...{ sourceBase: rng.integer(0, A - 1), sourceSlotBits: small(15), sourceSlotWords: rng.integer(0, A - 1) },
      ...{ sourceSlotT: small(63), sourceSlotP: rng.integer(0, 1), sourceSlotOffset: small(255) },
      ...{ sourcePStride: rng.integer(0, A - 1), sourceQStride: rng.integer(0, A - 1), sourceReplicated: 0 },
    };
    const [t, p, q, extra] = [small(65535), small(65535), small(65535), small(65535)] as const;
    const sum = place.sourceSlotT * t + place.sourceSlotP * p + place.sourceSlotOffset + extra;
    const slot = sum % 2 ** place.sourceSlotBits;
    const address = place.sourceBase + slot * place.sourceSlotWords + p * place.sourcePStride + q * place.sourceQStride;
    const bits = Math.max(bitsOf(place.sourceSlotT), bitsOf(p), bitsOf(q)) + bitsOf(slot);
    const counters = BigInt(t) | (BigInt(p) << 16n) | (BigInt(q) << 32n) | (BigInt(extra) << 48n);
    return {
      word: packPlace(place) | (counters << BigInt(PLACE_BITS)),
      expected: `${address % A} ${slot} ${2 + bits}`,
    };
  });
  const lines = await runBlocks({
    plans: [viewAddress(testSizes(), DUT)],
    bench: 'view_address_bench',
    parameters: { CASES: cases.length, WIDTH: PLACE_BITS },
    files: { 'cases.txt': cases.map(({ word }) => word.toString(16)).join('\n') },
  });
  expect(lines, `seed ${seed}`).toEqual(cases.map(({ expected }) => expected));
});

test('lint', async () => {
  expect(await lintBlocks([viewAddress(testSizes(), DUT)], `${DUT}_view_address`)).toEqual([]);
});
