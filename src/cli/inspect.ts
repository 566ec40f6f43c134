import type { Floats } from '../model/lstm.ts';
import { formatShape } from '../util/quote_name.ts';
import { type DesignInspection, inspect, type LayerInspection, type ModelInspection } from '../verbs/inspect.ts';
import type { CommandBody } from './command.ts';
import { describeLayer, formatRowsOf, leftOutRows, memoryRow, showName, weightRows } from './describe.ts';
import { formatCount, formatRows, formatShare, formatTable, type Row } from './table.ts';

/** `esegen inspect`: prints what is in a model or a design. */
export const inspectCommand: CommandBody<{ path: string }> = {
  builder: (yargs) =>
    yargs.positional('path', { type: 'string', demandOption: true, describe: 'Model file or design directory' }),
  handler: ({ path }) => {
    process.stdout.write(formatInspection(inspect(path)));
  },
};

/** The text that `esegen inspect` prints. */
export function formatInspection(inspection: ModelInspection | DesignInspection): string {
  return inspection.kind === 'model' ? formatModel(inspection) : formatDesign(inspection);
}

function largest(values: Floats): number {
  let peak = 0;
  for (const value of values) peak = Math.max(peak, Math.abs(value));
  return peak;
}

function formatModel({ path, tensors, graph, model, layers, refusal }: ModelInspection): string {
  const { outputLayer } = model;
  const parts = layers.map((layer) => formatLayer(layer, layers.length === 1 ? 'layer' : `layer ${layer.number}`));
  const rows: Row[] = [
    ['output layer', outputLayer === null ? 'none' : `${outputLayer.classes} classes`],
    ...leftOutRows(graph.outside.map(({ name }) => name)),
    ...(refusal === null ? [] : [['hardware', `cannot be built: ${refusal}`] as const]),
  ];
  const tensorTable = formatTable([
    ['tensor', 'dtype', 'shape'],
    ...tensors.map(({ name, dtype, shape }) => [showName(name), dtype, formatShape(shape)]),
  ]);
  return `${path}: model\n\n${parts.join('\n')}\n${formatRows(rows)}\n${tensorTable}`;
}

function formatLayer({ direction, matrices }: LayerInspection, title: string): string {
  const { layer, reverse, cell } = direction;
  const { peepholes, weightP } = layer;
  const weights = matrices.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const nonZeros = matrices.reduce((sum, matrix) => sum + matrix.nonZeros, 0);
  const peaks =
    peepholes === null ? null : [peepholes.i, peepholes.f, peepholes.o].map((p) => largest(p).toPrecision(4));
  const sizes = describeLayer({ ...layer, projection: weightP !== null, peepholes: peepholes !== null });
  const rows: Row[] = [
    [title, `${sizes}${reverse ? ', reverse' : ''}`],
    [
      'weights',
      `${formatCount(weights)}, of which ${formatCount(nonZeros)} non-zero (${formatShare(nonZeros / weights)})`,
    ],
    ['largest bias', largest(layer.bias).toPrecision(4)],
    ['peepholes', peaks === null ? 'none' : `largest i ${peaks[0]}, f ${peaks[1]}, o ${peaks[2]}`],
    ['projection', weightP === null ? 'none (y = m)' : `${layer.cells} to ${layer.outputs}`],
    ...(Number.isFinite(cell.cellClip) ? [['cell state', `within ±${cell.cellClip}`] as const] : []),
  ];
  const matrixTable = formatTable([
    ['matrix', 'rows', 'columns', 'non-zeros', 'density', 'largest'],
    ...matrices.map((m) => [
      m.name,
      String(m.rows),
      String(m.columns),
      formatCount(m.nonZeros),
      formatShare(m.density),
      m.peak.toPrecision(4),
    ]),
  ]);
  return `${formatRows(rows)}\n${matrixTable}`;
}

function formatDesign({ loaded, memories }: DesignInspection): string {
  const { dir, design, report, files, version } = loaded;
  const { config, dimensions } = design;
  const { channels, groups, lanes, elemLanes, dram } = dimensions;
  const host = [...files.keys()].filter((file) => file.startsWith('host/'));
  const rows: Row[] = [
    ['name', config.name],
    ['generator', `esegen ${version}`],
    ['layer', describeLayer(dimensions)],
    ['array', `${channels} x ${groups} x ${lanes} (channels x groups x lanes), ${elemLanes} element-wise`],
    ['queues', `FIFO depth ${config.fifoDepth}`],
    ['weights in', dram ? `external memory, ${config.memoryBusBits} bits` : 'memories of the design'],
    ['part', `${config.part} at an assumed ${config.clockMHz} MHz`],
    ...weightRows(report),
    ...formatRowsOf(design),
    memoryRow(memories),
    ['host files', host.join(', ')],
    ['files', `${formatCount(files.size + 1)}, all as they were written`],
  ];
  return `${dir}: design\n\n${formatRows(rows)}`;
}
