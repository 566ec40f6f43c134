import { clog2 } from '../../util/fixed.ts';
import { ADDRESS_BITS, type NetworkSizes } from '../network_sizes.ts';
import { queueDepth } from '../queue_depth.ts';
import { feedsOf } from '../sizes.ts';
import { weightWordBits } from '../word_format.ts';

/** Sizes of the hardware of networks, and what several of its units derive from them. */
export interface NetworkView {
  readonly sizes: NetworkSizes;
  readonly feeds: number;
  readonly queue: number;
  readonly weightWord: number;
  readonly paramBits: number;
  readonly runBits: number;
  readonly loadAddr: number;
  readonly loadData: number;
  readonly loadBits: number;
  /** Bits of an address in VMEM, of a part and of a select of a word. */
  readonly vmemAddr: number;
  readonly spectral: boolean;
}

/** Bits of the fields of a run that have one size in all hardware (run_format.ts), and of those of block-circulant layers. */
const RUN_BITS = ADDRESS_BITS + 30;
const SPECTRAL_BITS = 11;

/** Bits of an entry of a memory that is loaded by parts, of a table's word, and entries of a table. */
const PART_BITS = 32;
const TABLE_ENTRIES = 2048;
/** Parts of a word of CELL, the widest of the program. */
const PARTS = 13;

export function networkView(sizes: NetworkSizes): NetworkView {
  const { external, channels, pointerBits, addrBits, blocks, programDepth } = sizes;
  const paramBits = sizes.biasBits + (sizes.peepholes ? 16 : 0);
  const weightWord = weightWordBits(sizes);
  const programs = PARTS * Math.max(...Object.values(programDepth));
  const depths = [
    sizes.pointerDepth,
    sizes.paramDepth,
    TABLE_ENTRIES,
    programs,
    ...(external === null ? [sizes.weightDepth] : []),
  ];
  const loadAddr = clog2(Math.max(...depths));
  const loadData = Math.max(PART_BITS, sizes.countBits, paramBits, external === null ? weightWord : 0);
  return {
    sizes,
    feeds: feedsOf(sizes),
    queue: queueDepth(sizes),
    weightWord,
    paramBits,
    runBits:
      RUN_BITS + pointerBits + (external === null ? addrBits : 0) + channels + (blocks.length > 0 ? SPECTRAL_BITS : 0),
    loadAddr,
    loadData,
    loadBits: loadAddr + loadData + 16,
    vmemAddr: Math.max(clog2(sizes.vmemWords), 1),
    spectral: blocks.length > 0,
  };
}
