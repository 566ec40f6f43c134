import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { DesignHash } from '../hdl/control_registers.ts';
import type { ModulePlan } from '../hdl/module_plan.ts';
import { planNetwork } from '../hdl/network/plan.ts';
import { planModules } from '../hdl/plan.ts';
import { renderModule, templateWords } from '../hdl/render.ts';
import type { Design } from '../program/design.ts';
import { type WeightsSum, weightsSum } from '../program/image_words.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import { EsegenError } from '../util/errors.ts';

/** The modules of a design, in the order in which tools read them. */
export interface Modules {
  /** See {@link designHash}. */
  readonly hash: DesignHash;
  /** Text by path, e.g. `rtl/my_lstm_pe.v`; the top module is the last. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Hash by which a driver knows that hardware and header are of the same design: the first 64 bits of the SHA-256 of all modules,
 * printed with hash 0 and without the length and CRC of weights in external memory. Weights are not in it, sizes and number formats are where the RTL depends on them.
 */
export function designHash(design: Design): DesignHash {
  return hashOf(planModules(design, 0n).map(renderModule));
}

function hashOf(texts: readonly string[]): DesignHash {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return hash.digest().readBigUInt64BE();
}

/**
 * Prints all modules of a design of one layer.
 *
 * @param weights of its weights in external memory; null where it has none there
 * @throws EsegenError where the design has a name that is used within the top module: tools would take one for the other
 */
export function printModules(design: Design, weights: WeightsSum | null): Modules {
  refuseName(design.config.name, 'top.v.hbs');
  return printPlans((hash, own) => planModules(design, hash, own), weights);
}

/**
 * Prints all modules of a design of a network.
 *
 * @throws EsegenError as printModules
 */
export function printNetworkModules(design: NetworkDesign): Modules {
  refuseName(design.name, 'network/network_top.v.hbs');
  const weights = design.weights === null ? null : weightsSum(design.weights);
  return printPlans((hash, own) => planNetwork(design, hash, own), weights);
}

/** @throws EsegenError where a signal of the top module has the name of the design */
function refuseName(name: string, top: string): void {
  const used = [top, 'partials/control_ports.hbs', 'partials/control_blocks.hbs'];
  if (used.some((template) => templateWords(template).has(name))) {
    throw new EsegenError('name', `expected a name that no signal of the top module has, got "${name}"`);
  }
}

/** Modules are printed without hash and weights to get the hash, and those that show either once more. */
function printPlans(
  plansOf: (hash: DesignHash, weights: WeightsSum | null) => readonly ModulePlan[],
  weights: WeightsSum | null,
): Modules {
  const plain = plansOf(0n, null);
  const texts = plain.map(renderModule);
  const hash = hashOf(texts);
  const files = plansOf(hash, weights).map((plan, at) => {
    const same = isDeepStrictEqual(plan, plain[at]);
    return [`rtl/${plan.file}.v`, same ? texts[at]! : renderModule(plan)] as const;
  });
  return { hash, files: new Map(files) };
}
