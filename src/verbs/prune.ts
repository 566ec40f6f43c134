import { type PrunedLayer, selectWeights } from '../compiler/prune/prune_layer.ts';
import { type Config, type Matrix, STACKS } from '../machine/config.ts';
import { trainedOf } from '../model/import/graph_of_trained.ts';
import { hardwareModel } from '../model/import/hardware_model.ts';
import { importModel } from '../model/import/read_model.ts';
import type { Floats, LstmLayer } from '../model/lstm.ts';
import { EsegenError } from '../util/errors.ts';
import type { Progress } from '../util/report.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { checkCellLimit } from './compress/cell_limit.ts';
import { configOf } from './compress/input.ts';
import { laneImbalance } from './compress/lane_load.ts';
import { plainMagnitude } from './compress/plain_magnitude.ts';
import { prunedFiles } from './compress/pruned_files.ts';
import { SCANNED, type Sensitivity, scanSensitivity } from './compress/sensitivity.ts';
import { readTask } from './compress/task.ts';

/** What to prune. */
export interface PruneOptions {
  /** Path of the trained model, of any number of layers and directions. */
  readonly model: string;
  /** Densities, rule and array; or the path of a config. */
  readonly config: string | Config;
  /** Safetensors file to write; the masks go to `<stem>.masks.safetensors` beside it. Nothing is written without. */
  readonly out?: string | undefined;
  /** Scan of the sub-matrices, whose proposal takes the place of the config's densities; one layer only. */
  readonly sensitivity?: SensitivityOptions | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/** What the scan looks at. */
export interface SensitivityOptions {
  /** Frames, as calibration frames. */
  readonly data: string;
  /** Words of the utterances, see `readTask`. */
  readonly labels?: string | undefined;
  /** Share of all weights that is to stay. */
  readonly density: number;
}

/** What is left of a sub-matrix. */
export interface PrunedMatrix {
  readonly layer: number;
  readonly reverse: boolean;
  readonly name: Matrix;
  readonly weights: number;
  readonly kept: number;
  /** Share of the squared magnitude that stays. */
  readonly keptEnergy: number;
}

/** What pruning made. */
export interface PruneResult {
  readonly weights: number;
  readonly kept: number;
  readonly matrices: readonly PrunedMatrix[];
  /** Weights of the fullest PE over the mean, of all layers the worst: here, and by magnitude without balance. */
  readonly imbalance: number;
  readonly plainImbalance: number;
  readonly sensitivity: Sensitivity | null;
  /** Files written. */
  readonly files: readonly string[];
}

/** Where the masks of a pruned model go. */
export function masksPath(out: string): string {
  return `${out.replace(/\.safetensors$/i, '')}.masks.safetensors`;
}

/**
 * Prunes a model, whether it has zeros already or not, and writes it with its masks.
 *
 * @throws EsegenError where an input is not valid or a file cannot be written; nothing is written then
 */
export function prune(options: PruneOptions): PruneResult {
  const { model: path, out, progress = () => {} } = options;
  let config = configOf(options.config);
  if (out !== undefined) {
    if (!/\.safetensors$/i.test(out)) throw new EsegenError(out, 'expected a name that ends in .safetensors');
    for (const file of [out, masksPath(out)]) checkFileTarget(file, [path]);
  }
  progress('read model');
  const { graph } = importModel(path);
  const model = trainedOf(path, graph);
  let sensitivity: Sensitivity | null = null;
  if (options.sensitivity !== undefined) {
    const { data, labels, density } = options.sensitivity;
    const least = SCANNED.at(-1)!;
    if (!(density >= least && density <= 1)) {
      throw new EsegenError('--density', `expected a number from ${least} to 1 for a scan, got ${density}`);
    }
    const hardware = hardwareModel(path, graph);
    const task = readTask(path, hardware, data, labels);
    checkCellLimit(path, graph, hardware.layer, task.set);
    sensitivity = scanSensitivity(hardware.layer, config, task, density, progress);
    config = { ...config, density: { ...config.density, ...sensitivity.proposal } };
  }

  progress('prune');
  const pruned = model.layers.map((directions) => directions.map(({ layer }) => selectWeights(layer, config)));
  const matrices = model.layers.flatMap((directions, number) =>
    directions.flatMap(({ layer, reverse }, at) => matricesOf(number, reverse, layer, pruned[number]![at]!)),
  );
  const worst = (imbalance: (layer: LstmLayer, of: PrunedLayer) => number) =>
    Math.max(
      ...model.layers.flatMap((directions, n) => directions.map(({ layer }, at) => imbalance(layer, pruned[n]![at]!))),
    );
  const result = {
    weights: matrices.reduce((sum, { weights }) => sum + weights, 0),
    kept: matrices.reduce((sum, { kept }) => sum + kept, 0),
    matrices,
    imbalance: worst((layer, { masks }) => laneImbalance(layer, masks, config)),
    plainImbalance: worst((layer) => laneImbalance(layer, plainMagnitude(layer, config), config)),
    sensitivity,
  };
  if (out === undefined) return { ...result, files: [] };
  progress('write');
  const masks = pruned.map((directions) => directions.map((direction) => direction.masks));
  const content = prunedFiles(path, model, masks);
  writeFiles(
    new Map([
      [out, content.model],
      [masksPath(out), content.masks],
    ]),
  );
  return { ...result, files: [out, masksPath(out)] };
}

function matricesOf(number: number, reverse: boolean, layer: LstmLayer, { masks }: PrunedLayer): PrunedMatrix[] {
  const stacks: readonly [readonly Matrix[], Floats | null, Uint8Array | null][] = [
    [STACKS.x, layer.weightX, masks.x],
    [STACKS.r, layer.weightR, masks.r],
    [STACKS.p, layer.weightP, masks.p],
  ];
  return stacks.flatMap(([names, weights, mask]) =>
    weights === null || mask === null
      ? []
      : names.map((name, part) => {
          const size = weights.length / names.length;
          let kept = 0;
          let energy = 0;
          let all = 0;
          for (let at = part * size; at < (part + 1) * size; at++) {
            const square = weights[at]! ** 2;
            all += square;
            if (mask[at] === 0) continue;
            kept++;
            energy += square;
          }
          return { layer: number, reverse, name, weights: size, kept, keptEnergy: all === 0 ? 1 : energy / all };
        }),
  );
}
