// What is proved: formal tops, their parameters, and for every property the broken copy that it must catch.

import { AXI_LITE } from './axi_lite_properties.ts';
import { NETWORK_PROOFS } from './network_proofs.ts';
import type { Proof, Property } from './property.ts';

const RING: readonly Property[] = [
  { name: 'order', broken: ['assign m_data = mem[read_reg];', 'assign m_data = mem[write_reg];'] },
  { name: 'none_lost', broken: ['valid_reg <= level_next !=', 'valid_reg <= level_reg !='] },
  { name: 'none_doubled', broken: ["valid_reg <= level_next != {LEVEL_WIDTH{1'b0}};", "valid_reg <= 1'b1;"] },
  { name: 'no_overflow', broken: ['ready_reg <= level_next != FULL;', 'ready_reg <= level_reg != FULL;'] },
  { name: 'valid_until_taken', broken: ['if (pop) read_reg <=', 'if (m_valid) read_reg <='] },
  { name: 'ready_until_used', broken: ['assign s_ready = ready_reg;', 'assign s_ready = ready_reg && !m_ready;'] },
  {
    name: 'takes_words',
    broken: ['ready_reg <= level_next != FULL;', 'ready_reg <= level_next != FULL && !valid_reg;'],
  },
  { name: 'reached_is_level', broken: ['level_reg > NUMBER', 'level_reg >= NUMBER'] },
];
// A queue of one entry has another branch of its own.
const REGISTER: readonly Property[] = [
  { name: 'order', broken: ['if (push) data_reg <= s_data;', 'if (s_valid) data_reg <= s_data;'] },
  { name: 'none_lost', broken: ["else if (pop) full_reg <= 1'b0;", "else full_reg <= 1'b0;"] },
  { name: 'none_doubled', broken: ["else if (pop) full_reg <= 1'b0;", ''] },
  { name: 'no_overflow', broken: ['assign s_ready = !full_reg;', 'assign s_ready = !full_reg || m_ready;'] },
  { name: 'valid_until_taken', broken: ['if (push) data_reg <= s_data;', 'data_reg <= s_data;'] },
  { name: 'ready_until_used', broken: ['assign s_ready = !full_reg;', 'assign s_ready = !full_reg && !m_ready;'] },
  { name: 'takes_words', broken: ["else if (pop) full_reg <= 1'b0;", ''] },
  { name: 'reached_is_level', broken: ['assign reached = full_reg;', 'assign reached = s_ready;'] },
];

const WORD_BUFFER: readonly Property[] = [
  { name: 'order', broken: ['word_reg  <= latch_reg;', 'word_reg  <= mem[read_reg];'] },
  { name: 'none_lost', broken: ['ready_reg <= level_next != NONE;', 'ready_reg <= level_reg != NONE;'] },
  { name: 'no_underflow', broken: ['(take && !write_en) ? level_reg', "(take && 1'b0) ? level_reg"] },
  { name: 'low_is_level', broken: ['level_next <= LAST_LOW', 'level_next < LAST_LOW'] },
];

const SKID: readonly Property[] = [
  {
    name: 'valid_until_ready',
    broken: ['wire free = !valid_reg || m_ready;', 'wire free = !valid_reg || m_ready || !s_valid;'],
  },
  { name: 'data_stable', broken: ['if (free) data_reg <=', 'data_reg <='] },
  { name: 'order', broken: ['if (ready_reg) skid_data_reg <= s_data;', 'skid_data_reg <= s_data;'] },
  { name: 'none_lost', broken: ['valid_reg      <= skid_valid_reg || accept;', 'valid_reg      <= accept;'] },
  {
    name: 'none_doubled',
    broken: ['valid_reg      <= skid_valid_reg || accept;', 'valid_reg      <= skid_valid_reg || s_valid;'],
  },
  { name: 'full_throughput', broken: ['!rst && (free ||', '!rst && ((free && !accept) ||'] },
];

const SPLIT: readonly Property[] = [
  { name: 'order', broken: ['beat_reg >> ROW_WIDTH', 'beat_reg << ROW_WIDTH'] },
  { name: 'none_lost', broken: ['ready_reg ? beat_valid : full_reg', 'beat_valid'] },
  { name: 'none_doubled', broken: ['ready_reg ? beat_valid : full_reg', 'beat_valid || full_reg'] },
  { name: 'takes_beats', broken: ['!full || part == LAST', '!full'] },
];
const SAME: readonly Property[] = [
  { name: 'order', broken: ['row_reg <= beat_data;', 'row_reg <= row_reg;'] },
  { name: 'none_lost', broken: ['else valid_reg <= beat_valid;', 'else valid_reg <= beat_valid && !valid_reg;'] },
  { name: 'none_doubled', broken: ['else valid_reg <= beat_valid;', 'else valid_reg <= beat_valid || valid_reg;'] },
];
const JOIN: readonly Property[] = [
  {
    name: 'order',
    broken: ['row_reg[p*BUS_WIDTH+s+:SLICE] <=', 'row_reg[ROW_WIDTH-BUS_WIDTH*(p+1)+s+:SLICE] <='],
  },
  { name: 'none_lost', broken: ['beat_valid ? part_reg + ', '(beat_valid && !valid_reg) ? part_reg + '] },
  { name: 'none_doubled', broken: ['!rst && beat_valid && part_reg == LAST;', '!rst && part_reg == LAST;'] },
];

const READER: readonly Property[] = [
  { name: 'ar_stable', broken: ['ar_free = !ar_valid_reg || m_axi_arready;', "ar_free = 1'b1;"] },
  {
    name: 'within_page',
    broken: ["BURST[BURST_WIDTH:0] - {1'b0, beat_reg[BURST_WIDTH-1:0]};", 'BURST[BURST_WIDTH:0];'],
  },
  { name: 'run_addresses', broken: ["BURST_WIDTH] + 1'b1;", "BURST_WIDTH] + 2'd2;"] },
  { name: 'run_length', broken: ['last ? left_reg[BURST_WIDTH:0] : to_boundary', 'to_boundary'], depth: 20 },
  { name: 'outstanding_limit', broken: ['outstanding_reg <= MOST', "outstanding_reg <= MOST + 1'b1"] },
  {
    name: 'count_of_beats',
    broken: ["{ {(LEVEL_WIDTH - 1){1'b0}}, beat_taken}", "{ {(LEVEL_WIDTH - 1){1'b0}}, m_axi_rvalid}"],
  },
  { name: 'beats_passed_on', broken: ['&& !stop && !m_axi_rresp[1];', '&& !stop;'] },
  { name: 'room_only', broken: ['!ended_reg && room &&', '!ended_reg &&'] },
  { name: 'ends_on_error', broken: ['if (beat_taken && m_axi_rresp[1])', "if (beat_taken && m_axi_rresp == 2'b10)"] },
  // A memory that is slow without a pause was given up once.
  { name: 'silence', broken: ['wire heard = m_axi_rvalid || (ar_valid_reg && m_axi_arready);', "wire heard = 1'b0;"] },
];

const FRAME_OUT: readonly Property[] = [
  { name: 'valid_until_ready', broken: ['assign step = !s2_valid_reg || m_ready;', "assign step = 1'b1;"] },
  { name: 'beat_stable', broken: ['assign step = !s2_valid_reg || m_ready;', "assign step = 1'b1;"] },
  { name: 'element_order', broken: ['else if (step && issue) begin', 'else if (issue) begin'] },
  { name: 'last_at_end', broken: ['size_reg <= index_reg + STRIDE', 'size_reg < index_reg + STRIDE'] },
  { name: 'only_active', broken: ['active_reg <= rest;', ''] },
  { name: 'only_written', broken: ['index_reg < available', 'index_reg <= available'] },
];

/** All proofs. */
export const PROOFS: readonly Proof[] = [
  {
    title: 'act_queue',
    top: 'act_queue',
    module: 'act_queue',
    parameters: { DEPTH: 1 },
    properties: REGISTER,
    quick: true,
  },
  { title: 'act_queue', top: 'act_queue', module: 'act_queue', parameters: { DEPTH: 2 }, properties: RING },
  { title: 'act_queue', top: 'act_queue', module: 'act_queue', parameters: { DEPTH: 3 }, properties: RING },
  { title: 'act_queue', top: 'act_queue', module: 'act_queue', parameters: { DEPTH: 4 }, properties: RING },
  {
    title: 'word_buffer',
    top: 'word_buffer',
    module: 'word_buffer',
    parameters: { DEPTH: 4, LIMIT: 1 },
    properties: WORD_BUFFER,
  },
  { title: 'skid_buffer', top: 'skid_buffer', module: 'skid_buffer', parameters: {}, properties: SKID, quick: true },
  {
    title: 'row_align',
    top: 'row_align',
    module: 'row_align',
    needs: ['register_copy'],
    parameters: { BUS_WIDTH: 4, ROW_WIDTH: 2 },
    properties: SPLIT,
  },
  {
    title: 'row_align',
    top: 'row_align',
    module: 'row_align',
    needs: ['register_copy'],
    parameters: { BUS_WIDTH: 8, ROW_WIDTH: 2 },
    properties: SPLIT,
  },
  {
    title: 'row_align',
    top: 'row_align',
    module: 'row_align',
    needs: ['register_copy'],
    parameters: { BUS_WIDTH: 2, ROW_WIDTH: 2 },
    properties: SAME,
  },
  {
    title: 'row_align',
    top: 'row_align',
    module: 'row_align',
    needs: ['register_copy'],
    parameters: { BUS_WIDTH: 2, ROW_WIDTH: 4 },
    properties: JOIN,
  },
  {
    title: 'row_align',
    top: 'row_align',
    module: 'row_align',
    needs: ['register_copy'],
    parameters: { BUS_WIDTH: 2, ROW_WIDTH: 8 },
    properties: JOIN,
  },
  { title: 'frame_out', top: 'frame_out', module: 'frame_out', parameters: { BEAT: 1 }, properties: FRAME_OUT },
  { title: 'frame_out', top: 'frame_out', module: 'frame_out', parameters: { BEAT: 2 }, properties: FRAME_OUT },
  {
    title: 'burst_reader',
    top: 'burst_reader',
    module: 'burst_reader',
    parameters: { BURST: 4, OUTSTANDING: 8 },
    properties: READER,
  },
  {
    title: 'axi_lite_slave',
    top: 'axi_lite_slave',
    module: 'axi_lite_slave',
    // The slave of the network machine has an input more, and the formal top with it.
    changes: {
      axi_lite_slave: [
        ['    input  wire                  rst,\n', '    input  wire                  rst,\n    input wire hold,\n'],
      ],
    },
    parameters: {},
    properties: AXI_LITE,
    quick: true,
  },
  ...NETWORK_PROOFS,
];
