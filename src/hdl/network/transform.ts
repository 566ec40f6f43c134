import type { NetworkSizes } from '../../machine/network_sizes.ts';
import {
  forwardCycles,
  forwardStageCycles,
  inverseCycles,
  inverseDelay,
  inverseStageCycles,
  largestBlock,
  spectrumArrives,
  turnBits,
  turnedElements,
  turningOf,
} from '../../machine/transform_cycles.ts';
import {
  boundBits,
  cellRowBits,
  forwardStages,
  inverseBits,
  inverseStages,
  TIME_BITS,
} from '../../program/transform_bounds.ts';
import { bitReversed, MAX_BLOCK, TWIDDLE_FRAC, twiddle } from '../../program/twiddles.ts';
import { clog2 } from '../../util/fixed.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { networkPlan } from './network_plan.ts';
import { spectraQueue } from './spectra_queue.ts';
import { turnedCopy } from './turning.ts';
import { selectBits } from './vmem.ts';

type Blocks = Pick<NetworkSizes, 'blocks'>;

/** What the stages of both networks print. */
function stageView({ blocks }: Blocks) {
  const { block } = largestBlock(blocks);
  const step = MAX_BLOCK / block;
  const cosines = Array.from({ length: Math.max(block / 4 - 1, 0) }, (_, n) => {
    return { n: (n + 1) * step, value: twiddle(block, n + 1).cos };
  });
  return {
    block,
    several: blocks.length > 1,
    rotates: block >= 8,
    maxBlock: MAX_BLOCK,
    quarter: MAX_BLOCK / 4,
    twiddleFrac: TWIDDLE_FRAC,
    cosines,
  };
}

/** A complex product with a constant. */
export function rotation(_sizes: Blocks): ModulePlan {
  return networkPlan('rotation', { twiddleFrac: TWIDDLE_FRAC });
}

/** A stage of the forward network. */
export function forwardStage(sizes: Blocks): ModulePlan {
  return networkPlan('forward_stage', stageView(sizes));
}

/** A stage of the inverse network. */
export function inverseStage(sizes: Blocks): ModulePlan {
  return networkPlan('inverse_stage', stageView(sizes));
}

/** Sizes of the stages of a network, 2, 4, .. */
function stageSizes(block: number): number[] {
  return Array.from({ length: clog2(block) }, (_, stage) => 2 << stage);
}

/** A stage as the networks print it: between which wires, and where its block bits are looked at. */
interface StageView {
  readonly [key: string]: string | number | boolean;
  readonly m: number;
  readonly from: string;
  readonly inWidth: number;
  readonly outWidth: number;
  readonly cycle: number;
  readonly last: number;
  /** Some block is smaller than m: its values pass. `age`: that of the word whose bits decide in the cycle before; `atOnce`: they decide in cycle 0. */
  readonly passes: boolean;
  readonly bits: number;
  readonly age: number;
  readonly atOnce: boolean;
}

/** Places of a network by which a block's elements come and go. */
function orders(blocks: readonly number[]) {
  const { block: largest } = largestBlock(blocks);
  return Array.from({ length: largest }, (_, n) => {
    const places = blocks.map((block) => n - (n % block) + bitReversed(n % block, clog2(block)));
    return { n, places };
  });
}

/** An element of one of several blocks, as an expression. */
function chosen(
  blocks: readonly number[],
  places: readonly number[],
  bits: string,
  element: (place: number) => string,
): string {
  const all = new Set(places);
  if (all.size === 1) return element(places[0]!);
  return blocks
    .map((block, at) => {
      const own = element(places[at]!);
      return at === blocks.length - 1 ? own : `${bits} == ${lit(3, clog2(block))} ? ${own} : `;
    })
    .join('');
}

/** Forward network: packed spectra of blocks. */
export function forwardTransform({ blocks, vectorBits: width }: NetworkSizes): ModulePlan {
  const { block } = largestBlock(blocks);
  const bounds = forwardStages(block, width);
  let cycle = 0;
  const stages: StageView[] = stageSizes(block).map((m, at) => {
    const inWidth = at === 0 ? width : boundBits(bounds[at - 1]!.most);
    const begin = cycle;
    cycle += forwardStageCycles(m, block);
    return {
      ...{ m, from: at === 0 ? 'ordered' : `spectra${m / 2}`, inWidth, outWidth: boundBits(bounds[at]!.most) },
      ...{ cycle: begin, last: cycle, passes: blocks[0]! < m, bits: clog2(m), age: cycle - 2, atOnce: cycle === 1 },
    };
  });
  const wide = stages.at(-1)!.outWidth;
  const cycles = forwardCycles(blocks);
  return networkPlan('forward_transform', {
    ...{ block, width, wide, cycles, several: blocks.length > 1, largest: `spectra${block}` },
    stages,
    history: cycles > 2,
    historyMsb: 3 * (cycles - 2) - 1,
    historyKeep: 3 * (cycles - 3) - 1,
    orders: orders(blocks).map(({ n, places }) => {
      const element = (place: number) => `values[${place * width}+:${width}]`;
      return { low: n * width, value: chosen(blocks, places, 'block_bits', element) };
    }),
    shift: chosen(
      blocks,
      blocks.map((own) => clog2(own) - 1),
      'last_bits_reg',
      (bits) => lit(3, bits),
    ),
  });
}

/** Turns the pairs of a block. */
export function pairTurn(_sizes: Blocks): ModulePlan {
  return networkPlan('pair_turn', {});
}

/** Whether words of real and of imaginary parts are made of two words, as a word has less than the pairs of a round over the groups. */
function inHalves({ elemLanes, groups }: NetworkSizes): boolean {
  return elemLanes < 2 * groups;
}

/** Words of spectra of a channel; blocks that are longer come and go as a whole, and have real parts in their lower half. */
export function spectrumChannel(sizes: NetworkSizes): ModulePlan {
  const { blocks, groups, vectorBits: width } = sizes;
  const { block } = largestBlock(blocks);
  const turned = turningOf(sizes) !== null;
  const elems = turnedElements(sizes);
  const cycles = forwardCycles(blocks);
  const own = blocks.map((size) => {
    const { number, numberShift, place, placeShift } = turnBits(sizes, size);
    return {
      ...{ block: size, pairs: size / 2, turnBits: number + place, turnMsb: number + place - 1 },
      ...{ numberBits: number, numberShift, placeBits: place, placeMsb: place - 1, placeShift },
    };
  });
  return networkPlan('spectrum_channel', {
    ...{ elems, width, groups: turned ? Math.min(groups, block / 2) : groups },
    ...{ block, cycles, ahead: cycles - 1, turned: cycles + 1, lastNetwork: elems / block - 1 },
    ...{ several: blocks.length > 1, halves: !turned && inHalves(sizes) },
    sizes: own,
    chosen: chosen(blocks, blocks, 'block_bits', (size) => `turned${size}`),
  });
}

/** Spectra of a frame. */
export function spectralCopy(sizes: NetworkSizes): ModulePlan {
  const turning = turningOf(sizes);
  if (turning !== null) return turnedCopy(sizes, turning);
  const { blocks, channels, elemLanes: elems, slice, spread, vectorBits: width } = sizes;
  const arrives = spectrumArrives(blocks);
  return networkPlan('spectral_copy', {
    ...{ channels, elems, width, slice, selectBits: selectBits(sizes), spreads: spread > 1 },
    ...spectraQueue(sizes, 32),
    baseNumber: spread > 1 ? `base << ${clog2(spread)}` : slice > 1 ? `base >> ${clog2(slice)}` : 'base',
    ...{ several: blocks.length > 1, halves: inHalves(sizes), pushed: arrives, written: arrives + 1 },
    ...{ wayMsb: arrives - 1, wayAhead: arrives - 3, wayKeep: arrives - 2, wayZero: `{${arrives}{1'b0}}` },
  });
}

/** Bits of the rows and of the stages of the inverse network. */
function inverseWidths(blocks: readonly number[]) {
  const { block: largest } = largestBlock(blocks);
  const rows = Math.max(...blocks.map((block) => inverseBits(block)));
  const behind = (m: number) =>
    Math.max(
      ...blocks.map((block) => {
        const stage = inverseStages(block).find((own) => own.m === m);
        return stage === undefined ? inverseBits(block) : boundBits(stage.most);
      }),
    );
  return { rows, behind, largest };
}

/** Inverse transform of the rows of a word, in whole blocks. */
export function cellInverse({ blocks, elemLanes, accBits, groups }: NetworkSizes): ModulePlan {
  const { block } = largestBlock(blocks);
  return networkPlan('cell_inverse', {
    ...{
      elemLanes,
      block,
      several: blocks.length > 1,
      last: elemLanes / block - 1,
      dashes: '-'.repeat(String(elemLanes / block - 1).length),
    },
    ...{ sum: accBits + clog2(groups), time: TIME_BITS, rowWidth: cellRowBits(accBits, groups, blocks) },
    cycles: inverseCycles(blocks),
  });
}

/** What a lane gets of it. */
export function inverseLane(sizes: NetworkSizes): ModulePlan {
  const { blocks, accBits, groups } = sizes;
  return networkPlan('inverse_lane', {
    ...{ sum: accBits + clog2(groups), time: TIME_BITS, rowWidth: cellRowBits(accBits, groups, blocks) },
    cycles: inverseDelay(sizes),
  });
}

/** Inverse network: elements of blocks, from the sums of their spectra. */
export function inverseTransform({ blocks, lanes, accBits, groups }: NetworkSizes): ModulePlan {
  const { rows, behind, largest: block } = inverseWidths(blocks);
  const sum = accBits + clog2(groups);
  let cycle = 3;
  const stages: StageView[] = stageSizes(block)
    .reverse()
    .map((m, at) => {
      const begin = cycle;
      cycle += inverseStageCycles(m);
      return {
        ...{
          m,
          from: at === 0 ? 'rows_reg' : `values${2 * m}`,
          inWidth: at === 0 ? rows : behind(2 * m),
          outWidth: behind(m),
        },
        ...{ cycle: begin, last: cycle, passes: blocks[0]! < m, bits: clog2(m), age: begin - 1, atOnce: false },
      };
    });
  const wide = stages.at(-1)!.outWidth;
  const cycles = inverseCycles(blocks);
  return networkPlan('inverse_transform', {
    ...{ block, sum, rows, wide, cycles, time: TIME_BITS, several: blocks.length > 1 },
    twice: sum + 1,
    stages,
    lanes,
    // As in spectral_order.ts; blocks are in several rows of the lanes where they are longer.
    severalRows: block > lanes,
    sizes: blocks.map((size) => {
      const turnBits = clog2(Math.min(size, lanes) / 2);
      const low = clog2(Math.max(size / lanes, 1));
      return { block: size, pairs: size / 2, turnBits, turnMsb: low + turnBits - 1, turnLow: low };
    }),
    placed: chosen(blocks, blocks, 'history_reg[5:3]', (size) => `placed${size}`),
    historyMsb: 3 * (cycles - 2) - 1,
    historyKeep: 3 * (cycles - 3) - 1,
    orders: orders(blocks).map(({ n, places }) => {
      const element = (place: number) => `extended[${place * TIME_BITS}+:${TIME_BITS}]`;
      return { low: n * TIME_BITS, value: chosen(blocks, places, 'last_bits_reg', element) };
    }),
  });
}
