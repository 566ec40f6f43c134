import type { Parameters, ProgramState } from '../../program/program.ts';
import type { SlotProgram } from '../../program/slot_program.ts';
import type { Fixed } from '../../util/fixed.ts';
import type { TermWindow } from '../legal_graph.ts';
import type { Product, QuantizedAffine, QuantizedGru, QuantizedLstm, QuantizedNode, Sums } from '../quantized_graph.ts';
import { STEP_SLOT } from './builder.ts';
import { type Layout, memoryOrder, plain, type Shape } from './layout.ts';
import type { GraphPlan } from './plan.ts';
import { type RowPiece, rowPieces } from './product.ts';
import type { Source } from './source.ts';
import type { Stage } from './stage.ts';
import { layoutFor, powerOfTwo } from './stage.ts';
import type { Happening, Need } from './stream_draft.ts';
import { emitSums } from './sums.ts';

/** What surrounds a node in its stage. */
export interface NodeContext {
  readonly stage: Stage;
  readonly node: QuantizedNode;
  readonly plan: GraphPlan;
  /** Where the node's tensors are. */
  readonly sourceOf: (product: Product) => Source;
  /** Windows through which nodes of this stage read the output. */
  readonly readers: readonly (TermWindow | null)[];
  /** Steps of the output that a reader looks back over, itself among them. */
  readonly span: number;
  /** Shape of the output as its readers see it, and its format. */
  readonly shape: Shape;
  readonly format: Fixed;
  /** Moved away in STORE: CELL waits until the frame of the step before is gone, and says when it has written one. */
  readonly stored: { readonly full: Happening; readonly free: Happening } | null;
  /** Frames of the output of an affine node that may be under way to STORE: CELL writes one while the one before leaves. */
  readonly leaving: 1 | 2;
  readonly states: ProgramState[];
}

const happening = (semaphore: Happening['semaphore']): Happening => ({ semaphore });
const stepBefore = (done: Happening): Need => ({ happening: done, stepsBefore: 1 });

function parametersOf(ctx: NodeContext, sums: Sums, suffix: string, peepholes: QuantizedLstm['peepholes'] = null) {
  return ({ from, to, period, order }: RowPiece): number => {
    const bias = sums.bias.slice(from, to);
    if (order !== null) for (let row = from; row < to; row++) bias[row - from] = sums.bias[order[row]!]!;
    const [first, end] = [from / period, to / period];
    const own: Parameters['peepholes'] =
      peepholes === null
        ? null
        : {
            i: peepholes.i.subarray(first, end),
            f: peepholes.f.subarray(first, end),
            o: peepholes.o.subarray(first, end),
          };
    return ctx.stage.builder.parameter({ name: `${ctx.node.id}${suffix}`, bias, peepholes: own });
  };
}

/** Instructions of a node. */
export function emitNode(ctx: NodeContext): void {
  const { layer } = ctx.node;
  if (layer.kind === 'lstm') emitLstm(ctx, layer);
  else if (layer.kind === 'gru') emitGru(ctx, layer);
  else if (layer.kind === 'affine') emitAffine(ctx, layer);
}

/** A state of a node in VMEM. */
function stateVector(
  { stage, node, states }: NodeContext,
  part: ProgramState['part'],
  elements: number,
  format: Fixed,
  initial: Int32Array | null,
): number {
  const name = `${node.id}.${part}`;
  const vector = stage.builder.vector({ ...plain(elements), name, role: 'state', format, initial });
  states.push({ node: node.id, part, vector });
  return vector;
}

function innerVector({ stage, node }: NodeContext, part: string, elements: number, format: Fixed): number {
  return stage.builder.vector({ ...plain(elements), name: `${node.id}.${part}`, role: 'inner', format });
}

/** What a node reads of itself. */
function own(vector: number, done: Happening, stepsBefore: number): Source {
  return { vector, slot: STEP_SLOT, taps: 1, happening: done, input: false, stepsBefore };
}

/**
 * A layer's own output is written piece by piece, and so are its spectra.
 *
 * @param read whether its spectra are read by then; else the pieces themselves read them, of which the tiles hold two
 */
function expectPieces({ stage }: NodeContext, vector: number, pieces: readonly RowPiece[], read: boolean): void {
  if (!read && pieces.length !== 2) return;
  stage.spectra.expect(
    vector,
    pieces.map(({ to, period }) => to / period),
    !read,
  );
}

/** Spectra of a layer's own output are states too. */
function closeSpectra({ stage, node, states }: NodeContext, part: 'yf' | 'hf'): void {
  for (const vector of stage.spectra.close()) states.push({ node: node.id, part, vector });
}

/**
 * Where CELL writes a new state. In its place, where all reads of the old one stand before, or MAC reads its spectrum only; where several tiles are filled from
 * the old one and drained in turn, beside it, and STORE copies it when the last is drained.
 */
function newState(ctx: NodeContext, state: number, once: boolean) {
  const { stage, stored } = ctx;
  const { builder, body } = stage;
  const written = happening('ready');
  if (once) {
    const done = [written, ...(stored === null ? [] : [stored.full])];
    return { vector: state, written, inPlace: written, free: stored === null ? [] : [stepBefore(stored.free)], done };
  }
  const vector = innerVector(ctx, 'next', builder.vectors[state]!.channels, builder.vectors[state]!.format);
  const [full, free, inPlace] = [happening('outFull'), happening('outFree'), happening('copied')];
  body.store.need(full);
  body.store.work({
    op: 'store',
    from: builder.frameView(vector),
    to: { view: builder.frameView(state), block: null, turn: 'always' },
  });
  body.store.happen(inPlace);
  body.store.happen(free);
  const done = [written, full, ...(stored === null ? [] : [stored.full])];
  return { vector, written, inPlace, free: [free, ...(stored === null ? [] : [stored.free])].map(stepBefore), done };
}

function emitLstm(ctx: NodeContext, layer: QuantizedLstm): void {
  const { stage, node } = ctx;
  const { builder } = stage;
  const { cells, gates, projection, peepholes, zShift, zClip, gate, cellClip, c, m, y, initial } = layer;
  // The projection waits for the last piece, and has products of those before to do meanwhile.
  const smallLast = projection !== null;
  const pieces = rowPieces(cells, 4, builder.machine, gates.spectral, { smallLast });
  const outputs = projection === null ? cells : projection.sums.rows;
  const yState = stateVector(ctx, 'y', outputs, y, initial?.y ?? null);
  const cState = stateVector(ctx, 'c', cells, c, initial?.c ?? null);
  const next = newState(ctx, yState, projection !== null || pieces.length === 1 || gates.spectral !== null);
  const mVector = projection === null ? next.vector : innerVector(ctx, 'm', cells, m);
  const mDone = happening('ready');
  const outputPieces =
    projection === null ? pieces : rowPieces(projection.sums.rows, 1, builder.machine, projection.sums.spectral);
  expectPieces(ctx, yState, outputPieces, projection !== null);
  const slot = { kind: 'lstm', zShift, zClip, gate, peepShift: peepholes?.shift ?? null, c, cellClip, m } as const;
  const elements = (vector: number, { from, to, period }: RowPiece) =>
    builder.elementView(vector, from / period, (to - from) / period);
  emitSums(stage, {
    name: `${node.id}.gates`,
    sums: gates,
    pieces,
    positions: [],
    sourceOf: (product) => ('own' in product.source ? own(yState, next.inPlace, 1) : ctx.sourceOf(product)),
    slotProgram: builder.slotProgram(slot),
    parametersOf: parametersOf(ctx, gates, '.gates', peepholes),
    stateOf: (piece) => elements(cState, piece),
    toOf: (piece) => elements(mVector, piece),
    free: projection === null ? next.free : [],
    done: projection === null ? next.done : [mDone],
  });
  if (projection !== null) {
    const { sums, shift } = projection;
    emitSums(stage, {
      name: `${node.id}.projection`,
      sums,
      pieces: outputPieces,
      positions: [],
      sourceOf: () => own(mVector, mDone, 0),
      slotProgram: builder.slotProgram({ kind: 'affine', shift, activation: { kind: 'none' }, y }),
      parametersOf: parametersOf(ctx, sums, '.projection'),
      stateOf: () => null,
      toOf: (piece) => elements(next.vector, piece),
      free: next.free,
      done: next.done,
    });
  }
  closeSpectra(ctx, 'yf');
  stage.produced.set(node.output, { vector: next.vector, happening: next.written });
}

function emitGru(ctx: NodeContext, layer: QuantizedGru): void {
  const { stage, node } = ctx;
  const { builder } = stage;
  const { cells, stages, zShift, zClip, gate, h, initial } = layer;
  const hState = stateVector(ctx, 'h', cells, h, initial?.h ?? null);
  const period = stages.reset === 'after' ? 4 : 2;
  const { spectral } = stages.sums;
  const pieces = rowPieces(cells, period, builder.machine, spectral);
  const next = newState(ctx, hState, pieces.length === 1 || spectral !== null);
  expectPieces(ctx, hState, pieces, false);
  const elements = (vector: number, piece: RowPiece) =>
    builder.elementView(vector, piece.from / piece.period, (piece.to - piece.from) / piece.period);
  const resetDone = happening('ready');
  const rh = stages.reset === 'before' ? innerVector(ctx, 'rh', cells, h) : null;
  const sourceOf = (product: Product): Source => {
    if (!('own' in product.source)) return ctx.sourceOf(product);
    return product.source.own === 'rh' ? own(rh!, resetDone, 0) : own(hState, next.inPlace, 1);
  };
  if (stages.reset === 'before') {
    const { resetSums, resetShift } = stages;
    emitSums(stage, {
      name: `${node.id}.reset`,
      sums: resetSums,
      pieces: rowPieces(cells, 1, builder.machine, spectral),
      positions: [],
      sourceOf,
      slotProgram: builder.slotProgram({ kind: 'gruReset', zShift: resetShift, zClip, gate, h }),
      parametersOf: parametersOf(ctx, resetSums, '.reset'),
      stateOf: (piece) => elements(hState, piece),
      toOf: (piece) => elements(rh!, piece),
      free: [],
      done: [resetDone],
    });
  }
  const { sums } = stages;
  const rule = { zShift, zClip, gate, h };
  const slot: SlotProgram =
    stages.reset === 'after'
      ? { kind: 'gruAfter', ...rule, hidden: stages.hidden, hiddenShift: stages.hiddenShift, sumFrac: sums.frac }
      : { kind: 'gruBefore', ...rule };
  emitSums(stage, {
    name: `${node.id}.gates`,
    sums,
    pieces,
    positions: [],
    sourceOf,
    slotProgram: builder.slotProgram(slot),
    parametersOf: parametersOf(ctx, sums, '.gates'),
    stateOf: (piece) => elements(hState, piece),
    toOf: (piece) => elements(next.vector, piece),
    free: next.free,
    done: next.done,
  });
  closeSpectra(ctx, 'hf');
  stage.produced.set(node.output, { vector: next.vector, happening: next.written });
}

function emitAffine(ctx: NodeContext, layer: QuantizedAffine): void {
  const { stage, node, plan, readers, span, shape, format, stored, leaving } = ctx;
  const { builder } = stage;
  const { sums, shift, activation } = layer;
  const windowed = sums.rows === shape.channels;
  // A plain vector that is read as [channels, positions] is computed in that order of its rows.
  const order = windowed ? null : memoryOrder(shape);
  const { layout, replicated } = layoutFor(shape, readers, builder.machine, node.id);
  const role = stored === null ? 'inner' : 'output';
  // At many positions CELL takes long, and STORE is done long before.
  const frames = windowed && shape.positions.length > 0 ? 1 : leaving;
  const slots = Math.max(powerOfTwo(span), frames);
  const spec = { ...layout, name: node.id, role, format, replicated, slots } as const;
  const vector = builder.vector(spec);
  const written = happening('ready');
  const { strides } = layout;
  const [pStride, qStride] = strides.length > 1 ? [strides[1]!, strides[0]!] : [strides[0] ?? 0, 0];
  const slotProgram = builder.slotProgram({ kind: 'affine', shift, activation, y: format });
  const free = stored === null ? [] : [{ happening: stored.free, stepsBefore: frames }];
  const done = [written, ...(stored === null ? [] : [stored.full])];
  const common = { sourceOf: ctx.sourceOf, slotProgram, stateOf: () => null };
  if (!windowed) {
    const rows = rowsOfFrame(layout);
    const perRow = sums.rows / rows;
    emitSums(stage, {
      ...{ ...common, name: node.id, sums, positions: [], free, done },
      pieces: Array.from({ length: rows }, (_, n) =>
        rowPieces(perRow, 1, builder.machine, sums.spectral, { order, first: n * perRow }),
      ).flat(),
      parametersOf: parametersOf(ctx, sums, ''),
      toOf: ({ from, to }) => {
        const row = Math.floor(from / perRow);
        const start = rows === 1 ? from : row * qStride + from - row * perRow;
        return builder.elementView(vector, start, to - from);
      },
    });
  } else {
    const blocks = plan.blocksOf(node, layer);
    for (const [at, { block, sums: own }] of blocks.entries()) {
      const { first, size, count } = block;
      const name = at === 0 ? node.id : `${node.id}.at${first}`;
      emitSums(stage, {
        ...{ ...common, name, sums: own, pieces: rowPieces(own.rows, 1, builder.machine, null) },
        positions: [...shape.positions.slice(0, -1), count],
        parametersOf: parametersOf(ctx, own, at === 0 ? '' : `.at${first}`),
        toOf: ({ from, to }) =>
          builder.elementView(vector, first * pStride + from, to - from, count > 1 ? size * pStride : 0, qStride),
        free: at === 0 ? free : [],
        done: at === blocks.length - 1 ? done : [],
      });
    }
  }
  stage.produced.set(node.output, { vector, happening: written });
}

/** Rows of a frame that CELL writes one by one: 1 where its elements stand side by side. */
function rowsOfFrame({ channels, positions, strides }: Layout): number {
  return positions.length < 2 || strides[0] === positions[1]! * channels ? 1 : positions[0]!;
}
