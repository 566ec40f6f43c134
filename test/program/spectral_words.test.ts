import { describe, expect, test } from 'vitest';
import { BLOCKS } from '../../src/model/blocks.ts';
import { encodeSpectral, pairOfColumn, partOfLane, rowMask } from '../../src/program/network/spectral_words.ts';
import type { Segment } from '../../src/program/program.ts';
import { spectralColumns, spectralRows } from '../../src/program/spectral_order.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomSpectra } from '../lib/random_spectra.ts';

const FORMAT = { weightBits: 8, indexBits: 0 };
const POWERS = [1, 2, 4, 16, 32, 64];

describe('pairs of columns and parts of lanes', () => {
  test('are those of the orders of columns and rows', () => {
    for (const block of BLOCKS) {
      for (const many of POWERS) {
        const columns = [...spectralColumns(block, many, 3 * block * many).entries()].filter(([, part]) => part >= 0);
        const pairs = columns.map(([element]) =>
          pairOfColumn(block, many, element % many, Math.floor(element / (2 * many))),
        );
        const orderOf = (part: number) => Math.floor((part % block) / 2);
        expect(pairs, `block ${block}, ${many} groups`).toEqual(columns.map(([, part]) => orderOf(part)));
        if (many === 1) continue;
        const rows = [...spectralRows(block, many, 3 * block * many).entries()];
        const parts = rows.map(([cell, part]) => partOfLane(block, many, cell % many, orderOf(part)));
        const locals = rows.map(([cell]) => Math.floor(cell / many) % (block / 2));
        expect(parts, `block ${block}, ${many} lanes`).toEqual(locals);
      }
    }
  });
});

/** Reads words as the lanes do: sums of products by row, as a matrix. */
function decode(
  segment: Pick<Segment, 'rows' | 'columns' | 'period' | 'values'>,
  block: number,
  groups: number,
  lanes: number,
  { counts, words }: ReturnType<typeof encodeSpectral>,
): Int16Array {
  const { rows, columns, period } = segment;
  const out = new Int16Array(rows * columns);
  const mask = rowMask(segment);
  const kinds = [0, 1, 2, 3].filter((kind) => (mask >> kind) & 1);
  for (let group = 0; group < groups; group++) {
    for (let lane = 0; lane < lanes; lane++) {
      const [own, other] = [words[group * lanes + lane]!, words[group * lanes + (lane ^ 1)]!];
      let at = 0;
      for (const [column, count] of counts[group * lanes + lane]!.entries()) {
        const pair = pairOfColumn(block, groups, group, column);
        const part = partOfLane(block, lanes, lane, pair);
        const first = 2 * groups * column + group;
        for (let n = 0; n < count; n++, at++) {
          const local = part + (block / 2) * Math.floor(n / kinds.length);
          const row = (local * lanes + lane) * period + kinds[n % kinds.length]!;
          const weight = (word: number) => (word << 24) >> 24;
          if (row >= rows) continue;
          const odd = lane % 2 === 1;
          if (pair === 0) out[row * columns + first + (odd ? groups : 0)] = weight(own[at]!);
          else {
            out[row * columns + first] = weight(own[at]!);
            out[row * columns + first + groups] = odd ? weight(other[at]!) : -weight(other[at]!);
          }
        }
      }
    }
  }
  return out;
}

describe('encodeSpectral', () => {
  test.for(Array.from({ length: 40 }, (_, seed) => seed + 1))('is what lanes multiply, seed %d', (seed) => {
    const rng = new Rng(seed);
    const block = rng.pick(BLOCKS);
    const [groups, lanes] = [rng.pick([1, 2, 4, 8]), rng.pick([2, 4, 8, 32])];
    const [cells, period] = [block * rng.integer(1, 4), rng.pick([1, 2, 4])];
    const segment = { ...randomSpectra(rng, { block, groups, lanes, cells, period, bits: 8 }), name: 's' };
    const inStep = rng.uniform() < 0.3;
    const encoded = encodeSpectral(segment, block, 0, groups, lanes, FORMAT, inStep);
    expect(decode(segment, block, groups, lanes, encoded), `seed ${seed}`).toEqual(segment.values);
    const nonZeros = segment.values.reduce((sum, value) => sum + Number(value !== 0), 0);
    expect(encoded.nonZeros, `seed ${seed}`).toBeLessThanOrEqual(nonZeros);
    const total = encoded.words.reduce((sum, own) => sum + own.length, 0);
    expect(encoded.padding, `seed ${seed}`).toBe(total - encoded.nonZeros);
  });

  test('stores a word for each weight of the first columns, equally many in all lanes', () => {
    const [block, groups, lanes] = [16, 4, 8];
    const [cells, period] = [256, 4];
    const parts = { rows: spectralRows(block, lanes, cells), columns: spectralColumns(block, groups, 128) };
    const values = new Int16Array(cells * period * 128);
    for (const [cell, own] of parts.rows.entries()) {
      for (const [column, other] of parts.columns.entries()) {
        if (Math.floor((own % block) / 2) !== Math.floor((other % block) / 2)) continue;
        if (own % block < 2 && own % 2 !== other % 2) continue;
        // A GRU's product with h has no row 2.
        const weight = own % block >= 2 && own % 2 < other % 2 ? -1 : 1;
        for (const kind of [0, 1, 3]) values[(cell * period + kind) * 128 + column] = weight;
      }
    }
    const segment = { name: 's', rows: cells * period, columns: 128, period, values, kindsTurned: false };
    const { words, counts } = encodeSpectral(segment, block, 0, groups, lanes, FORMAT, false);
    expect(rowMask(segment)).toBe(0b1011);
    const total = words.reduce((sum, own) => sum + own.length, 0);
    expect(total).toBe((3 * cells * 128) / block);
    expect(new Set(words.map((own) => own.length))).toEqual(new Set([total / (groups * lanes)]));
    expect(new Set(counts.flatMap((own) => [...own]))).toEqual(new Set([(3 * cells) / lanes / (block / 2)]));
  });

  test('a cut segment goes on with the pairs of its vector', () => {
    const rng = new Rng(7);
    const [block, groups, lanes] = [16, 2, 4];
    const whole = { ...randomSpectra(rng, { block, groups, lanes, cells: 32, period: 4, bits: 8 }), name: 's' };
    const encoded = encodeSpectral(whole, block, 0, groups, lanes, FORMAT, false);
    const cut = 3;
    const from = 2 * groups * cut;
    const columns = whole.columns - from;
    const values = Int16Array.from({ length: whole.rows * columns }, (_, at) => {
      return whole.values[Math.floor(at / columns) * whole.columns + from + (at % columns)]!;
    });
    const rest = encodeSpectral({ ...whole, columns, values }, block, cut, groups, lanes, FORMAT, false);
    for (const [lane, own] of rest.words.entries()) {
      const before = encoded.counts[lane]!.subarray(0, cut).reduce((sum, count) => sum + count, 0);
      expect([...own], `lane ${lane}`).toEqual([...encoded.words[lane]!.subarray(before)]);
    }
  });

  test.each([
    ["a pair whose parts are not each other's negatives", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, -4, 0, 0, 5, 3]],
    ['a pair with two real parts', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, -4, 0, 0, 4, 2]],
    ['a first pair that is complex', [1, 1, 0, 0, -1, 1, 0, 0, 0, 0, 3, -4, 0, 0, 4, 3]],
    ['a weight elsewhere', [1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 3, -4, 0, 0, 4, 3]],
  ])('%s is refused', (_, values) => {
    const segment = { name: 's', rows: 4, columns: 4, period: 1, values: Int16Array.from(values), kindsTurned: false };
    const encode = () => encodeSpectral(segment, 4, 0, 1, 4, FORMAT, false);
    expect(encode).toThrow(EsegenError);
    expect(encode).toThrow('segment "s": expected spectra of blocks');
  });

  test('a weight without its negative is refused', () => {
    const segment = {
      name: 's',
      rows: 2,
      columns: 2,
      period: 1,
      values: Int16Array.from([-128, 0, 0, 1]),
      kindsTurned: false,
    };
    const encode = () => encodeSpectral(segment, 2, 0, 1, 2, FORMAT, false);
    expect(encode).toThrow(EsegenError);
    expect(encode).toThrow('segment "s": expected spectra of -127 to 127, got -128');
  });
});
