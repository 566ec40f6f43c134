import { clog2 } from '../../util/fixed.ts';
import { weightColumnBits } from '../word_format.ts';
import { feedUnits } from './feed.ts';
import type { LayerHardware } from './hardware.ts';
import { laneUnits } from './lane.ts';
import { columnUnits, vectorUnits } from './layer_array.ts';
import { layerCellUnits } from './layer_cells.ts';
import { layerPortUnits } from './layer_ports.ts';
import { type LayerView, layerView } from './layer_view.ts';
import { type Sections, type Unit, unit } from './unit.ts';
import { loadDecode, romUnit, rowAlign, weightUnits } from './weights.ts';

/** Reader of external memory, once a time step in the order of the schedule. */
function weightReader({ sizes }: LayerView): Unit[] {
  if (!sizes.dram) return [];
  const { beatBits, groups, outstandingBeats } = sizes;
  const level = clog2(outstandingBeats);
  return [
    unit('weight_reader', 1, {
      lut: { beatBits, level, groups, layer: 1 },
      ff: { beatBits, level, layer: 1 },
    }),
    rowAlign(sizes),
  ];
}

/** Units of one-layer hardware. */
export function layerUnits(hardware: LayerHardware): Sections {
  const view = layerView(hardware);
  const { sizes, formats, indexBits, fifoDepth, feeds, weightWord, loadBits } = view;
  const { channels, groups, lanes, elemLanes, dram, countBits } = sizes;
  const { actBits, weightBits, accBits, vectorBits, saturate } = formats;
  return {
    'multiply-accumulate': laneUnits({
      ...sizes,
      ...{ lanes: groups * lanes, actBits, weightBits, indexBits, accBits, saturate, blocks: [] },
    }),
    columns: [
      ...columnUnits(view),
      ...feedUnits({
        ...{ groups, feeds, channels, vectorBits, actBits, countBits },
        addrBits: dram ? 0 : sizes.addrBits,
        queueDepth: fifoDepth,
        blocks: false,
        pairs: false,
        held: true,
      }),
    ],
    weights: [
      ...weightUnits({
        ...sizes,
        ...{ feeds, weightWord, loadBits },
        weightColumn: weightColumnBits({ weightBits, indexBits }),
        ultra: false,
        external: dram ? sizes : null,
      }),
      ...weightReader(view),
    ],
    vectors: vectorUnits(view),
    cells: [
      ...layerCellUnits(view),
      romUnit(elemLanes, sizes.paramDepth, sizes.paramBits),
      // Of parameters and two tables.
      loadDecode(elemLanes + 2),
    ],
    control: [...layerPortUnits(view), loadDecode(view.schedules)],
  };
}
