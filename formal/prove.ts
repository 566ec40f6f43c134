// Proves the properties of a formal top, with a cover and a broken copy for each.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EsegenError } from '../src/util/errors.ts';
import { type Circuit, decide, type Sources, search, toCircuit } from './check.ts';
import type { Proof, Property } from './property.ts';

/** A line of the table. */
export interface Verdict {
  /** Module and parameters. */
  readonly module: string;
  readonly property: string;
  /** `unbounded`, or the number of cycles. */
  readonly method: string;
  /** Null where all is well; else what is wrong. */
  readonly fault: string | null;
  /** For property, cover and broken copy together. */
  readonly seconds: number;
}

/** Cycles in which a cover must be reached, and a broken copy be caught. */
const REACH = 48;

/**
 * Proves all properties of a formal top, one after the other.
 *
 * @param rtl emitted modules by name
 * @param work folder for the tools' files
 * @throws EsegenError where a tool is missing or fails, or the text of a broken copy is not there exactly once
 */
export async function* prove(proof: Proof, rtl: Sources, work: string): AsyncGenerator<Verdict> {
  const sources = sourcesOf(proof, rtl);
  const values = Object.values(proof.parameters);
  const module = [proof.title, ...values].join(' ');
  const dir = join(work, [proof.top, ...values].join('_'));
  const circuit = await toCircuit(join(dir, 'sound'), `formal_${proof.top}`, proof.parameters, sources);
  requireListed(proof, circuit);
  for (const property of proof.properties) {
    const begin = performance.now();
    const method = property.depth === undefined ? 'unbounded' : `${property.depth} cycles`;
    const fault = await faultOf(proof, property, circuit, sources, join(dir, property.name));
    yield { module, property: property.name, method, fault, seconds: (performance.now() - begin) / 1000 };
  }
}

async function faultOf(
  proof: Proof,
  { name, depth, broken }: Property,
  circuit: Circuit,
  sources: Sources,
  dir: string,
): Promise<string | null> {
  const bad = `bad_${name}`;
  const { cycle } = depth === undefined ? await decide(circuit, bad) : await search(circuit, bad, depth);
  if (cycle !== null) return `fails in cycle ${cycle}`;
  const cover = await search(circuit, `seen_${name}`, REACH);
  if (cover.cycle === null) return `its cover is not reached within ${REACH} cycles`;
  const copy = new Map(sources).set(proof.module, replaceOnce(sources.get(proof.module)!, broken, name));
  const caught = await search(await toCircuit(dir, `formal_${proof.top}`, proof.parameters, copy), bad, REACH);
  return caught.cycle === null ? `the broken copy is not caught within ${REACH} cycles` : null;
}

/** The formal top and the emitted modules that it needs. */
function sourcesOf(proof: Proof, rtl: Sources): Sources {
  const sources = new Map<string, string>();
  for (const name of [proof.module, ...(proof.needs ?? [])]) {
    const text = rtl.get(name);
    if (text === undefined) throw new EsegenError(`formal: ${name}`, 'the design has no such module');
    const changes = proof.changes?.[name] ?? [];
    sources.set(
      name,
      changes.reduce((changed, change) => replaceOnce(changed, change, name), text),
    );
  }
  return sources.set(`formal_${proof.top}`, readFileSync(new URL(`${proof.top}.v`, import.meta.url), 'utf8'));
}

/** Every property must be in the list. Yosys leaves out one that is a constant with these parameters. */
function requireListed({ top, properties }: Proof, { outputs }: Circuit): void {
  const listed = properties.map(({ name }) => `bad_${name}`);
  const missing = [...outputs.keys()].filter((name) => name.startsWith('bad_') && !listed.includes(name));
  if (missing.length > 0) throw new EsegenError(`formal: ${top}`, `not in the list of proofs: ${missing.join(', ')}`);
}

/** Replaces a text that must be there exactly once. */
export function replaceOnce(text: string, [from, to]: readonly [string, string], where: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new EsegenError(`formal: ${where}`, `expected once, found ${parts.length - 1} times: ${from}`);
  }
  return parts.join(to);
}
