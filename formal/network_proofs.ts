// What is proved of the network machine: its sequence masters, its reader of weights and its register port.

import { AXI_LITE_HELD } from './axi_lite_properties.ts';
import type { Proof, Property } from './property.ts';

const WORD_QUEUE: readonly Property[] = [
  { name: 'order', broken: ['assign word = mem[read_reg];', 'assign word = mem[write_reg];'] },
  { name: 'none_lost', broken: ["valid_reg <= level_next != 5'd0;", "valid_reg <= level_reg != 5'd0;"] },
  { name: 'none_doubled', broken: ['take && valid_reg;', 'take && valid_reg && !push;'] },
  { name: 'valid_until_taken', broken: ['if (taken) read_reg', 'if (valid_reg) read_reg'] },
  { name: 'room', broken: ["level_next < 5'd8", "level_next <= 5'd8"] },
];

const WRITER: readonly Property[] = [
  { name: 'aw_stable', broken: ['\n        && (!aw_valid_reg || m_axi_awready);', ';'] },
  {
    name: 'w_stable',
    broken: ['assign m_axi_wvalid = owed_reg != NO_BURST;', 'assign m_axi_wvalid = owed_reg != NO_BURST && !stop;'],
  },
  { name: 'within_page', broken: ['(line[COUNT_BITS-1:0] & LAST) == LAST', '(count_reg & LAST) == LAST'] },
  { name: 'data_after_address', broken: [', burst_sent};', ', burst_sent && m_axi_bvalid};'] },
  {
    name: 'no_gap',
    broken: [
      'assign m_axi_wvalid = owed_reg != NO_BURST;',
      'assign m_axi_wvalid = owed_reg != NO_BURST && !aw_valid_reg;',
    ],
  },
  { name: 'last_beat', broken: ['{in_begin_reg, in_count_reg}', "{in_begin_reg, {COUNT_BITS{1'b0}}}"], depth: 12 },
  { name: 'outstanding_limit', broken: ['under_way_reg != MOST', "1'b1"] },
  {
    name: 'count_of_answers',
    broken: ['answered = m_axi_bvalid;', 'answered = m_axi_bvalid && !m_axi_bresp[1];'],
  },
  { name: 'ends_on_error', broken: ['if (answered && m_axi_bresp[1])', "if (answered && m_axi_bresp == 2'b10)"] },
  {
    name: 'silence',
    broken: ['heard = answered || (aw_valid_reg && m_axi_awready) || beat_sent;', 'heard = answered;'],
  },
  { name: 'stops', broken: ['status_reg == STATUS_WRITING && !stop\n', 'status_reg == STATUS_WRITING\n'] },
  { name: 'order', broken: ['if (in_reg) mem[in_line_reg]', 'if (in_reg) mem[write_reg]'], depth: 12 },
  { name: 'line', broken: ['? line : begin_reg;', '? line_reg : begin_reg;'], depth: 9 },
  { name: 'address', broken: ['aw_addr_reg  <= base_reg + offset;', 'aw_addr_reg  <= base_reg | offset;'], depth: 12 },
  { name: 'none_doubled', broken: ['if (line_sent) read_reg', 'if (burst_sent) read_reg'], depth: 12 },
  {
    name: 'places',
    broken: ['assign take = word_valid && claimed_reg != FULL;', 'assign take = word_valid;'],
    depth: 12,
  },
  { name: 'written', broken: ['claimed_reg == NONE && under_way_reg == NO_BURST;', 'claimed_reg == NONE;'], depth: 12 },
  { name: 'strobes', broken: ["{1'b0, places[read_reg]} + 1'b1", "{1'b0, places[read_reg]}"], depth: 12 },
];
const FETCH: readonly Property[] = [
  { name: 'ar_stable', broken: ['ar_free = !ar_valid_reg || m_axi_arready;', "ar_free = 1'b1;"] },
  {
    name: 'within_page',
    broken: ['BURST[COUNT_BITS-1:0] - (line_reg[COUNT_BITS-1:0] & LAST);', 'BURST[COUNT_BITS-1:0];'],
  },
  { name: 'run_addresses', broken: ["line_reg + { {(24 - COUNT_BITS){1'b0}}, length}", 'line_reg + BURST'], depth: 12 },
  { name: 'address', broken: ['ar_addr_reg <= base_reg + offset;', 'ar_addr_reg <= base_reg | offset;'], depth: 12 },
  { name: 'run_length', broken: ['part ? left_reg[COUNT_BITS-1:0] : to_boundary', 'to_boundary'], depth: 12 },
  { name: 'room_only', broken: ['claimed_reg <= MOST', "claimed_reg <= MOST + 1'b1"] },
  {
    name: 'count_of_beats',
    broken: ["{ {(BEATS_WIDTH - 1){1'b0}}, taken}", "{ {(BEATS_WIDTH - 1){1'b0}}, taken && !m_axi_rresp[1]}"],
  },
  { name: 'ends_on_error', broken: ['if (taken && m_axi_rresp[1])', "if (taken && m_axi_rresp == 2'b10)"] },
  { name: 'silence', broken: ['heard = taken || (ar_valid_reg && m_axi_arready);', 'heard = taken;'] },
  { name: 'beats_passed_on', broken: ['&& !stop && !m_axi_rresp[1];', '&& !stop;'] },
];

const BUFFER: readonly Property[] = [
  { name: 'ready_is_level', broken: ['ready_reg <= level_next != NONE;', 'ready_reg <= level_reg != NONE;'] },
  { name: 'order', broken: ['.read_addr(read_reg)', '.read_addr(write_reg)'] },
  { name: 'frees_lines', broken: ['take && (take_last || &place_reg)', 'take && &place_reg'] },
];

// The line of a burst that is offered.
const WRITER_CHANGES: readonly (readonly [string, string])[] = [
  ['\n) (\n', '\n) (\n    output wire [23:0] offers_line,\n'],
  ['    assign status = status_reg;', '    assign offers_line = burst_line;\n    assign status = status_reg;'],
];

// The line of a burst that is asked for.
const FETCH_CHANGES: readonly (readonly [string, string])[] = [
  ['\n) (\n', '\n) (\n    output wire [23:0] asks_line,\n'],
  ['    assign status = status_reg;', '    assign asks_line = line_reg;\n    assign status = status_reg;'],
];

const BEAT_BUFFER: readonly Property[] = [
  { name: 'valid_until_ready', broken: ['pop = valid_reg && m_ready;', 'pop = valid_reg && (m_ready || !s_valid);'] },
  { name: 'data_stable', broken: ['out_odd_reg ^ pop;', 'out_odd_reg ^ valid_reg;'] },
  { name: 'order', broken: ['out_odd_reg ? odd_reg : even_reg;', 'out_odd_reg ? even_reg : odd_reg;'] },
  { name: 'none_lost', broken: ["<= level != 2'd0;", "<= level_reg != 2'd0;"] },
  { name: 'none_doubled', broken: ["<= level != 2'd0;", "<= 1'b1;"] },
  { name: 'full_throughput', broken: ["ready = level != 2'd2;", "ready = level == 2'd0;"] },
];

const STATE_PORT: readonly Property[] = [
  { name: 'hold_ends', broken: ['accepted || (write_reg && !done)', 'accepted || write_reg'] },
  { name: 'held_while_written', broken: ['assign hold = write_reg;', 'assign hold = write_reg && idle;'] },
  { name: 'written_once', broken: ['go_reg    <= write_reg && !done;', 'go_reg    <= write_reg;'] },
];

/** Proofs of the network machine. */
export const NETWORK_PROOFS: readonly Proof[] = [
  { title: 'beat_buffer', top: 'skid_buffer', module: 'beat_buffer', parameters: {}, properties: BEAT_BUFFER },
  { title: 'word_queue', top: 'word_queue', module: 'word_queue', parameters: {}, properties: WORD_QUEUE },
  {
    title: 'sequence_writer',
    top: 'sequence_writer',
    module: 'sequence_writer',
    changes: { sequence_writer: WRITER_CHANGES },
    parameters: {},
    properties: WRITER,
  },
  {
    title: 'sequence_fetch',
    top: 'sequence_fetch',
    module: 'sequence_fetch',
    changes: { sequence_fetch: FETCH_CHANGES },
    parameters: {},
    properties: FETCH,
  },
  {
    title: 'sequence_buffer',
    top: 'sequence_buffer',
    module: 'sequence_buffer',
    needs: ['sdp_ram'],
    parameters: {},
    properties: BUFFER,
  },
  {
    title: 'network_axi_lite_slave',
    top: 'axi_lite_slave',
    module: 'network_axi_lite_slave',
    parameters: { HOLD: 1 },
    properties: AXI_LITE_HELD,
  },
  {
    title: 'state_port',
    top: 'state_port',
    module: 'state_port',
    changes: { state_port: [['    initial $readmemh(FILE, mem);\n', '']] },
    parameters: {},
    properties: STATE_PORT,
    quick: true,
  },
];
