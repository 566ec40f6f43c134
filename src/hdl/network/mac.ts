import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { queueDepth, UNDER_WAY } from '../../machine/queue_depth.ts';
import { drainLanes, feedsOf, waysOf } from '../../machine/sizes.ts';
import { weightWordBits } from '../../machine/word_format.ts';
import { wordBits } from '../../program/field.ts';
import { CHAINS, FOLLOWED, SEMAPHORES, TURNS } from '../../program/instruction.ts';
import { UNIT_WORDS } from '../../program/unit_words.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { FIRST_FEEDS } from './feed.ts';
import { loadView } from './load.ts';
import { runBits, runFormat, WAITING_RUNS } from './run_format.ts';
import { pairsOfColumns, spectralView } from './spectral.ts';
import { PLACE_BITS } from './view_address.ts';
import { fieldStart, fieldViews, wireName } from './word_fields.ts';

/** Where mac_control has the fields of a run, which follow the columns of the source. */
const RUN_VALUES: Readonly<Record<string, string>> = {
  address: 'row_address_reg',
  count: 'count_reg',
  replicated: 'replicated_reg',
  first: 'first_reg',
  marker: 'marker_reg && last_run',
  tile: 'tile_reg',
  align: 'align_reg',
  chain: 'chain_reg & {2{behind}}',
  target: 'target',
  pointer: 'pointer_reg',
  base: 'base_reg',
  blockBits: 'block_bits_reg',
  periodBits: 'period_bits_reg',
  rowMask: 'row_mask_reg',
  quarters: 'quarters_reg',
};

/** Expands the work of MAC into runs. */
export function macControl(sizes: NetworkSizes): ModulePlan {
  const format = UNIT_WORDS.mac;
  const dram = sizes.external !== null;
  const place = fieldStart(format, 'sourceBase');
  const { blocks } = spectralView(sizes);
  // Windows over time may reach back to before the first step; an utterance has zeros there.
  const windows = !sizes.utterance && sizes.channels === 1;
  const zero = windows ? 'zero_reg | {CHANNELS{before_reg}}' : 'zero_reg';
  const { fields: run } = runFormat(sizes);
  return {
    block: 'network/mac_control',
    file: 'mac_control',
    values: {
      channels: sizes.channels,
      wordWidth: wordBits(format),
      runWidth: runBits(sizes),
      runs: WAITING_RUNS,
      windows,
      dram,
      blocks,
      turnAhead: lit(2, TURNS.indexOf('ahead')),
      turnToo: lit(2, TURNS.indexOf('too')),
      tileFull: lit(3, SEMAPHORES.indexOf('tileFull0') / 2),
      chainCopied: lit(2, CHAINS.indexOf('copied')),
      follows: FOLLOWED.mac.map((semaphore) => ({ name: wireName(semaphore) })),
      place: `${place + PLACE_BITS - 1}:${place}`,
      pointerMsb: sizes.pointerBits - 1,
      baseMsb: sizes.addrBits - 1,
      fieldsOf: 'work_word',
      fields: fieldViews(
        format,
        [
          ...['align', 'previous', 'chain', 'taps', 'slotStep', 'rows', 'rowStride', 'run', 'sourceSlotBits'],
          ...['sourceSlotWords', 'sourceReplicated', 'pointerBase'],
          ...(dram ? [] : ['wordBase']),
          ...(blocks ? ['blockBits', 'periodBits', 'rowMask', 'quarters'] : []),
          ...(windows ? ['sourceSlotOffset', 'turn'] : []),
        ],
        (name) => (name === 'run' ? 'run_columns' : wireName(name)),
      ),
      runValues: [...run].reverse().map(({ name }, at) => ({
        value: name === 'zero' ? zero : RUN_VALUES[name]!,
        comma: at < run.length - 1 ? ',' : '',
      })),
    },
  };
}

/** Runs to columns, for one group. */
export function columnIssuer(sizes: NetworkSizes): ModulePlan {
  const format = runFormat(sizes);
  return {
    block: 'network/column_issuer',
    file: 'column_issuer',
    values: {
      channels: sizes.channels,
      groups: sizes.groups,
      pointerWidth: sizes.pointerBits,
      addrWidth: sizes.addrBits,
      runWidth: runBits(sizes),
      runs: WAITING_RUNS,
      dram: sizes.external !== null,
      ...spectralView(sizes),
      columnPairs: pairsOfColumns(sizes),
      chainCopied: lit(2, CHAINS.indexOf('copied')),
      fieldsOf: 'next_run',
      fields: fieldViews(
        format,
        format.fields.map(({ name }) => name),
      ),
    },
  };
}

/** What group and array have in common. */
function arrayView(sizes: NetworkSizes) {
  const { loadAddr, loadData } = loadView(sizes);
  return {
    loadAddr,
    loadData,
    channels: sizes.channels,
    groups: sizes.groups,
    lanes: sizes.lanes,
    fifoDepth: queueDepth(sizes),
    vectorWidth: sizes.vectorBits,
    rowWidth: sizes.rowBits,
    accWidth: sizes.accBits,
    runWidth: runBits(sizes),
    starts: sizes.startDepth > 0,
    dram: sizes.external !== null,
    wordSlot: sizes.external?.wordSlot ?? 0,
  };
}

/** A group of columns with its lanes and memories. */
export function networkGroup(sizes: NetworkSizes): ModulePlan {
  return {
    block: 'network/network_group',
    file: 'network_group',
    values: {
      ...arrayView(sizes),
      feeds: feedsOf(sizes),
      ways: waysOf(sizes),
      firstFeeds: FIRST_FEEDS,
      inStep: sizes.inStep,
      actWidth: sizes.actBits,
      wordWidth: weightWordBits(sizes),
      weightDepth: sizes.weightDepth,
      pointerDepth: sizes.pointerDepth,
      countWidth: sizes.countBits,
      underWay: UNDER_WAY,
      ...spectralView(sizes),
      indexWidth: sizes.indexBits,
      ...drainView(sizes),
    },
  };
}

/** Registers that say which bank is drained. */
function drainView({ lanes, rowBits }: NetworkSizes) {
  const own = drainLanes(rowBits);
  return { drainLanes: own, drainCopies: Math.ceil(lanes / own), drainTiled: lanes > own };
}

/** All groups. */
export function networkArray(sizes: NetworkSizes): ModulePlan {
  return {
    block: 'network/network_array',
    file: 'network_array',
    values: { ...arrayView(sizes), severalGroups: sizes.groups > 1, severalChannels: sizes.channels > 1 },
  };
}

/** A pulse of all groups. */
export function tokenJoin({ groups }: NetworkSizes): ModulePlan {
  return { block: 'network/token_join', file: 'token_join', values: { inputs: groups } };
}
