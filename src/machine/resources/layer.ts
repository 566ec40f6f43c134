import { waysOf } from '../sizes.ts';
import { paramTile } from '../voice_tiles.ts';
import { weightColumnBits } from '../word_format.ts';
import { feedUnits } from './feed.ts';
import type { LayerHardware } from './hardware.ts';
import { laneUnits } from './lane.ts';
import { columnUnits, vectorUnits } from './layer_array.ts';
import { layerCellUnits } from './layer_cells.ts';
import { layerPortUnits } from './layer_ports.ts';
import { type LayerView, layerView } from './layer_view.ts';
import { countedBlock } from './ram.ts';
import { registerCopies, type Sections, type Unit, unit } from './unit.ts';
import { burstReader, loadDecode, romUnit, rowAlign, weightUnits } from './weights.ts';

/** Reader of external memory, once a time step in the order of the schedule. */
function weightReader({ sizes }: LayerView): Unit[] {
  if (!sizes.dram) return [];
  return [
    // Whether a step was read, batches, and which steps are.
    unit('weight_reader', 1, { counted: { ff: 17 }, lut: { groups: sizes.groups, layer: 1 } }),
    burstReader(sizes),
    ...rowAlign(sizes),
  ];
}

/** Parameters of the cells; of many voices, some have a copy of the register behind the memory each. */
function paramMemories({ sizes }: LayerView): Unit[] {
  const { channels, elemLanes, paramDepth, paramBits } = sizes;
  const copies = channels / paramTile(channels);
  if (copies === 1) return [romUnit(elemLanes, paramDepth, paramBits)];
  return [
    unit('rom', elemLanes, { counted: countedBlock(paramDepth, paramBits) }),
    registerCopies(elemLanes * copies, paramBits),
  ];
}

/** Units of one-layer hardware. */
export function layerUnits(hardware: LayerHardware): Sections {
  const view = layerView(hardware);
  const { sizes, formats, indexBits, queue, feeds, weightWord, loadBits } = view;
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
        queueDepth: queue,
        blocks: false,
        pairs: false,
        inStep: sizes.inStep,
        ways: waysOf(sizes) / feeds,
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
      ...paramMemories(view),
      // Of parameters and two tables.
      loadDecode(elemLanes + 2),
    ],
    control: [...layerPortUnits(view), loadDecode(view.schedules)],
  };
}
