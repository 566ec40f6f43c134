import { memoryPath } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { type WordFormat, wordBits } from '../../program/field.ts';
import {
  AHEAD_OF,
  CHAINS,
  FOLLOWED,
  SEMAPHORE_STREAMS,
  SEMAPHORES,
  type Semaphore,
  STREAMS,
  type Stream,
  TURNS,
} from '../../program/instruction.ts';
import { LOOP_KINDS, LOOP_WORD, UNIT_OPS, UNIT_WORDS } from '../../program/unit_words.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { wordLoadOf } from './load.ts';
import { type FieldView, fieldViews, wireName } from './word_fields.ts';

/** Bits of a post bus. */
const POST_BITS = 17;
/** Programs of more words than this are in block RAM. */
const DISTRIBUTED_WORDS = 64;

/** Sequencer of a stream. */
export function streamSequencer(sizes: NetworkSizes, name: string, stream: Stream): ModulePlan {
  return sequencerPlan(sizes, name, {
    stream,
    format: UNIT_WORDS[stream],
    depth: sizes.programDepth[stream],
    semaphores: semaphoresOf(sizes, stream),
    tiles: stream === 'mac' || stream === 'cell',
    chains: stream === 'mac',
    followed: FOLLOWED[stream],
    // STORE makes spectra ahead.
    ahead: stream === 'store' && sizes.blocks.length === 0 ? null : (AHEAD_OF[stream] ?? null),
  });
}

/** What the works of a stream wait for; nothing is passed on without spectra. */
function semaphoresOf({ blocks }: NetworkSizes, stream: Stream): Semaphore[] {
  const own = SEMAPHORES.filter((semaphore) => SEMAPHORE_STREAMS[semaphore][1] === stream);
  return blocks.length === 0 ? own.filter((semaphore) => semaphore !== 'passed') : own;
}

/** A program that a sequencer runs. */
interface SequencerSpec {
  readonly stream: string;
  readonly format: WordFormat;
  /** Words of the program memory. */
  readonly depth: number;
  /** What it waits for. */
  readonly semaphores: readonly Semaphore[];
  /** Whether its works have a tile, and may be chained. */
  readonly tiles: boolean;
  readonly chains: boolean;
  /** Semaphores whose taken tokens it tells the unit. */
  readonly followed: readonly Semaphore[];
  /** What has to be there for works ahead of their step; null where there are none. */
  readonly ahead: Semaphore | null;
}

/** Where a memory has what is loaded into it. */
export function loadPort(sizes: NetworkSizes, memory: string) {
  const { enable, addr, word, loadMsb } = wordLoadOf(sizes, memory);
  return { loadMsb, loadEnable: enable, loadAddr: addr, loadWord: word };
}

/** Sequencer of any program. */
export function sequencerPlan(
  sizes: NetworkSizes,
  name: string,
  { stream, format, depth, semaphores, tiles, chains, followed, ahead }: SequencerSpec,
): ModulePlan {
  const tokens = ['wait0', 'wait1', 'post0', 'post1'].flatMap((token) => [token, `${token}Count`]);
  const optional = [
    ...(tiles ? ['tileBase', 'tileT', 'tileP', 'tileQ'] : []),
    ...(chains ? ['chain'] : []),
    ...(ahead === null ? [] : ['turn']),
  ];
  const fields: FieldView[] = [
    ...fieldViews(format, ['op', ...tokens, ...optional]),
    ...fieldViews(LOOP_WORD, ['counter', 'loopKind', 'rounds']),
  ];
  const buses = STREAMS.filter((from) => semaphores.some((semaphore) => SEMAPHORE_STREAMS[semaphore][0] === from));
  return {
    block: 'network/stream_sequencer',
    file: `${stream}_sequencer`,
    values: {
      name,
      stream,
      width: wordBits(format),
      depth,
      axes: sizes.axes,
      utterance: sizes.utterance,
      file: memoryPath(name, `${stream}.mem`),
      block: depth > DISTRIBUTED_WORDS,
      ...loadPort(sizes, stream),
      tiles,
      chains,
      followed: followed.map((semaphore) => ({ name: wireName(semaphore) })),
      turns: ahead !== null,
      aheadOf: ahead === null ? '' : wireName(ahead),
      opSync: lit(3, UNIT_OPS.sync),
      opLoop: lit(3, UNIT_OPS.loop),
      opEnd: lit(3, UNIT_OPS.end),
      opHalt: lit(3, UNIT_OPS.halt),
      opWork: lit(3, UNIT_OPS.work),
      kindEndless: lit(2, LOOP_KINDS.endless),
      kindAxis: lit(2, LOOP_KINDS.axis),
      turnAhead: lit(2, TURNS.indexOf('ahead')),
      turnToo: lit(2, TURNS.indexOf('too')),
      turnElse: lit(2, TURNS.indexOf('else')),
      chainReady: lit(2, CHAINS.indexOf('ready')),
      chainCopied: lit(2, CHAINS.indexOf('copied')),
      ready: lit(4, SEMAPHORES.indexOf('ready')),
      copied: lit(4, SEMAPHORES.indexOf('copied')),
      fields,
      coming: fieldViews(LOOP_WORD, ['loopKind', 'rounds']),
      semaphores: semaphores.map((semaphore) => ({
        name: wireName(semaphore),
        code: lit(4, SEMAPHORES.indexOf(semaphore)),
        bus: SEMAPHORE_STREAMS[semaphore][0],
      })),
      buses: buses.map((from) => {
        const low = POST_BITS * STREAMS.indexOf(from);
        return { name: from, slice: `${low + POST_BITS - 1}:${low}` };
      }),
    },
  };
}
