import { estimateCycles } from '../cycles/estimate.ts';
import { estimateNetworkCycles } from '../cycles/network/estimate.ts';
import type { Design } from '../program/design.ts';
import type { BuildResult } from '../verbs/build.ts';
import { buildModel, type ModelBuild, type NetworkBuildResult } from '../verbs/build_network.ts';
import { sharesOf } from '../verbs/run/engine.ts';
import type { CommandBody } from './command.ts';
import { describeLayer, formatRowsOf, leftOutRows, memoryRow, showName, weightRows } from './describe.ts';
import { cycleRows, networkRows } from './describe_network.ts';
import { formatSections, resourceRow } from './describe_resources.ts';
import { addModelOptions, type ModelArguments, modelOptions } from './model_options.ts';
import { progressLine } from './progress.ts';
import { saturationRows, showWarnings } from './saturation.ts';
import { formatCount, formatRows, type Row } from './table.ts';

interface Options extends ModelArguments {
  model: string;
  config: string;
  out: string;
  calibrate: string | undefined;
}

/** `esegen build`: from a trained model to a design directory; ends with a short summary. */
export const buildCommand: CommandBody<Options> = {
  builder: (yargs) =>
    addModelOptions(yargs)
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'Trained model: PyTorch state dict (.safetensors), .onnx, or Kaldi nnet1 text (.nnet, .txt)',
      })
      .option('config', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Config of the accelerator (JSON)',
      })
      .option('out', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Directory to write: new, empty, or an earlier design, which is replaced',
      })
      .option('calibrate', {
        type: 'string',
        requiresArg: true,
        describe: 'Frames that fix the number formats (.npy, [T, I]); default calibration.npy beside the model',
      }),
  handler: ({ model, config, out, calibrate, ...given }) => {
    const progress = progressLine();
    let built: ModelBuild;
    try {
      built = buildModel({
        model,
        importOptions: modelOptions(given),
        config,
        out,
        calibrate,
        progress: progress.show,
      });
    } finally {
      progress.clear();
    }
    process.stdout.write(built.kind === 'layer' ? formatResult(built.result) : formatNetwork(built.result));
    showWarnings(built.result.warnings);
  },
};

/** The summary that `esegen build` ends with. */
export function formatResult(result: BuildResult): string {
  return `${headOf(result)}\n${formatRows(summaryRows(result))}\n${formatSections(result.resources)}`;
}

/** The same for a network. */
export function formatNetwork(result: NetworkBuildResult): string {
  const { design, memories, resources, calibration, saturated, leftOut, hostFiles } = result;
  const rows: Row[] = [
    ...networkRows(design),
    ...cycleRows(estimateNetworkCycles(design)),
    memoryRow(memories),
    resourceRow(resources),
    ['calibration', calibration],
    ...saturationRows({ saturated }),
    ...leftOutRows(leftOut),
    hostFilesRow(hostFiles),
  ];
  return `${headOf(result)}\n${formatRows(rows)}\n${formatSections(resources)}`;
}

function headOf({
  dir,
  fileCount,
  bytes,
  seconds,
}: Pick<BuildResult, 'dir' | 'fileCount' | 'bytes' | 'seconds'>): string {
  return `${dir}: ${formatCount(fileCount)} files, ${(bytes / 1e6).toFixed(1)} MB, in ${seconds.toFixed(1)} s\n`;
}

function summaryRows({
  design,
  report,
  memories,
  resources,
  calibration,
  saturation,
  hostFiles,
  leftOut,
  states,
}: BuildResult): Row[] {
  return [
    ['layer', describeLayer(design.dimensions)],
    ...weightRows(report),
    cyclesRow(design),
    ...formatRowsOf(design),
    memoryRow(memories),
    resourceRow(resources),
    ['calibration', calibration],
    ...saturationRows({ saturated: sharesOf(saturation), tables: saturation.tables }),
    ...leftOutRows(leftOut),
    ...stateRows(states),
    hostFilesRow(hostFiles),
  ];
}

function hostFilesRow(hostFiles: readonly string[]): Row {
  return ['host files', hostFiles.length === 0 ? 'none beside the model' : hostFiles.join(', ')];
}

/** What the model calls its states, and how a host gets at them. */
function stateRows(states: BuildResult['states']): Row[] {
  if (states.length === 0) return [];
  const named = states.map(({ part, input, output }) => {
    const names = [input === null ? '' : `from ${showName(input)}`, output === null ? '' : `to ${showName(output)}`];
    return `${part} ${names.filter((name) => name !== '').join(' ')}`;
  });
  const how = 'in the state registers: write_state and read_state of the driver; zeros where an utterance starts';
  return [['states', `${named.join(', ')}; ${how}`]];
}

function cyclesRow(design: Design): Row {
  const { cyclesPerFrame, idealCyclesPerFrame } = estimateCycles(design);
  const { clockMHz } = design.config;
  const time = `${(cyclesPerFrame / clockMHz).toFixed(2)} us at an assumed ${clockMHz} MHz`;
  return [
    'cycles per frame',
    `${cyclesPerFrame.toFixed(1)} estimated, ${idealCyclesPerFrame.toFixed(1)} ideal; ${time}`,
  ];
}
