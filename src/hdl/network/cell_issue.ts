import { cellPipeline, replicatedBeats, replicatedCycles } from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { turningOf, turnPlaceBits } from '../../machine/transform_cycles.ts';
import { SLOT_KINDS } from '../../program/slot_fields.ts';
import { clog2, unsignedBits } from '../../util/fixed.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { TOKEN_BITS } from './cell_rows.ts';
import { phaseMsb } from './gather.ts';
import { networkPlan } from './network_plan.ts';
import { turnedBits } from './turning.ts';

/** Codes of the slot kinds in words, and which there are, as templates print them. */
export function kindView({ kinds }: NetworkSizes) {
  return {
    lstm: kinds.includes('lstm'),
    gruAfter: kinds.includes('gruAfter'),
    gruReset: kinds.includes('gruReset'),
    gruBefore: kinds.includes('gruBefore'),
    affine: kinds.includes('affine'),
    codeLstm: SLOT_KINDS.indexOf('lstm'),
    codeGruAfter: SLOT_KINDS.indexOf('gruAfter'),
    codeGruReset: SLOT_KINDS.indexOf('gruReset'),
    codeGruBefore: SLOT_KINDS.indexOf('gruBefore'),
    codeAffine: SLOT_KINDS.indexOf('affine'),
  };
}

/** Address of a parameter -> the parameter, at its lane together with the sums. */
const PARAM_READ = 2;

/** Order of the rows of CELL. */
export function cellIssue(sizes: NetworkSizes): ModulePlan {
  const { kinds, lanes, elemLanes, rowBits, paramDepth, replicated } = sizes;
  const { lag, sums } = cellPipeline(sizes);
  const beats = replicatedBeats(sizes);
  const there = (kind: NetworkSizes['kinds'][number], own: number) => (kinds.includes(kind) ? own : 1);
  const most = Math.max(
    there('lstm', beats.lstm),
    there('gruAfter', beats.four),
    there('gruBefore', beats.two),
    kinds.includes('affine') || kinds.includes('gruReset') ? beats.one : 1,
  );
  const beatBits = unsignedBits(most - 1);
  const gap = replicatedCycles(sizes) - 1;
  const gapBits = unsignedBits(gap);
  const paramAddr = clog2(paramDepth);
  const paramDelay = sums - PARAM_READ - 1;
  return networkPlan('cell_issue', {
    lanes,
    elemLanes,
    rowWidth: rowBits,
    paramAddr,
    ...kindView(sizes),
    lag,
    lag3: lag === 3,
    behind: kinds.includes('lstm') || kinds.includes('gruAfter'),
    replicated,
    blocks: sizes.blocks.length > 0,
    ...turnedView(sizes),
    beatMsb: beatBits - 1,
    beatZero: lit(beatBits, 0),
    beatLstm: lit(beatBits, there('lstm', beats.lstm) - 1),
    beatFour: lit(beatBits, there('gruAfter', beats.four) - 1),
    beatTwo: lit(beatBits, there('gruBefore', beats.two) - 1),
    beatOne: lit(beatBits, most === 1 ? 0 : Math.min(beats.one, most) - 1),
    gapMsb: gapBits - 1,
    gapZero: lit(gapBits, 0),
    gapFull: lit(gapBits, gap),
    paramCycle: 1 + paramDelay,
    tokenMsb: TOKEN_BITS - 1,
    phaseBits: clog2(lanes / elemLanes),
    phaseMsb: phaseMsb(sizes),
    deep: paramDelay > 1,
    paramDelayMsb: paramDelay * paramAddr - 1,
    paramDelayKeep: (paramDelay - 1) * paramAddr - 1,
  });
}

/** What is printed of the order of rows whose blocks are turned. */
function turnedView(sizes: NetworkSizes) {
  const turning = turningOf(sizes);
  if (turning === null) return { turned: false };
  const { words } = turning;
  const numberBits = clog2(words);
  const placeBits = turnPlaceBits(sizes);
  const four = lit(placeBits, 4);
  return {
    ...{ turned: true, words, numberBits, numberMsb: numberBits - 1, lastInBlock: words - 1 },
    ...{ numberZero: lit(numberBits, 0), lastNumber: lit(numberBits, words - 1), numberHigh: lit(16 - numberBits, 0) },
    ...{ elemBits: clog2(sizes.elemLanes), placeMsb: placeBits - 1, placeZero: lit(placeBits, 0) },
    placeCount: `(four ? ${four} : is_before ? ${lit(placeBits, 2)} : ${lit(placeBits, 1)})`,
    ...{ gatherMsb: placeBits + numberBits, spreadMsb: turnedBits(sizes).spread - 1 },
  };
}

/** Addresses of the words of a vector. */
export function cellAddress({ groups, elemLanes, slice, spread, replicated }: NetworkSizes): ModulePlan {
  const bits = Math.max(clog2(spread), 1);
  return networkPlan('cell_address', {
    ...{ groups, elemLanes, slice, replicated },
    spread: spread > 1 ? spread : 0,
    selectMsb: bits - 1,
    selectZero: lit(bits, 0),
  });
}
