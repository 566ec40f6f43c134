import { programJson, programListing } from '../program/listing.ts';
import { EsegenError } from '../util/errors.ts';
import { type DesignInspection, inspect, type ModelInspection, type NetworkInspection } from '../verbs/inspect.ts';
import { inspectProgram } from '../verbs/inspect_program.ts';
import type { CommandBody } from './command.ts';
import { describeLayer, formatRowsOf, memoryRow, weightRows } from './describe.ts';
import { cycleRows, networkRows } from './describe_network.ts';
import { formatUnits, resourceRow } from './describe_resources.ts';
import { formatModel, modelJson } from './inspect_model.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { formatCount, formatRows, formatShare, formatTable, type Row } from './table.ts';

interface Arguments extends ModelArguments {
  path: string;
  json: boolean;
  program: boolean;
  config: string | undefined;
  calibrate: string | undefined;
}

/** `esegen inspect`: prints what is in a model or a design. */
export const inspectCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('path', { type: 'string', demandOption: true, describe: 'Model file or design directory' })
      .option('json', { type: 'boolean', default: false, describe: 'Print what is in a model as JSON' })
      .option('program', { type: 'boolean', default: false, describe: 'Print the program that the hardware runs' })
      .option('config', { type: 'string', describe: 'Config whose machine the program of a model is for' })
      .option('calibrate', { type: 'string', describe: 'Frames that fix the number formats of the program' }),
  handler: ({ path, json, program, config, calibrate, ...given }) => {
    if (program) {
      const made = inspectProgram({ path, config, calibrate, model: modelOptions(given) }).program;
      process.stdout.write(json ? `${JSON.stringify(programJson(made), null, 2)}\n` : programListing(made));
      return;
    }
    for (const [option, value] of Object.entries({ config, calibrate })) {
      if (value !== undefined) throw new EsegenError(`--${option}`, 'goes with --program', 'Add it');
    }
    const inspection = inspect(path, modelOptions(given));
    process.stdout.write(json ? inspectionJson(inspection) : formatInspection(inspection));
  },
};

/** The text that `esegen inspect` prints. */
export function formatInspection(inspection: Inspection): string {
  switch (inspection.kind) {
    case 'model':
      return formatModel(inspection);
    case 'design':
      return formatDesign(inspection);
    case 'network':
      return formatNetwork(inspection);
  }
}

type Inspection = ModelInspection | DesignInspection | NetworkInspection;

function inspectionJson(inspection: Inspection): string {
  return `${JSON.stringify(inspection.kind === 'model' ? modelJson(inspection) : designJson(inspection), null, 2)}\n`;
}

function designJson(inspection: DesignInspection | NetworkInspection): object {
  const { kind, loaded, resources, memories } = inspection;
  const { config } = loaded.design;
  if (inspection.kind === 'design')
    return { kind, path: loaded.dir, config, report: inspection.loaded.report, resources, memories };
  const { cycles } = inspection;
  return { kind, path: loaded.dir, config, sizes: inspection.loaded.design.sizes, resources, cycles, memories };
}

function formatNetwork({ loaded, resources, cycles, memories }: NetworkInspection): string {
  const { dir, design, files, version } = loaded;
  const rows: Row[] = [
    ['name', design.name],
    ['generator', `esegen ${version}`],
    ...networkRows(design),
    memoryRow(memories),
    resourceRow(resources),
    ...cycleRows(cycles),
    ['files', `${formatCount(files.size + 1)}, all as they were written`],
  ];
  const shares = cycles === null ? '' : `\n${formatShares(cycles)}`;
  return `${dir}: design of a network\n\n${formatRows(rows)}${shares}\n${formatUnits(resources)}`;
}

/** What the units do: those of MAC are of its lanes, on average. */
function formatShares({ cycles, shares }: NonNullable<NetworkInspection['cycles']>): string {
  const lines = shares.map(({ unit, what, cycles: own }, at) => [
    unit === shares[at - 1]?.unit ? '' : unit.toUpperCase(),
    what,
    own.toFixed(1),
    formatShare(own / cycles),
  ]);
  return formatTable([['unit', 'does', 'cycles', 'share'], ...lines], ['left', 'left']);
}

function formatDesign({ loaded, resources, memories }: DesignInspection): string {
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
    resourceRow(resources),
    ['host files', host.join(', ')],
    ['files', `${formatCount(files.size + 1)}, all as they were written`],
  ];
  return `${dir}: design\n\n${formatRows(rows)}\n${formatUnits(resources)}`;
}
