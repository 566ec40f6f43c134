import { programJson, programListing } from '../program/listing.ts';
import { EsegenError } from '../util/errors.ts';
import { type DesignInspection, inspect, type ModelInspection } from '../verbs/inspect.ts';
import { inspectProgram } from '../verbs/inspect_program.ts';
import type { CommandBody } from './command.ts';
import { describeLayer, formatRowsOf, memoryRow, weightRows } from './describe.ts';
import { formatModel, modelJson } from './inspect_model.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { formatCount, formatRows, type Row } from './table.ts';

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
export function formatInspection(inspection: ModelInspection | DesignInspection): string {
  return inspection.kind === 'model' ? formatModel(inspection) : formatDesign(inspection);
}

function inspectionJson(inspection: ModelInspection | DesignInspection): string {
  const { loaded, memories } = inspection.kind === 'design' ? inspection : { loaded: null, memories: null };
  const content =
    inspection.kind === 'model'
      ? modelJson(inspection)
      : { kind: 'design', path: loaded!.dir, config: loaded!.design.config, report: loaded!.report, memories };
  return `${JSON.stringify(content, null, 2)}\n`;
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
