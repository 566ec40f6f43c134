import {
  type CellPipeline,
  cellControls,
  cellPipeline,
  ctlBits,
  hasStates,
  valueBits,
} from '../../machine/cell_pipeline.ts';
import { VALUE_BITS } from '../../machine/formats.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { SLOT_FIELDS, SLOT_KINDS } from '../../program/slot_fields.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { type CellMark, TOKEN_BITS, tokenMarks } from './cell_rows.ts';
import { networkPlan } from './network_plan.ts';
import { fieldViews, wireName } from './word_fields.ts';

/** Registers between a token and the cycle in which a lane uses what is made of it: here, in cell_unit and in the lane. */
const ON_THE_WAY = 3;
/** Fraction bits of r⊙nh that a lane drops before it is added, beyond the one that it keeps. */
const BELOW = 18;

/** Cycles of the pipeline in which tokens are looked at, from the sums on. */
function stages({ exact, factor, product, value, tanhC, z }: CellPipeline) {
  return {
    peep: 0,
    align: 1,
    coarse: exact,
    fine: exact + 1,
    z: z - 1,
    clip: z,
    factor: factor - 1,
    product,
    add: product + 1,
    value: value - 1,
    index: tanhC - 3,
    tanh_c: tanhC,
  } as const;
}
type Stage = keyof ReturnType<typeof stages>;

/** Tokens that are kept: to the last place where one is looked at. */
export function tokenAges(sizes: NetworkSizes): number {
  const pipeline = cellPipeline(sizes);
  return pipeline.sums + Math.max(...Object.values(stages(pipeline))) - ON_THE_WAY + 1;
}

/** A constant of a slot program: how it is made of the fields of the word, and where it is used. */
interface Constant {
  readonly name: string;
  readonly bits: number;
  readonly stage: Stage;
  readonly value: string;
}

function constants(sizes: NetworkSizes): Constant[] {
  const { kinds, peepholes } = sizes;
  const states = hasStates(sizes);
  const bits = valueBits(sizes);
  const wide = bits - VALUE_BITS;
  const lstm = kinds.includes('lstm');
  const after = kinds.includes('gruAfter');
  const affine = kinds.includes('affine');
  // In a machine without states all are affine, without affine layers none is.
  const unless = (own: string, other: string) => (!affine ? other : !states ? own : `affine ? ${own} : ${other}`);
  const constant = (name: string, bits: number, stage: Stage, value: string, there = true): Constant[] =>
    there ? [{ name, bits, stage, value }] : [];
  const peep = `{1'b0, peep_shift} + 6'd${1 + (after ? BELOW : 0)}`;
  const reset = "sum_frac[5:0] - out_frac[5:0] + 6'd4";
  const aligned = !after
    ? peep
    : !peepholes
      ? reset
      : `(kind == 3'd${SLOT_KINDS.indexOf('lstm')}) ? ${peep} : ${reset}`;
  return [
    ...constant('peep_on', 1, 'align', 'peepholes', peepholes),
    ...constant('aligned', 6, 'align', aligned, peepholes || after),
    ...constant('shift_coarse', 3, 'coarse', 'shift[5:3]'),
    ...constant('shift_fine', 3, 'fine', 'shift[2:0]'),
    ...constant('hidden_coarse', 3, 'coarse', 'hidden_shift[5:3]', after),
    ...constant('hidden_fine', 3, 'fine', 'hidden_shift[2:0]', after),
    ...constant('limit_high', 16, 'z', unless('affine_high', "(z_clips ? z_clip : 16'h7fff)")),
    ...constant('limit_low', 16, 'z', unless('affine_low', "(z_clips ? 16'd0 - z_clip : 16'h8000)")),
    ...constant('hidden_most', 16, 'z', 'out_most_reg', after),
    ...constant('unit', 1, 'clip', "gate == 2'd2", states),
    ...constant('gate_word', 2, 'factor', "gate[1] ? 2'd0 : gate[0] ? 2'd2 : 2'd1", states),
    ...constant('affine_word', 2, 'factor', "(activation == 3'd4) ? 2'd2 : {1'b0, activation == 3'd3}", affine),
    ...constant('has_slope', 1, 'factor', "activation == 3'd2", affine),
    ...constant('negative_slope', 16, 'factor', 'low', affine),
    ...constant('drop_state', 5, 'product', "5'd15 - state_frac[4:0]", states),
    ...constant(
      'drop_out',
      5,
      'product',
      unless("(looks_up ? 5'd15 - out_frac[4:0] : 5'd0)", "5'd15 - out_frac[4:0]"),
      lstm || affine,
    ),
    ...constant('state_high', bits, 'value', 'cell_clips ? cell_limit : state_most_reg', states),
    ...constant('state_low', bits, 'value', `cell_clips ? ${lit(bits, 0)} - cell_limit : ~state_most_reg`, states),
    ...constant(
      'value_most',
      bits,
      'value',
      wide === 0 ? 'out_most_reg' : `{${lit(wide, 0)}, out_most_reg}`,
      lstm || affine,
    ),
    ...constant('state_fraction', 4, 'index', 'state_frac[3:0]', lstm),
  ];
}

/** Fields of the slot program that the constants are made of. */
function fieldsUsed(made: readonly Constant[], states: boolean, affine: boolean) {
  const text = made.map(({ value }) => value).join(' ');
  const beside = [
    'outBits',
    ...(states ? ['stateBits', 'zClip', 'cellClip'] : []),
    ...(affine ? ['kind', 'activation', 'low', 'high'] : []),
  ];
  const used = SLOT_FIELDS.map(({ name }) => name).filter(
    (name) => beside.includes(name) || new RegExp(`\\b${wireName(name)}\\b`).test(text),
  );
  return fieldViews({ name: 'slot', meaning: '', fields: SLOT_FIELDS }, used);
}

/** Controls of the lanes of the cell unit. */
export function cellCtl(sizes: NetworkSizes): ModulePlan {
  const { kinds, peepholes } = sizes;
  const pipeline = cellPipeline(sizes);
  const states = hasStates(sizes);
  const bits = valueBits(sizes);
  const has = (kind: NetworkSizes['kinds'][number]) => kinds.includes(kind);
  const [lstm, after, affine] = [has('lstm'), has('gruAfter'), has('affine')];
  const made = constants(sizes);
  const marks = new Map<Stage, Set<CellMark>>();
  /** Name of the wire of a mark, which is made. */
  const at = (stage: Stage, mark: CellMark): string => {
    const known = marks.get(stage) ?? new Set();
    marks.set(stage, known.add(mark));
    return `${stage}_${mark}`;
  };
  for (const { stage } of made) at(stage, 'bank');
  const any = (stage: Stage, ...wanted: CellMark[]) => wanted.map((mark) => at(stage, mark)).join(' || ');
  const hidden = (stage: Stage, own: string, other: string) =>
    after ? `${at(stage, 'nh')} ? ${own} : ${other}` : other;
  const gates: CellMark[] = ['i', 'f', 'o', 'r', 'z', 'reset'];
  const lowest = hidden('z', '~hidden_most', 'limit_low');
  const ofState: CellMark[] = ['g', 'nx', 'n', 'reset'];
  const chosen = (state: string, own: string) =>
    !states ? own : lstm || affine ? `(${any('value', ...ofState)}) ? ${state} : ${own}` : state;
  const vLow = chosen('state_low', '~value_most');
  const dropped = !states
    ? 'drop_out'
    : `${at('product', 'reset')} ? 5'd0 : ${lstm || affine ? `(${any('product', 'o', 'affine')}) ? drop_out : ` : ''}drop_state`;
  const ofGates = !states
    ? 'affine_word'
    : `(${any('factor', ...gates)}) ? gate_word : ${affine ? `${at('factor', 'affine')} ? affine_word : ` : ''}(${any('factor', 'g', 'nx', 'n')}) ? 2'd2 : 2'd0`;
  const values: Readonly<Record<string, () => string>> = {
    peep_select: () => `{${at('peep', 'o')}, ${at('peep', 'f')}}`,
    align_on: () =>
      [
        ...(peepholes ? [`(peep_on && (${any('align', 'i', 'f', 'o')}))`] : []),
        ...(after ? [at('align', 'nx')] : []),
      ].join(' || '),
    align_product: () => at('align', 'nx'),
    align: () => 'aligned',
    coarse: () => hidden('coarse', 'hidden_coarse', 'shift_coarse'),
    fine: () => hidden('fine', 'hidden_fine', 'shift_fine'),
    z_high: () => hidden('z', 'hidden_most', 'limit_high'),
    z_low: () => 'z_low_next',
    z_under: () => "{z_low_next[15], z_low_next} - 17'd1",
    unit_clip: () => `unit && (${any('clip', ...gates)})`,
    word_select: () => ofGates,
    hold_on: () => any('factor', 'i', 'z'),
    hold_rest: () => at('factor', 'z'),
    hidden_on: () => at('factor', 'nh'),
    a_hold: () => any('factor', 'g', 'nx', 'n'),
    a_one: () => at('factor', 'affine'),
    b_select: () =>
      `(${any('factor', 'f', 'z', 'reset')}) ? 2'd1 : ${at('factor', 'o')} ? 2'd2 : ${at('factor', 'r')} ? 2'd3 : 2'd0`,
    leaky: () => 'has_slope',
    slope: () => 'negative_slope',
    drop: () => dropped,
    keep: () => any('product', 'f', 'z'),
    add: () => any('add', 'g', 'nx', 'n'),
    v_high: () => chosen('state_high', 'value_most'),
    v_low: () => 'v_low_next',
    v_under: () => `{v_low_next[${bits - 1}], v_low_next} - ${lit(bits + 1, 1)}`,
    index_shift: () => 'state_fraction',
    tanh_c_on: () => at('tanh_c', 'g'),
  };
  const range = (width: number) => (width === 1 ? '' : `[${width - 1}:0]`);
  const controls = cellControls(sizes).map(({ name, bits: own }) => ({
    name,
    range: range(own),
    value: values[name]!(),
  }));
  const cycles = stages(pipeline);
  const wanted = Object.fromEntries(
    [...marks].map(([stage, set]) => [stage, { cycle: pipeline.sums + cycles[stage] - ON_THE_WAY, marks: [...set] }]),
  );
  return networkPlan('cell_ctl', {
    tokensMsb: tokenAges(sizes) * TOKEN_BITS - 1,
    ctlMsb: ctlBits(sizes) - 1,
    states,
    wide: bits > VALUE_BITS,
    extra: bits - VALUE_BITS,
    valueMsb: bits - 1,
    valueBits: bits,
    affine,
    codeAffine: SLOT_KINDS.indexOf('affine'),
    fields: fieldsUsed(made, states, affine),
    constants: made.map(({ name, bits: own, stage, value }) => ({ name, range: range(own), stage, value })),
    marks: tokenMarks(wanted),
    controls,
    zLow: lowest,
    vLow,
    packed: [...controls].reverse().map(({ name }, n) => ({ name, comma: n === controls.length - 1 ? '' : ',' })),
  });
}
