import { clog2 } from '../../util/fixed.ts';
import { cellPipeline, ctlBits, hasStates, valueBits } from '../cell_pipeline.ts';
import { turningOf } from '../transform_cycles.ts';
import { gatherUnits } from './layer_array.ts';
import { tableUnits } from './layer_cells.ts';
import type { NetworkView } from './network_view.ts';
import { type Unit, unit } from './unit.ts';
import { loadDecode, romUnit } from './weights.ts';

/** Arithmetic of a slot: the exact sum, z, the tables, one multiplier, the value; another multiplier for peepholes. */
function cellLane({ sizes }: NetworkView, lanes: number): Unit {
  const { kinds, sumBits, elementBits, peepholes } = sizes;
  const { additive } = cellPipeline(sizes);
  const states = hasStates(sizes);
  const has = (kind: (typeof kinds)[number]) => (kinds.includes(kind) ? 1 : 0);
  const value = valueBits(sizes);
  const features = {
    sumBits,
    sumBitsAdded: additive ? sumBits : 0,
    elementBits,
    states: states ? value : 0,
    lstm: has('lstm') * value,
    gruAfter: has('gruAfter'),
    peepholes: peepholes ? elementBits : 0,
    one: 1,
  };
  return unit('cell_lane', lanes, {
    counted: { ff: ctlBits(sizes) },
    products: [
      { a: 18, b: value, registers: 2 * (18 + value) },
      ...(peepholes ? [{ a: 16, b: elementBits, registers: 16 + elementBits }] : []),
    ],
    lut: { ...features, affine: has('affine'), affineStates: has('affine') * (states ? 1 : 0) },
    ff: features,
  });
}

/** Issue of rows, controls as late as their stages, addresses of states, parameters and results. */
function controlUnits({ sizes, spectral, paramBits }: NetworkView): Unit[] {
  const { channels, elemLanes, lanes, groups, rowBits, kinds, peepholes, paramDepth, replicated, spread } = sizes;
  const { sums, additive } = cellPipeline(sizes);
  const ctl = ctlBits(sizes);
  const states = hasStates(sizes);
  const paramAddr = clog2(paramDepth);
  const has = (kind: (typeof kinds)[number]) => (kinds.includes(kind) ? 1 : 0);
  const all = {
    lstm: has('lstm'),
    gruAfter: has('gruAfter'),
    gruReset: has('gruReset'),
    gruBefore: has('gruBefore'),
    affine: has('affine'),
    peepholes: peepholes ? 1 : 0,
    spectral: spectral ? 1 : 0,
    // Blocks that are longer than a word.
    turned: turningOf(sizes) === null ? 0 : 1,
    one: 1,
  };
  const addresses = 1 + (states ? 1 : 0) + all.lstm + all.peepholes;
  return [
    unit('cell_control', 1, {
      lut: { ctl, voices: channels - 1, elemLanes, ...all },
      ff: { ctl, sums, voices: channels - 1, elemLanes, ...all },
    }),
    unit('cell_ctl', 1, { lut: { ctl, ...all }, ff: { ctl, additive: additive ? 1 : 0, ...all } }),
    unit('cell_issue', 1, {
      lut: { rowBits, lanes, replicated: replicated ? 1 : 0, phases: clog2(lanes / elemLanes), paramAddr, ...all },
      ff: {
        rowBits,
        lanes,
        params: sums * paramAddr,
        replicated: replicated ? 1 : 0,
        phases: clog2(lanes / elemLanes),
        paramAddr,
        turned: all.turned,
        one: 1,
      },
    }),
    unit('cell_address', addresses, {
      ff: { spread: clog2(spread), one: 1 },
      lut: { spread: clog2(spread), groups: clog2(groups), elemLanes, replicated: replicated ? 1 : 0, one: 1 },
    }),
    romUnit(elemLanes, paramDepth, paramBits),
    loadDecode(elemLanes + 2),
  ];
}

/** Units of CELL. */
export function networkCellUnits(view: NetworkView): Unit[] {
  const { sizes, paramBits, spectral } = view;
  const { channels, elemLanes, groups, lanes, accBits, kinds, sumBits } = sizes;
  const all = channels * elemLanes;
  const ctl = ctlBits(sizes);
  const states = hasStates(sizes) ? 1 : 0;
  const value = valueBits(sizes);
  // Delay of what the inverse transform needs to know.
  const inverse = !spectral ? 0 : turningOf(sizes) === null ? 13 : 2;
  return [
    ...gatherUnits(channels, { groups, lanes, elemLanes, accBits, direct: false }),
    unit('cell_unit', channels, {
      counted: { ff: 29 + ctl + elemLanes * paramBits + inverse + states },
    }),
    cellLane(view, all),
    unit('round_clip', all, { lut: { sumBits, z: 1 } }),
    unit('round_clip', all, { lut: { value } }),
    ...tableUnits(all, { ...sizes, state: kinds.includes('lstm') }),
    ...controlUnits(view),
  ];
}
