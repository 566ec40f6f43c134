import { TABLE_BITS, TABLE_ENTRIES } from '../../machine/formats.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { weightWordBits } from '../../machine/word_format.ts';
import { MEMORY_KINDS } from '../../program/model_image.ts';
import { clog2 } from '../../util/fixed.ts';
import { type ModulePlan, modulePlan } from '../module_plan.ts';

/** What modules print that have the load bus: its widths, and the codes of the kinds of memories. */
export function loadView(sizes: NetworkSizes) {
  const words = sizes.external === null ? sizes.weightDepth : 0;
  const kindOf = (name: (typeof MEMORY_KINDS)[number]) => MEMORY_KINDS.indexOf(name);
  return {
    loadAddr: clog2(Math.max(words, sizes.pointerDepth, sizes.paramDepth, TABLE_ENTRIES)),
    loadData: Math.max(weightWordBits(sizes), sizes.countBits, paramBits(sizes), TABLE_BITS),
    kindWeights: kindOf('weights'),
    kindPointers: kindOf('pointers'),
    kindParams: kindOf('elem'),
    kindSigmoid: kindOf('sigmoid'),
    kindTanh: kindOf('tanh'),
  };
}

/** Bits of a word of the parameter memories: bias, and peephole where any layer has them. */
export function paramBits({ biasBits, peepholes }: NetworkSizes): number {
  return biasBits + (peepholes ? 16 : 0);
}

/** Picks the words for one memory. */
export function loadDecode(sizes: NetworkSizes): ModulePlan {
  const { loadAddr, loadData } = loadView(sizes);
  return modulePlan('load_decode', { loadAddr, loadData });
}
