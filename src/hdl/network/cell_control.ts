import {
  type CellPipeline,
  cellPipeline,
  ctlBits,
  hasStates,
  replicatedCycles,
  stateAsked,
} from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { inverseDelay, turningOf } from '../../machine/transform_cycles.ts';
import { wordBits } from '../../program/field.ts';
import { SEMAPHORES } from '../../program/instruction.ts';
import { UNIT_WORDS } from '../../program/unit_words.ts';
import { clog2 } from '../../util/fixed.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { tokenAges } from './cell_ctl.ts';
import { kindView } from './cell_issue.ts';
import { type CellMark, TOKEN_BITS, tokenMarks } from './cell_rows.ts';
import { phaseMsb } from './gather.ts';
import { loadView, paramBits } from './load.ts';
import { networkPlan } from './network_plan.ts';
import { turnedBits } from './turning.ts';
import { fieldStart, fieldViews } from './word_fields.ts';

/** Request of a write -> `progress`: a MAC address that follows it reads the word (vmem). */
const WRITE_DELAY = 2;

/** Bits of the fields of a word from one to another. */
function slice(from: string, to: string): string {
  const format = UNIT_WORDS.cell;
  const last = format.fields.find(({ name }) => name === to)!;
  return `${fieldStart(format, to) + last.bits - 1}:${fieldStart(format, from)}`;
}

/** Group addresses of so many words, `last_word_reg` + 1. */
function extents({ elemLanes, slice: ofGroup, spread }: NetworkSizes) {
  const words = "{2'd0, last_word_reg} + 18'd1";
  const times = (factor: number) => (factor === 1 ? words : `(${words}) << ${clog2(factor)}`);
  return {
    interleavedExtent: spread === 1 ? times(ofGroup) : `({2'd0, last_word_reg} >> ${clog2(spread)}) + 18'd1`,
    replicatedExtent: times(elemLanes),
  };
}

/** Rows that give a value that goes to the destination. */
function results({ kinds }: NetworkSizes): CellMark[] {
  const marks: CellMark[] = [];
  if (kinds.includes('lstm')) marks.push('o');
  if (kinds.includes('gruAfter')) marks.push('nx');
  if (kinds.includes('gruBefore')) marks.push('n');
  if (kinds.includes('gruReset')) marks.push('reset');
  if (kinds.includes('affine')) marks.push('affine');
  return marks;
}

/** Registers between a token and the controls of an inverse transform, which are there a cycle ahead of the sums: here, in cell_unit. */
const INVERSE_ON_THE_WAY = 3;

/** Cycles by which turned_inverse is told of a word of elements, ahead of it. */
const SPREAD_AHEAD = 2;

/** Bits of the turn of a row, and of what an inverse transform needs: {drop, block_bits, turn}. */
const TURN_BITS = 5;
const INVERSE_BITS = 13;

/** Cycle of the token of a row whose inverse transform is told of. */
function inverseToken({ sums }: CellPipeline, sizes: NetworkSizes): number {
  return sums - inverseDelay(sizes) - INVERSE_ON_THE_WAY;
}

/** What accompanies the rows of blocks that are turned: to their sums, and with their tokens to the lanes. */
function turnedView(sizes: NetworkSizes, { sums }: CellPipeline) {
  if (turningOf(sizes) === null) return { turned: false };
  const { gather, spread } = turnedBits(sizes);
  const gatherCycles = sums - inverseDelay(sizes);
  const spreadCycles = sums - SPREAD_AHEAD;
  return {
    turned: true,
    ...{ gatherMsb: gather - 1, gatherWidth: gather, rowGatherMsb: gather - INVERSE_BITS - 1 },
    ...{ gatherChainMsb: gatherCycles * gather - 1, gatherChainKeep: (gatherCycles - 1) * gather - 1 },
    gatherChainZero: `{${gatherCycles * gather}{1'b0}}`,
    ...{ spreadMsb: spread - 1, spreadWidth: spread },
    ...{ spreadChainMsb: spreadCycles * spread - 1, spreadChainKeep: (spreadCycles - 1) * spread - 1 },
  };
}

/** Control of CELL. */
export function cellControl(sizes: NetworkSizes): ModulePlan {
  const { channels, lanes, elemLanes, rowBits, paramDepth, peepholes, replicated, spread, blocks } = sizes;
  const pipeline = cellPipeline(sizes);
  const states = hasStates(sizes);
  const { loadAddr, loadData, kindParams } = loadView(sizes);
  const kinds = kindView(sizes);
  const asked = stateAsked(pipeline);
  const to = results(sizes);
  const write = pipeline.sums + pipeline.value - 1;
  const turns = blocks.length === 0 ? 0 : inverseToken(pipeline, sizes);
  const wanted: Record<string, { cycle: number; marks: CellMark[] }> = {
    ...(states ? { ask: { cycle: asked.product - 1, marks: ['f', 'z', 'reset', 'bank', 'first'] } } : {}),
    ...(peepholes ? { peep: { cycle: asked.peephole - 1, marks: ['i', 'bank', 'first'] } } : {}),
    result: { cycle: write - 2, marks: [...to, ...(kinds.lstm ? (['g'] as const) : []), 'bank', 'first'] },
    ...(blocks.length > 0 ? { inverse: { cycle: turns, marks: ['bank'] } } : {}),
    place: { cycle: write - 1, marks: [...to, ...(kinds.lstm ? (['g'] as const) : []), 'bank', 'last'] },
  };
  // The newest token is not yet in its register where the states for the peepholes are asked for.
  const marks = tokenMarks(wanted).map(({ name, bit }) =>
    bit < 0 ? { name, bit: bit + TOKEN_BITS, from: 'token' } : { name, bit, from: 'tokens_reg' },
  );
  const selectBits = Math.max(clog2(spread), 1);
  const tokenBits = tokenAges(sizes) * TOKEN_BITS;
  const laneBits = clog2(elemLanes);
  const step = spread > 1 ? "{17'd0, &write_select_reg}" : `18'd${sizes.slice}`;
  return networkPlan('cell_control', {
    channels,
    lanes,
    elemLanes,
    severalLanes: elemLanes > 1,
    laneBits,
    laneMsb: laneBits - 1,
    wordWidth: wordBits(UNIT_WORDS.cell),
    rowWidth: rowBits,
    paramWidth: paramBits(sizes),
    paramDepth,
    loadAddr,
    loadData,
    kindParams,
    ...kinds,
    states,
    blocks: blocks.length > 0,
    ...turnedView(sizes, pipeline),
    turnsMsb: TURN_BITS * (turns + 1) - 1,
    turnsKeep: TURN_BITS * turns - 1 > 0 ? TURN_BITS * turns - 1 : 0,
    peepholes,
    ready: SEMAPHORES.indexOf('ready'),
    outFull: SEMAPHORES.indexOf('outFull'),
    fields: fieldViews(UNIT_WORDS.cell, [
      'kind',
      'paramBase',
      'cells',
      'destReplicated',
      ...(peepholes ? ['peepholes'] : []),
      ...(states ? ['hasState', 'stateReplicated'] : []),
      ...(blocks.length > 0 ? ['blockBits', 'kindsTurned', 'drop'] : []),
    ]),
    slotProgram: slice('kind', 'high'),
    destPlace: slice('destBase', 'destReplicated'),
    statePlace: slice('stateBase', 'stateReplicated'),
    ...extents(sizes),
    phaseMsb: phaseMsb(sizes),
    ctlMsb: ctlBits(sizes) - 1,
    selectMsb: selectBits - 1,
    selectZero: lit(selectBits, 0),
    tokenWidth: TOKEN_BITS,
    tokensMsb: tokenBits - 1,
    tokensKeep: tokenBits - TOKEN_BITS - 1,
    tokensZero: `{${tokenBits}{1'b0}}`,
    marks,
    result: to.map((mark) => `result_${mark}`).join(' || '),
    placed: to.map((mark) => `place_${mark}`).join(' || '),
    writeDelay: WRITE_DELAY + (replicated ? replicatedCycles(sizes) - 1 : 0),
    wordEnd: `write_addr_reg + (write_replicated_reg ? 18'd${elemLanes} : ${step})`,
  });
}
