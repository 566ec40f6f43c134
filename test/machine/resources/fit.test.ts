import { describe, expect, test } from 'vitest';
import { familyOf, findPart, PARTS } from '../../../src/machine/parts.ts';
import { NO_RESOURCES, RESOURCES, type Resources } from '../../../src/machine/resources/counts.ts';
import { fitOf, smallestPart } from '../../../src/machine/resources/fit.ts';

const KU060 = findPart('xcku060-ffva1156-2-e')!;

const demand = (packed: Partial<Resources>, more: Partial<Resources> = {}) => ({
  mapped: { ...NO_RESOURCES, ...packed, ...more },
  packed: { ...NO_RESOURCES, ...packed },
});

describe('parts', () => {
  test('the data sheet of the XCKU060', () => {
    expect(KU060.resources).toEqual({ lut: 331_680, lutram: 146_880, ff: 663_360, bram: 1_080, uram: 0, dsp: 2_760 });
  });

  test('smallest first, two flip-flops a LUT, less memory than LUTs, families by name', () => {
    expect(PARTS.map(({ resources }) => resources.lut)).toEqual(
      PARTS.map(({ resources }) => resources.lut).sort((a, b) => a - b),
    );
    for (const { name, family, resources } of PARTS) {
      expect(resources.ff).toBe(2 * resources.lut);
      expect(resources.lutram).toBeLessThan(resources.lut);
      expect(findPart(`${name}-xyz-2-e`)?.name).toBe(name);
      expect(resources.uram > 0 && family !== 'xcup').toBe(false);
    }
  });

  test.each([
    ['xcku060-ffva1156-2-e', 'xcku060', 'xcu'],
    ['xcvu095-ffva2104-2-e', null, 'xcu'],
    ['xcku5p-ffvb676-2-e', null, 'xcup'],
    ['xcvu9p-flga2104-2-i', 'xcvu9p', 'xcup'],
    ['xczu7ev-ffvc1156-2-e', 'xczu7ev', 'xcup'],
    ['xc7k325tffg900-2', 'xc7k325t', 'xc7'],
    ['xc7vx690tffg1761-2', 'xc7vx690t', 'xc7'],
    ['xc7z020clg400-1', 'xc7z020', 'xc7'],
    ['xc7s50csga324-1', null, 'xc7'],
    ['xc6slx45-2csg324', null, null],
    ['10ax115', null, null],
  ])('%s is device %s of family %s', (number, name, family) => {
    expect(findPart(number)?.name ?? null).toBe(name);
    expect(familyOf(number)).toBe(family);
  });
});

describe('fit', () => {
  test('the resource with the largest share limits', () => {
    const fit = fitOf(demand({ lut: 33_168, bram: 540, dsp: 276 }), KU060);
    expect(fit).toMatchObject({ verdict: 'fits', limit: 'bram' });
    expect(fit.shares).toEqual({ lut: 0.1, lutram: 0, ff: 0, bram: 0.5, uram: 0, dsp: 0.1 });
  });

  test.each(RESOURCES.filter(([key]) => key !== 'uram'))('all of a %s fits, one more does not', (key) => {
    const all = KU060.resources[key];
    expect(fitOf(demand({ [key]: all }), KU060)).toMatchObject({ verdict: 'fits', limit: key });
    expect(fitOf(demand({ [key]: all + 0.5 }), KU060)).toMatchObject({ verdict: 'does not fit', limit: key });
  });

  test('what fits only when it is packed may fit', () => {
    expect(fitOf(demand({ lut: 331_000 }, { lut: 400_000 }), KU060).verdict).toBe('may fit');
  });

  test('a resource that the device has none of', () => {
    expect(fitOf(demand({ uram: 1 }), KU060)).toMatchObject({ verdict: 'does not fit', limit: 'uram' });
  });

  test('the smallest part is the first by LUTs that has enough of everything', () => {
    expect(smallestPart(demand({ lut: 1 }))?.part.name).toBe('xc7z020');
    expect(smallestPart(demand({ lut: 53_201 }))?.part.name).toBe('xc7a200t');
    expect(smallestPart(demand({ lut: 1, dsp: 5_000 }))?.part.name).toBe('xcku115');
    expect(smallestPart(demand({ lut: 1, uram: 97 }))?.part.name).toBe('xcvu3p');
    expect(smallestPart(demand({ lut: 1 }, { lut: 53_201 }))?.part.name).toBe('xc7a200t');
    expect(smallestPart(demand({ lut: 2_000_000 }))).toBeNull();
  });
});
