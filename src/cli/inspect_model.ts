import type { Graph, Port, StateBinding } from '../model/graph.ts';
import { formatShape, quoteName } from '../util/quote_name.ts';
import type { MatrixInspection, ModelInspection, NodeInspection } from '../verbs/inspect.ts';
import type { HardwareInspection } from '../verbs/inspect_hardware.ts';
import { showName, showNames } from './describe.ts';
import { formatCount, formatRows, formatShare, formatTable, type Row } from './table.ts';

/** Rows of a list that may be long. */
const SHOWN = 24;

/** Columns of what is block-circulant. */
const CIRCULANT = ['block', 'words', 'saves'];

/** What `esegen inspect` prints of a model file. */
export function formatModel(inspection: ModelInspection): string {
  const { path, graph, nodes, tensors } = inspection;
  const parts = [
    formatRows(headRows(inspection)),
    nodeTable(graph, nodes),
    matrixTable(nodes),
    formatTable([
      ['tensor of the file', 'dtype', 'shape'],
      ...tensors.map(({ name, dtype, shape }) => [showName(name), dtype, formatShape(shape)]),
    ]),
  ];
  return `${path}: model\n\n${parts.filter((part) => part !== '').join('\n')}`;
}

function headRows({ graph, nodes, hardware }: ModelInspection): Row[] {
  const matrices = nodes.flatMap((node) => node.matrices);
  const { weights, nonZeros } = totalOf(matrices);
  const list = (label: string, items: readonly string[]): Row[] =>
    items.length > SHOWN
      ? [...items.slice(0, SHOWN), `and ${items.length - SHOWN} more`].map((item) => [label, item])
      : items.map((item) => [label, item]);
  return [
    ...list(
      'input',
      graph.inputs.map((port) => portText(graph, port)),
    ),
    ...list(
      'output',
      graph.outputs.map((port) => portText(graph, port)),
    ),
    ...list('state', graph.states.map(stateText)),
    ...(graph.sequenceLengths === null ? [] : [['lengths', graph.sequenceLengths.join(', ')] as const]),
    [
      'weights',
      `${formatCount(weights)}, of which ${formatCount(nonZeros)} non-zero (${formatShare(weights === 0 ? 0 : nonZeros / weights)})`,
    ],
    ...circulantRows(matrices),
    ...list(
      'blocks differ',
      nodes.flatMap(({ id, mixedBlocks }) => mixedBlocks.map((reason) => `${id}: ${reason}`)),
    ),
    ...list(
      'outside',
      graph.outside.map(({ name, reason }) => `${showName(name)} ${reason}`),
    ),
    ...list('hardware', hardwareLines(hardware)),
  ];
}

function circulantRows(matrices: readonly MatrixInspection[]): Row[] {
  const stored = matrices.filter(({ spectralWords }) => spectralWords !== null);
  if (stored.length === 0) return [];
  const words = stored.reduce((sum, { spectralWords }) => sum + spectralWords!, 0);
  const { nonZeros } = totalOf(stored);
  const what = `${stored.length} of ${matrices.length} matrices, whose spectra have ${formatCount(words)} words`;
  return [['circulant', `${what} in place of ${formatCount(nonZeros)} (${formatShare(words / nonZeros)})`]];
}

function hardwareLines({ design, host, refusals }: HardwareInspection): readonly string[] {
  if (design === null) return ['runs in software only:', ...refusals.map(({ node, reason }) => `${node}: ${reason}`)];
  const what = design === 'layer' ? 'one LSTM layer' : 'a network';
  const left = host.length === 0 ? [] : [`the host computes ${showNames(host)}`];
  return [`can be built: a design of ${what}`, ...left];
}

/** `x [T, B, 80]`: the array of the file's users. */
function portText({ tensors }: Graph, { name, tensor, axes }: Port): string {
  const sizes = [...tensors.get(tensor)!.shape];
  const shown = axes.map((axis) => {
    if (axis === 'shape') return String(sizes.shift());
    return axis === 'batch' ? 'B' : axis === 'time' ? 'T' : '1';
  });
  return `${showName(name)} [${shown.join(', ')}]${axes.includes('time') ? '' : ', one a call'}`;
}

function stateText({ node, part, input, output }: StateBinding): string {
  const ports = [
    ...(input === null ? [] : [`from ${showName(input.name)}`]),
    ...(output === null ? [] : [`to ${showName(output.name)}`]),
  ];
  return `${part} of ${node}, ${ports.join(', ')}`;
}

function totalOf(matrices: readonly MatrixInspection[]): { readonly weights: number; readonly nonZeros: number } {
  const sum = (of: (matrix: MatrixInspection) => number) => matrices.reduce((total, matrix) => total + of(matrix), 0);
  return { weights: sum(({ rows, columns }) => rows * columns), nonZeros: sum(({ nonZeros }) => nonZeros) };
}

/** `80 → 256`, `1 x 40 → 16 x 20`; with the steps where there are not as many as of the input. */
function sizesText({ inputShapes, outputShape, stepsPerOutput }: NodeInspection): string {
  const from = inputShapes.map((shape) => shape.join(' x ')).join(' + ');
  const steps = stepsPerOutput === null ? ', last or first' : stepsPerOutput === 1 ? '' : `, T/${stepsPerOutput}`;
  return `${from} → ${outputShape.join(' x ')}${steps}`;
}

function nodeTable(graph: Graph, nodes: readonly NodeInspection[]): string {
  const inputs = new Set(graph.inputs.map(({ tensor }) => tensor));
  let before = [...inputs][0] ?? '';
  const lines = nodes.map((node) => {
    // A chain needs no names; what reads anything else says so.
    const isNext = node.reads.length === 1 && node.reads[0] === before;
    before = node.id;
    const { weights, nonZeros } = totalOf(node.matrices);
    const isNamed = node.name.toLowerCase().replace(/[^a-z0-9]+/g, '_') !== node.id;
    const notes = [
      ...node.notes,
      ...(isNext ? [] : [`of ${node.reads.join(', ')}`]),
      ...(isNamed ? [quoteName(node.name)] : []),
    ];
    return [
      node.id,
      node.kind,
      sizesText(node),
      weights === 0 ? '' : formatCount(weights),
      weights === 0 ? '' : formatShare(nonZeros / weights),
      notes.join(', '),
    ];
  });
  const table = [['node', 'kind', 'in → out', 'weights', 'density', 'notes'], ...lines];
  return formatTable(table, ['left', 'left', 'left', 'right', 'right', 'left']);
}

/** The matrices; with blocks, words of the spectra and what they save, where any is block-circulant. */
function matrixTable(nodes: readonly NodeInspection[]): string {
  const isPlain = nodes.every(({ matrices }) => matrices.every(({ block }) => block === null));
  const lines = nodes.flatMap(({ id, matrices }) =>
    matrices.map(({ name, rows, columns, nonZeros, density, peak, block, spectralWords: words }) => [
      `${id}.${name}`,
      String(rows),
      String(columns),
      formatCount(nonZeros),
      formatShare(density),
      peak.toPrecision(4),
      ...(isPlain ? [] : [block === null ? '' : String(block)]),
      ...(isPlain ? [] : words === null ? ['', ''] : [formatCount(words), formatCount(nonZeros - words)]),
    ]),
  );
  return lines.length === 0
    ? ''
    : formatTable([
        ['matrix', 'rows', 'columns', 'non-zeros', 'density', 'largest', ...(isPlain ? [] : CIRCULANT)],
        ...lines,
      ]);
}

/** What `esegen inspect --json` prints of a model file. */
export function modelJson({
  path,
  graph,
  nodes,
  tensors,
  hardware,
}: ModelInspection): Readonly<Record<string, unknown>> {
  const port = ({ name, tensor, axes }: Port) => {
    const { shape, time } = graph.tensors.get(tensor)!;
    return { name, tensor, shape, axes, time };
  };
  return {
    kind: 'model',
    path,
    inputs: graph.inputs.map(port),
    outputs: graph.outputs.map(port),
    states: graph.states.map(({ node, part, input, output }) => ({
      node,
      part,
      input: input?.name ?? null,
      output: output?.name ?? null,
    })),
    sequenceLengths: graph.sequenceLengths,
    nodes,
    outside: graph.outside,
    design: hardware.design,
    host: hardware.host,
    refusals: hardware.refusals,
    tensors,
  };
}
