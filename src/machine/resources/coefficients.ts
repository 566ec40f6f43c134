import type { Terms } from './terms.ts';

/**
 * Look-up tables and flip-flops for each size that a unit grows with: what synthesis makes of logic that is no count of bits. Written by
 * scripts/fit_resources.ts from fixtures/mapped_resources.json.
 */
export const COEFFICIENTS: Readonly<Record<string, { readonly lut: Terms; readonly ff: Terms }>> = {
  act_broadcast: {
    lut: { acts: 2.999, shifted: 0.059, elements: 0.039, actsOfBlocks: 3.312, network: 0.393 },
    ff: { acts: 1.051, actsOfBlocks: 0.83, channels: 3.07, addrBits: 3.11, blocks: 0.28, layer: 0.202, network: 8.665 },
  },
  act_buffer: { lut: { accBits: 2, accBits3: 4.027, one: 3.002 }, ff: {} },
  act_queue: { lut: { pointer: 7.949, reached: 1.21 }, ff: {} },
  arith_control: { lut: { place: 1.25, one: 7 }, ff: {} },
  array: { lut: { writes: 20.462, channels: 0.409, channelsOfGroups: 0.004 }, ff: {} },
  assemble: { lut: { sums: 4.101, elements: 0.195, elemLanes: 0.031 }, ff: {} },
  axi_lite_slave: { lut: { layer: 15, network: 15 }, ff: { layer: 98, network: 98 } },
  bank_control: { lut: { writes: 1.961, selects: 0.039, one: 5, three: 1 }, ff: {} },
  cell_address: { lut: { spread: 9.475, groups: 5.184, elemLanes: 0.463, one: 0.232 }, ff: { spread: 1, one: 19 } },
  cell_control: {
    lut: { ctl: 1.091, channels: 2.889, elemLanes: 13.457, lstm: 75.148, affine: 0.486, spectral: 0.977 },
    ff: { ctl: 3.44, sums: 5.703, channels: 3.261, elemLanes: 3.915, lstm: 45.015, affine: 2.308, one: 0.023 },
  },
  cell_ctl: {
    lut: { ctl: 1.47, lstm: 172.134, affine: 3.78, one: 0.038 },
    ff: { ctl: 2.67, lstm: 128.534, affine: 7.148, one: 0.072 },
  },
  cell_issue: {
    lut: { rowBits: 17.794, lanes: 0.636, phases: 0.206, lstm: 16.125, affine: 0.122, spectral: 0.202 },
    ff: { rowBits: 10.796, lanes: 1.145, params: 0.129, phases: 0.173, paramAddr: 0.003 },
  },
  cell_lane: {
    lut: { sumBits: 5.564, elementBits: 3.679, states: 10.761, lstm: 0.216, one: 2.603, affine: 0.026 },
    ff: { sumBits: 5.105, elementBits: 3.406, states: 8.505, lstm: 0.171, one: 2.571 },
  },
  cell_sequencer: { lut: { pc: 4.004, one: 283.987 }, ff: { pc: 4.019, one: 1386.931 } },
  column_group: { lut: { elements: 1.064, reached: 1.362, feeds: 0.007 }, ff: {} },
  column_issuer: {
    lut: {
      elementBits: 7.344,
      pointerBits: 12.432,
      channels: 1.883,
      sources: 0.047,
      dram: 0.003,
      network: 34.759,
      runBits: 0.054,
      address: 1.031,
      channelsOfNetwork: 0.149,
      spectral: 21.007,
      blocks: 0.421,
    },
    ff: { network: 86.909, runBits: 0.076, pointerBits: 0.014, address: 1.176, spectral: 25.312 },
  },
  control_registers: {
    lut: { layer: 409.805, layerDram: 8.195, network: 320.866 },
    ff: { layer: 203.922, layerDram: 4.078, network: 129 },
  },
  core: {
    lut: { destBits: 27.119, beats: 0.102, elementBits: 0.003 },
    ff: { destBits: 6.861, elementBits: 0.069, level: 0.001 },
  },
  core_counters: { lut: { fifoDepth: 2.005, dram: 1.025, one: 143.964 }, ff: {} },
  elem_lane: {
    lut: { sumBits: 11.963, redBits: 0.246, vectorBits: 0.006 },
    ff: { sumBits: 9.324, vectorBits: 0.455, cells: 0.012 },
  },
  elem_mul: { lut: { elemLanes: 0.98, one: 0.02 }, ff: {} },
  forward_stage: {
    lut: { direct: 1.836, delayed: 0.035, turned: 0.002 },
    ff: { direct: 3.158, delayed: 0.06, turned: 0.004 },
  },
  forward_transform: { lut: { elements: 1.937 }, ff: {} },
  frame_in: { lut: { channels: 16.173, groups: 1.294, elementBits: 0.004 }, ff: {} },
  frame_out: { lut: { channels: 4.043, elementBits: 0.108, several: 0.006 }, ff: {} },
  frame_port: {
    lut: { channels: 24.509, word: 0.092, beats: 0.165, one: 0.396 },
    ff: { channels: 12.325, word: 1.013, one: 0.246 },
  },
  gather_control: {
    lut: { rowBits: 11.436, wordBits: 0.229, lanes: 0.003 },
    ff: { tags: 2.144, wordBits: 0.343, rowBits: 0.003 },
  },
  group_memory: { lut: { lanesOfDram: 4.25 }, ff: {} },
  image_loader: {
    lut: { loadAddr: 43.912, parts: 3.655, network: 39.176 },
    ff: { loadAddr: 33.449, parts: 33.003, dramOfLayer: 97.088, layer: 1.967, network: 4.06 },
  },
  inverse_stage: {
    lut: { direct: 2.222, delayed: 0.051, turned: 0.003 },
    ff: { direct: 1.253, delayed: 0.029, turned: 0.002 },
  },
  inverse_transform: { lut: { sums: 2.671, rows: 0.071 }, ff: { sums: 3.385, rows: 0.09, time: 0.001 } },
  load_decode: { lut: { one: 8.824, loadAddr: 0.016 }, ff: {} },
  load_sequencer: { lut: { pc: 127.691, one: 5.107 }, ff: { pc: 469.119, one: 18.762 } },
  load_unit: {
    lut: { channels: 28.338, elements: 3.658, word: 0.014, one: 0.572 },
    ff: { channels: 125.359, elements: 3.878, word: 0.011, one: 2.425 },
  },
  mac_control: {
    lut: { channels: 406.449, runBits: 0.203, spectral: 45.364, one: 0.994 },
    ff: { channels: 372.041, runBits: 0.158, spectral: 23.943, one: 0.94 },
  },
  mac_sequencer: { lut: { pc: 30.002, one: 271.992 }, ff: { pc: 4.013, one: 963.953 } },
  network_array: { lut: { reached: 1, groups: 0.245, one: 0.019 }, ff: {} },
  network_core: {
    lut: { channels: 16.663, groups: 0.083, one: 0.003 },
    ff: { loadBits: 2.394, queue: 0.003, one: 2.041 },
  },
  network_group: { lut: { feeds: 2.153 }, ff: {} },
  ptr_read: { lut: { countBits: 0.8, addrBits: 1.6, one: 4 }, ff: {} },
  rotation: {
    lut: { bits: 9.455, one: 4.43, bitsOfEighth: 0.005 },
    ff: { bits: 10.997, one: 5.153, bitsOfEighth: 0.006 },
  },
  round_clip: { lut: { value: 8.853 }, ff: {} },
  row_align: { lut: { beatRows: 1.961, split: 0.039 }, ff: {} },
  row_decode: {
    lut: { one: 10, rowBitsOfBlocks: 22.749, weightBitsOfBlocks: 0.114, blocks: 0.014 },
    ff: { acts: 3.614, weightBitsOfBlocks: 0.096, rowBitsOfBlocks: 0.004 },
  },
  run_control: { lut: { one: 10.645 }, ff: { one: 8 } },
  sequencer: { lut: { channels: 4.043, projection: 0.081, one: 0.006 }, ff: {} },
  spectral_copy: { lut: { one: 54 }, ff: { way: 5.112, one: 1.431 } },
  spectrum_channel: { lut: {}, ff: { word: 1 } },
  spmat_read: {
    lut: { countBits: 5.307, addrBits: 1.48, one: 0.467, actsOfBlocks: 1.957, pairs: 0.62, oneOfBlocks: 0.006 },
    ff: { countBits: 39.208, addrBits: 0.392, actsOfBlocks: 0.002 },
  },
  state_access: {
    lut: { written: 19.91, elemLanes: 6.371 },
    ff: { written: 5.881, vectorBits: 0.118, channels: 0.006 },
  },
  step_flags: { lut: {}, ff: { channels: 4.902, one: 0.098 } },
  step_rom: { lut: { one: 4 }, ff: { one: 3 } },
  store_sequencer: { lut: { pc: 73.693, one: 4.421 }, ff: { pc: 406.21, one: 24.369 } },
  store_unit: {
    lut: { channels: 170.274, word: 0.417, beats: 0.758, spectral: 17.297, one: 2.621 },
    ff: { channels: 166.271, voices: 0.822, word: 0.016, elements: 0.367, spectral: 43.038, one: 2.525 },
  },
  table_index: { lut: { sigmoid: 21.569, tanh: 0.431, state: 20.318 }, ff: {} },
  tanh: { lut: { one: 11 }, ff: {} },
  token_join: { lut: { groups: 7.108, one: 0.569 }, ff: { groups: 4.167, one: 0.333 } },
  top: { lut: { one: 12, network: 46 }, ff: { one: 3.922, dram: 0.078, network: 49 } },
  vec_buffer: { lut: { places: 0.35, one: 0.078 }, ff: {} },
  view_address: { lut: { one: 328.947 }, ff: { one: 175 } },
  vmem: {
    lut: { elemLanes: 2.143, channels: 82.073, one: 1.641 },
    ff: { channels: 47.252, elemLanes: 22.349, word: 0.151, one: 1.221 },
  },
  vmem_channel: { lut: { word: 2.078, spectra: 1.103, read: 0.038, words: 0.009, elements: 0.052 }, ff: {} },
  weight_reader: {
    lut: { beatBits: 26.098, level: 0.597, groups: 0.021 },
    ff: { beatBits: 23.525, level: 0.538, layer: 0.038 },
  },
  word_buffer: { lut: { addr: 4.412, one: 0.882 }, ff: {} },
  word_loader: { lut: { loadAddr: 4.672, one: 1.028 }, ff: { loadAddr: 44.029, one: 9.685 } },
  word_queue: { lut: { one: 19 }, ff: {} },
  word_walk: {
    lut: { spread: 135.514, slice: 64.121, elements: 0.757, groups: 0.361, one: 0.007 },
    ff: { spread: 47.412, elements: 15.471, one: 1.117 },
  },
};
