import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emittedModules } from '../../formal/design.ts';
import { PROOFS } from '../../formal/proofs.ts';
import { prove, replaceOnce, type Verdict } from '../../formal/prove.ts';

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'esegen-test-'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const rtl = emittedModules();
const quick = PROOFS.filter((proof) => proof.quick === true);

test.each(quick)('$title holds: every property proved, covered, and broken in its broken copy', async (proof) => {
  const verdicts: Verdict[] = [];
  for await (const verdict of prove(proof, rtl, work)) verdicts.push(verdict);
  expect(verdicts.map(({ property }) => property)).toEqual(proof.properties.map(({ name }) => name));
  expect(verdicts.filter(({ fault }) => fault !== null)).toEqual([]);
});

describe('what is wrong is found', () => {
  const skid = quick.find(({ title }) => title === 'skid_buffer')!;

  async function faultOf(broken: readonly [string, string], module = rtl.get('skid_buffer')!) {
    const proof = { ...skid, properties: skid.properties.map((property) => ({ ...property, broken })) };
    const changed = new Map(rtl).set('skid_buffer', module);
    for await (const { fault } of prove(proof, changed, join(work, 'wrong'))) return fault;
    return null;
  }

  test('a module that breaks a property', async () => {
    const [from, to] = skid.properties[0]!.broken;
    const module = rtl.get('skid_buffer')!.replace(from, to);
    expect(await faultOf([to, to], module)).toMatch(/^fails in cycle \d+$/);
  });

  test('a broken copy that breaks nothing', async () => {
    const same = 'assign m_valid = valid_reg;';
    expect(await faultOf([same, same])).toBe('the broken copy is not caught within 48 cycles');
  });

  test.each(['absent', 'a'])('a text to replace that is not there exactly once: %s', (from) => {
    expect(() => replaceOnce('a b a', [from, ''], 'order')).toThrow(/formal: order: expected once, found \d times/);
  });
});

test('every broken copy can be made of the emitted modules', () => {
  for (const { module, needs = [], changes = {}, properties } of PROOFS) {
    const changed = (name: string) =>
      (changes[name] ?? []).reduce((text, change) => replaceOnce(text, change, name), rtl.get(name)!);
    for (const name of needs) changed(name);
    const text = changed(module);
    for (const { name, broken } of properties) expect(replaceOnce(text, broken, name)).not.toBe(text);
  }
});
