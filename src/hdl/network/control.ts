import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { sequenceBytes } from '../../machine/sequence_stream.ts';
import type { WeightsSum } from '../../program/image_words.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import { imageModel } from '../../program/network_image.ts';
import { type DesignHash, registerFile } from '../control_registers.ts';
import { loaderPlan } from '../load.ts';
import type { ModulePlan } from '../module_plan.ts';
import { loaderKinds, loadView, PARTS_KIND } from './load.ts';

/** Most inputs and outputs, as the header of an image has them. */
const MOST_PORTS = 16 + 256 * 16;

/** Register file. */
export function networkRegisters(sizes: NetworkSizes, hash: DesignHash): ModulePlan {
  const { channels, groups, lanes, elemLanes, weightBits, indexBits, vectorBits, inputBeat, beat } = sizes;
  const { external, sequenceStream } = sizes;
  const constants = {
    array_channels: channels,
    array_groups: groups,
    array_lanes: lanes,
    array_elem_lanes: elemLanes,
    format_weight_bits: weightBits,
    format_index_bits: indexBits,
    format_vector_bits: vectorBits,
    format_output_beat: beat,
    features_dram: external === null ? 0 : 1,
    features_peepholes: sizes.peepholes ? 1 : 0,
    features_network: 1,
    features_utterance: sizes.utterance ? 1 : 0,
    features_states: sizes.stateDepth > 0 ? 1 : 0,
    features_sequence: sequenceStream === null ? 0 : 1,
    features_input_beat: inputBeat,
    features_bus_bits: external?.busBits ?? sequenceStream?.busBits ?? 0,
    sequence_bytes_count: sequenceBytes(sizes),
  };
  return registerFile({ dram: external !== null, network: true, sequence: sequenceStream !== null }, constants, hash);
}

/**
 * Loader of images.
 *
 * @param weights of the weights in external memory; null where there are none
 */
export function networkLoader(
  { sizes, program }: NetworkDesign,
  hash: DesignHash,
  weights: WeightsSum | null,
): ModulePlan {
  const { loadAddr, loadData } = loadView(sizes);
  const [ports, steps, states] = imageModel(program, sizes);
  const model = [
    ['ports', ports],
    ['steps', steps],
    ['states', states],
  ] as const;
  const spec = { network: true, loadAddr, loadData, kinds: loaderKinds(sizes), model, most: MOST_PORTS };
  const { external, ultra } = sizes;
  return loaderPlan({ ...spec, partsKind: PARTS_KIND, dram: external !== null, ultra }, hash, weights);
}
