import { cellControls, cellPipeline, ctlBits, hasStates, valueBits } from '../../machine/cell_pipeline.ts';
import { TABLE_BITS } from '../../machine/formats.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { tableShift, tableStepFrac } from '../../program/act_table.ts';
import { cellRowBits } from '../../program/transform_bounds.ts';
import type { ModulePlan } from '../module_plan.ts';
import { networkPlan } from './network_plan.ts';

/** Controls as wires of the word that a lane gets. */
function controlViews(sizes: NetworkSizes) {
  let low = 0;
  return cellControls(sizes).map(({ name, bits }) => {
    const slice = bits === 1 ? `${low}` : `${low + bits - 1}:${low}`;
    low += bits;
    return { name, range: bits === 1 ? '' : `[${bits - 1}:0]`, slice };
  });
}

/** Arithmetic of a lane of the cell unit. */
export function cellLane(sizes: NetworkSizes): ModulePlan {
  const { kinds, accBits, groups, biasBits, sumBits, elementBits, peepholes, sigmoidRange, tanhRange } = sizes;
  const { additive, exact, z, factor, product, value, tanhC } = cellPipeline(sizes);
  return networkPlan('cell_lane', {
    accWidth: cellRowBits(accBits, groups, sizes.blocks),
    biasWidth: biasBits,
    sumWidth: sumBits,
    vectorWidth: elementBits,
    narrow: elementBits < TABLE_BITS,
    wide: elementBits > TABLE_BITS,
    valueWidth: valueBits(sizes),
    valueMsb: valueBits(sizes) - 1,
    productWidth: valueBits(sizes) + 18,
    sigmoidShift: tableShift(sigmoidRange),
    tanhShift: tableShift(tanhRange),
    stateStep: tableStepFrac(tanhRange),
    ...Object.fromEntries(
      (['lstm', 'gruAfter', 'gruBefore', 'gruReset', 'affine'] as const).map((kind) => [kind, kinds.includes(kind)]),
    ),
    states: hasStates(sizes),
    starts: sizes.startDepth > 0,
    peepholes,
    additive,
    ctlMsb: ctlBits(sizes) - 1,
    controls: controlViews(sizes),
    atCoarse: exact + 1,
    atFine: exact + 2,
    atZ: z,
    atTable: factor - 1,
    atFactor: factor,
    atProduct: product,
    atDropped: product + 1,
    atTotal: value - 1,
    atValue: value,
    atTanhC: tanhC,
  });
}

/** Rounding and clipping of z and of values; as a default that of z. */
export function roundClip({ sumBits }: NetworkSizes): ModulePlan {
  return networkPlan('round_clip', { width: sumBits + 1 });
}
