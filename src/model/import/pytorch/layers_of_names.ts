import { EsegenError } from '../../../util/errors.ts';
import { quoteName, quoteNames } from '../../../util/quote_name.ts';
import type { LayerEntry, LayersFile } from './layers_file.ts';
import { findModule, kindOf, recurrentPrefixes } from './recurrent_module.ts';
import type { StateDict } from './state_dict.ts';

/** Names of modules that are taken for the output layer. */
const HEADS = ['fc', 'linear', 'out', 'output', 'head', 'classifier', 'dense'];

/**
 * The layers of a state dict whose names say everything: one recurrent module, and a linear layer behind it where a module beside
 * it (`net.lstm.` → `net.fc.`) or at the top has the name of one.
 *
 * @param layersPath where a file would be found that names the layers
 * @throws EsegenError where there is no recurrent module, or there are several, or several linear layers
 */
export function layersOfNames(state: StateDict, layersPath: string): LayersFile {
  const prefixes = recurrentPrefixes(state.tensors.keys());
  const [prefix] = prefixes;
  if (prefix === undefined) {
    throw new EsegenError(
      state.where,
      `expected tensors named like those of PyTorch's nn.LSTM or nn.GRU (weight_ih_l0, weight_hh_l0, …), got ${quoteNames([...state.tensors.keys()])}`,
      `Save the state_dict of a model that holds one, or name its layers in ${layersPath}`,
    );
  }
  if (prefixes.length > 1) {
    throw new EsegenError(
      state.where,
      `holds ${prefixes.length} recurrent modules, with the prefixes ${quoteNames(prefixes)}, and names do not say how they are connected`,
      `Name the layers in ${layersPath} (docs/model-format.md)`,
    );
  }
  const layers: LayerEntry[] = [{ kind: kindOf(state, findModule(state, prefix)), name: prefix }];
  const head = headOf(state, prefix);
  if (head !== null) layers.push({ kind: 'linear', name: head });
  return { layers };
}

/** The output layer sits beside the module that holds the recurrent one, or at the top. */
function headOf(state: StateDict, prefix: string): string | null {
  const parent = prefix.slice(0, prefix.lastIndexOf('.', prefix.length - 2) + 1);
  const names = [...new Set([parent, ''])].flatMap((place) => HEADS.map((head) => place + head));
  const found = names.filter((name) => state.has(`${name}.weight`) || state.has(`${name}.bias`));
  const [head, other] = found;
  if (other === undefined) return head ?? null;
  const what = `stands beside ${quoteName(`${other}.weight`)}, expected one output layer`;
  throw new EsegenError(state.at(`${head}.weight`), what, 'Remove one');
}
