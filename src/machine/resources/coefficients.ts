import type { Terms } from './terms.ts';

/**
 * Look-up tables and flip-flops for each size that a unit grows with: what synthesis makes of logic that is no count of bits. Written by
 * scripts/fit_resources.ts from fixtures/mapped_resources.json.
 */
export const COEFFICIENTS: Readonly<Record<string, { readonly lut: Terms; readonly ff: Terms }>> = {
  act_broadcast: {
    lut: { acts: 2.984, shifted: 0.062, elements: 0.044, network: 0.546 },
    ff: { acts: 1.139, channels: 1.309, addrBits: 5.262, layer: 0.313, network: 0.421 },
  },
  act_buffer: { lut: { accBits: 2.021, accBits3: 4.052, one: 2.089 }, ff: {} },
  act_queue: { lut: { reached: 4.943 }, ff: {} },
  arith_control: { lut: { place: 1.25, one: 7 }, ff: {} },
  array: { lut: { writes: 20.462, channels: 0.409, channelsOfGroups: 0.004 }, ff: {} },
  assemble: { lut: { sums: 4.101, elements: 0.195, elemLanes: 0.031 }, ff: {} },
  axi_lite_slave: { lut: { layer: 15, network: 15 }, ff: { layer: 98, network: 98 } },
  bank_control: { lut: { writes: 2.031, selects: 0.041, one: 4.857 }, ff: {} },
  cell_address: { lut: { spread: 20.584, groups: 0.206, elemLanes: 0.002 }, ff: { spread: 19.608, one: 0.392 } },
  cell_control: {
    lut: { ctl: 1.302, channels: 3.333, elemLanes: 0.017 },
    ff: { ctl: 3.737, sums: 1.594, channels: 0.096 },
  },
  cell_ctl: { lut: { ctl: 1.47, affine: 3.764, one: 0.038 }, ff: { ctl: 2.673, affine: 6.842, one: 0.068 } },
  cell_issue: { lut: { rowBits: 19.277, lanes: 0.145, phases: 0.006 }, ff: { rowBits: 14.703, lanes: 0.11 } },
  cell_lane: {
    lut: { sumBits: 6.736, elementBits: 0.396, one: 0.063 },
    ff: { sumBits: 6.194, elementBits: 0.364, one: 0.058 },
  },
  cell_sequencer: { lut: { pc: 96.732, one: 5.803 }, ff: { pc: 457.191, one: 27.428 } },
  column_group: { lut: { elements: 1.064, reached: 1.362, feeds: 0.007 }, ff: {} },
  column_issuer: {
    lut: {
      elementBits: 11.171,
      pointerBits: 10.826,
      channels: 0.249,
      sources: 0.003,
      network: 49.132,
      runBits: 0.017,
      address: 0.002,
    },
    ff: { network: 94.099, runBits: 0.033, pointerBits: 0.004 },
  },
  control_registers: {
    lut: { layer: 409.805, layerDram: 8.195, network: 306 },
    ff: { layer: 203.922, layerDram: 4.078, network: 129 },
  },
  core: {
    lut: { destBits: 27.119, beats: 0.102, elementBits: 0.003 },
    ff: { destBits: 6.861, elementBits: 0.069, level: 0.001 },
  },
  core_counters: { lut: { fifoDepth: 25.566, dram: 95.265, one: 2.603 }, ff: {} },
  elem_lane: {
    lut: { sumBits: 11.963, redBits: 0.246, vectorBits: 0.006 },
    ff: { sumBits: 9.324, vectorBits: 0.455, cells: 0.012 },
  },
  elem_mul: { lut: { elemLanes: 0.98, one: 0.02 }, ff: {} },
  frame_in: { lut: { channels: 16.173, groups: 1.294, elementBits: 0.004 }, ff: {} },
  frame_out: { lut: { channels: 4.043, elementBits: 0.108, several: 0.006 }, ff: {} },
  frame_port: {
    lut: { channels: 27.446, word: 0.017, beats: 0.005 },
    ff: { channels: 44.109, word: 0.028, one: 0.009 },
  },
  gather_control: {
    lut: { rowBits: 11.436, wordBits: 0.229, lanes: 0.003 },
    ff: { tags: 2.144, wordBits: 0.343, rowBits: 0.003 },
  },
  group_memory: { lut: { lanesOfDram: 4.25 }, ff: {} },
  image_loader: {
    lut: { loadAddr: 43.951, parts: 3.511, network: 45.022 },
    ff: { loadAddr: 32.879, parts: 38.615, dramOfLayer: 86.753, layer: 1.738, network: 4.721 },
  },
  load_decode: { lut: { one: 8.824, loadAddr: 0.016 }, ff: {} },
  load_sequencer: { lut: { pc: 128.432, one: 5.137 }, ff: { pc: 469.119, one: 18.762 } },
  load_unit: { lut: { channels: 32.347, elements: 0.647 }, ff: { channels: 129.386, elements: 2.588, word: 0.001 } },
  mac_control: {
    lut: { channels: 410.704, runBits: 0.144, one: 0.082 },
    ff: { channels: 374.436, runBits: 0.131, one: 0.075 },
  },
  mac_sequencer: { lut: { pc: 118.301, one: 7.097 }, ff: { pc: 318.955, one: 19.135 } },
  network_array: { lut: { reached: 1.144, groups: 0.034, one: 0.001 }, ff: {} },
  network_core: {
    lut: { channels: 16.663, lanes: 0.167, groups: 0.001 },
    ff: { word: 3.216, loadBits: 0.048, queue: 0.003 },
  },
  network_group: { lut: { rowBits: 4.574, reached: 0.023 }, ff: {} },
  ptr_read: { lut: { countBits: 1.568, addrBits: 2.176, one: 0.161 }, ff: {} },
  round_clip: { lut: { sumBits: 2.878, z: 2.705, value: 0.002 }, ff: {} },
  row_align: { lut: { beatRows: 1.961, split: 0.039 }, ff: {} },
  row_decode: { lut: { one: 10 }, ff: {} },
  run_control: { lut: { one: 10.476 }, ff: { one: 8 } },
  sequencer: { lut: { channels: 4.043, projection: 0.081, one: 0.006 }, ff: {} },
  spmat_read: { lut: { countBits: 5.332, addrBits: 1.499, one: 0.34 }, ff: {} },
  state_access: {
    lut: { written: 19.91, elemLanes: 6.371 },
    ff: { written: 5.881, vectorBits: 0.118, channels: 0.006 },
  },
  step_flags: { lut: {}, ff: { channels: 4.902, one: 0.098 } },
  step_rom: { lut: { one: 4 }, ff: { one: 3 } },
  store_sequencer: { lut: { pc: 73.53, one: 4.411 }, ff: { pc: 406.21, one: 24.369 } },
  store_unit: {
    lut: { channels: 183.297, word: 0.115, beats: 0.037 },
    ff: { channels: 192.119, voices: 0.12, word: 0.001 },
  },
  table_index: { lut: { sigmoid: 21.569, tanh: 0.431, state: 26 }, ff: {} },
  tanh: { lut: { one: 11 }, ff: {} },
  token_join: { lut: { groups: 7.108, one: 0.569 }, ff: { groups: 4.167, one: 0.333 } },
  top: { lut: { one: 12, network: 46 }, ff: { one: 3.922, dram: 0.078, network: 49 } },
  vec_buffer: { lut: { places: 0.35, one: 0.078 }, ff: {} },
  view_address: { lut: { one: 326 }, ff: { one: 175 } },
  vmem: {
    lut: { elemLanes: 43.129, channels: 1.725, one: 0.017 },
    ff: { channels: 96.059, elemLanes: 0.961, word: 0.001 },
  },
  vmem_channel: { lut: { word: 2.083, read: 0.042 }, ff: {} },
  weight_reader: {
    lut: { beatBits: 26.098, level: 0.597, groups: 0.021 },
    ff: { beatBits: 23.525, level: 0.538, layer: 0.038 },
  },
  word_buffer: { lut: { addr: 4.412, one: 0.882 }, ff: {} },
  word_loader: { lut: { loadAddr: 7.041, one: 1.549 }, ff: { loadAddr: 44.029, one: 9.685 } },
  word_queue: { lut: { one: 19 }, ff: {} },
  word_walk: {
    lut: { spread: 134.287, elements: 2.686, groups: 0.013 },
    ff: { spread: 62.733, elements: 1.255, one: 0.013 },
  },
};
