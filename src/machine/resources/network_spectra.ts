import { clog2 } from '../../util/fixed.ts';
import { inverseDelay, largestBlock, turningOf } from '../transform_cycles.ts';
import { aroundNetworks, pairTurn, TIME_BITS } from './network_turns.ts';
import type { NetworkView } from './network_view.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** A stage of a transform: its block, and bits of what goes in and comes out. */
interface Stage {
  readonly m: number;
  readonly from: number;
  readonly to: number;
}

/** Stages m = 2 .. block; every one takes a bit more, the first two (transform_bounds.ts). */
function forwardStages(block: number, vectorBits: number): Stage[] {
  return Array.from({ length: clog2(block) }, (_, at) => {
    return { m: 2 << at, from: at === 0 ? vectorBits : vectorBits + 1 + at, to: vectorBits + 2 + at };
  });
}

/** Stages m = block .. 2; rows come in with a bit less than those of later stages have. */
function inverseStages(block: number): Stage[] {
  const bits = clog2(block);
  return Array.from({ length: bits }, (_, at) => {
    const to = TIME_BITS - (bits - 1 - at);
    return { m: block >> at, from: at === 0 ? TIME_BITS - 1 - bits : to - 1, to };
  });
}

/** Stages of all networks: pairs 1 to m / 4 - 1 of each block of m are rotated, from m = 8 on; not all of those without rotations have a register. */
function stageUnit(
  name: string,
  networks: number,
  block: number,
  several: boolean,
  { m, from, to }: Stage,
  registered: boolean,
): Unit {
  const turned = m < 8 ? 0 : (block / m) * (m / 4 - 1) * to;
  const all = {
    direct: m < 8 ? block * to : 0,
    delayed: m < 8 ? 0 : block * from,
    turned,
  };
  return unit(name, networks, { lut: { ...all, several: several ? block * to : 0 }, ff: registered ? all : {} });
}

/** Rotations of a stage: four products each; the forward one of an eighth of a circle has two, as its sine is its cosine. */
function rotationUnits(networks: number, block: number, { m, from }: Stage, forward: boolean): Unit[] {
  if (m < 8) return [];
  const blocks = networks * (block / m);
  const eighths = forward ? 1 : 0;
  // The inverse one rotates sums of two.
  const a = forward ? from : from + 1;
  const product = { a, b: 18, registers: a + 18 };
  const rotation = (count: number, products: number, terms: Readonly<Record<string, number>>) =>
    unit('rotation', blocks * count, { products: [{ ...product, count: products }], lut: terms, ff: terms });
  return [
    ...(m / 4 - 1 > eighths ? [rotation(m / 4 - 1 - eighths, 4, { bits: from, one: 1 })] : []),
    ...(eighths > 0 ? [rotation(1, 2, { bitsOfEighth: from })] : []),
  ];
}

/** Units of the transforms of block-circulant layers: forward in VMEM's way, inverse between the sums and CELL. */
export function networkSpectraUnits({ sizes }: NetworkView): Unit[] {
  const { blocks, channels, elemLanes, groups, lanes, accBits, vectorBits } = sizes;
  const { block } = largestBlock(blocks);
  const networks = turningOf(sizes)?.networks ?? (channels * elemLanes) / block;
  const sum = accBits + clog2(groups);
  const rows = Math.max(...blocks.map((own) => TIME_BITS - 1 - clog2(own)));
  const several = blocks.length > 1;
  const forward = forwardStages(block, vectorBits);
  const inverse = inverseStages(block);
  const chosen = several ? 1 : 0;
  return [
    ...aroundNetworks(sizes, sum, several),
    // A shift register in look-up tables delays the sums of layers without blocks.
    unit('inverse_lane', channels * elemLanes, {
      counted: { lutram: (sum + 1) * Math.ceil((inverseDelay(sizes) - 1) / 32), lut: Math.max(sum, TIME_BITS) },
    }),
    unit('inverse_transform', networks, {
      lut: { sums: block * sum, rows: block * rows, several: chosen * block * rows },
      ff: { sums: block * sum, rows: block * rows, time: block * TIME_BITS },
    }),
    // The turn of a row, which every bit of a block hangs on.
    registerCopies(networks, 5),
    ...inverse.map((stage) => stageUnit('inverse_stage', networks, block, several, stage, stage.m >= 8)),
    unit('forward_transform', networks, {
      counted: { ff: block * vectorBits },
      lut: { elements: block * vectorBits, several: chosen * block * vectorBits },
      ff: { several: chosen },
    }),
    ...forward.map((stage) => {
      return stageUnit('forward_stage', networks, block, several, stage, stage.m > 2 || block === 2);
    }),
    ...inverse.flatMap((stage) => rotationUnits(networks, block, stage, false)),
    ...forward.flatMap((stage) => rotationUnits(networks, block, stage, true)),
    ...blocks.flatMap((own) => [
      ...pairTurn((networks * block) / own, own * (rows + 1), clog2(Math.min(own, lanes) / 2)),
      ...pairTurn((networks * block) / own, own * vectorBits, clog2(Math.min(own / 2, groups))),
    ]),
  ];
}
