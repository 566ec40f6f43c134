import type { Config } from '../machine/config.ts';
import type { Graph } from '../model/graph.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteName, quoteNames } from '../util/quote_name.ts';

/**
 * The config of hardware for one LSTM layer: what `layers` says of that layer is what all of the hardware has.
 *
 * @param graph a model that `hardwareModel` takes
 * @throws EsegenError where the config names another layer, or has what only networks have, as block-circulant matrices are
 */
export function oneLayerConfig(graph: Graph, config: Config): Config {
  const { layers, ...all } = config;
  if (config.inputBeat > 1) {
    const what = `expected 1, as hardware for one layer takes an element a beat, got ${config.inputBeat}`;
    throw new EsegenError('config: inputBeat', what, 'Use "inputBeat": 1, or leave it out');
  }
  if (config.weights === 'uram') {
    const what = 'expected "onchip" or "dram" in hardware for one layer, got "uram"';
    throw new EsegenError('config: weights', what, 'Use "weights": "onchip"');
  }
  if (layers === undefined) return config;
  const { id } = graph.nodes.find(({ layer }) => layer.kind === 'lstm')!;
  const others = Object.keys(layers).filter((name) => name !== id);
  if (others.length > 0) {
    const what = `names ${quoteNames(others)}, which the hardware does not compute`;
    throw new EsegenError('config: layers', what, `The hardware of this model is the layer ${quoteName(id)}`);
  }
  const { weightBits = all.weightBits, density, block } = layers[id] ?? {};
  if (block !== undefined) {
    const what = `the config demands blocks of ${block}, and its matrices are not block-circulant`;
    const advice = `Project the model with prune --structure circulant --block ${block}, or take the block out of the config`;
    throw new EsegenError(`layer ${id}`, what, advice);
  }
  const names = Object.keys(all.density) as (keyof Config['density'])[];
  const densities = density === undefined ? all.density : Object.fromEntries(names.map((name) => [name, density]));
  return { ...all, weightBits, density: densities as Config['density'] };
}
