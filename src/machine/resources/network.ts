import type { NetworkSizes } from '../network_sizes.ts';
import { inBlockBank, waysOf } from '../sizes.ts';
import { weightColumnBits } from '../word_format.ts';
import { feedUnits, queueUnit } from './feed.ts';
import { laneUnits } from './lane.ts';
import { networkCellUnits } from './network_cells.ts';
import { networkControlUnits } from './network_control.ts';
import { networkMoveUnits } from './network_moves.ts';
import { networkSpectraUnits } from './network_spectra.ts';
import { type NetworkView, networkView } from './network_view.ts';
import { vmemUnits } from './network_vmem.ts';
import { type Sections, type Unit, unit } from './unit.ts';
import { burstReader, rowAlign, weightUnits } from './weights.ts';

/** Runs that wait in a group. */
const WAITING_RUNS = 8;

/** The groups of the array, their issuers of columns, and what joins their tokens. */
function arrayUnits({ sizes, feeds, queue, runBits, spectral }: NetworkView): Unit[] {
  const { channels, groups, lanes, rowBits, pointerBits, addrBits, external, blocks } = sizes;
  const dram = external === null ? 0 : 1;
  const address = external === null ? addrBits : 0;
  return [
    unit('column_issuer', groups, {
      lut: {
        network: 1,
        runBits,
        pointerBits,
        address,
        voices: channels - 1,
        spectral: spectral ? 1 : 0,
        blocks: blocks.length,
      },
      ff: { network: 1, runBits, pointerBits, address, spectral: spectral ? 1 : 0 },
    }),
    queueUnit(groups, runBits, WAITING_RUNS),
    unit('network_group', groups, {
      counted: {
        ff:
          3 +
          runBits +
          44 +
          3 +
          2 * rowBits +
          lanes +
          2 +
          queue +
          (external === null ? 0 : 2 + lanes * external.wordSlot),
      },
      lut: { rowBits, reached: queue * Math.ceil((feeds - 1) / 5), feeds, one: 1 },
    }),
    unit('network_array', 1, {
      counted: { ff: 2 + queue + 2 * dram },
      lut: { reached: queue * Math.ceil((groups - 1) / 5), groups, one: 1 },
    }),
    unit('token_join', 2, {
      lut: { groups: groups > 1 ? groups : 0, one: 1 },
      ff: { groups: groups > 1 ? groups : 0, one: 1 },
    }),
  ];
}

/** Bits of a word of the program that reads weights (docs/program.md). */
const READER_BITS = 83;

/** Reader of external memory, by a program of its own. */
function readerUnits({ sizes }: NetworkView): Unit[] {
  const { external, utterance, axes } = sizes;
  if (external === null) return [];
  return [
    unit('weight_reader', 1, { lut: { network: 1 } }),
    burstReader(external),
    unit('reader_sequencer', 1, {
      rams: [{ words: external.programDepth, bits: READER_BITS }],
      lut: { utterance: utterance ? 1 : 0, axes: utterance ? axes : 0, one: 1 },
      ff: { utterance: utterance ? 1 : 0, axes: utterance ? axes : 0, one: 1 },
    }),
    ...rowAlign(external),
  ];
}

/** Units of the hardware of networks. */
export function networkUnits(sizes: NetworkSizes): Sections {
  const view = networkView(sizes);
  const { groups, lanes, channels, actBits, vectorBits, rowBits, tileRows, accBits, inStep, external, countBits } =
    sizes;
  const { feeds, queue, weightWord, loadBits, spectral } = view;
  const bank = { rows: tileRows, block: inBlockBank(tileRows, accBits) };
  return {
    'multiply-accumulate': laneUnits({ ...sizes, lanes: groups * lanes, bankRowBits: rowBits, banks: [bank, bank] }),
    columns: [
      ...arrayUnits(view),
      ...feedUnits({
        ...{ groups, feeds, channels, actBits, vectorBits, countBits },
        addrBits: external === null ? sizes.addrBits : 0,
        queueDepth: queue,
        blocks: spectral,
        pairs: spectral && !inStep,
        inStep,
        ways: waysOf(sizes) / feeds,
        held: false,
      }),
    ],
    weights: [
      ...weightUnits({ ...sizes, feeds, weightWord, weightColumn: weightColumnBits(sizes), loadBits }),
      ...readerUnits(view),
    ],
    vectors: vmemUnits(view),
    cells: networkCellUnits(view),
    ...(spectral ? { transforms: networkSpectraUnits(view) } : {}),
    'sequences and frames': networkMoveUnits(view),
    control: networkControlUnits(view),
  };
}
