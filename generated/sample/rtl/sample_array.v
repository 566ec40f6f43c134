// SPDX-License-Identifier: Apache-2.0
// array: 1 column group of 4 lanes for 1 channel, with their memories and the element-wise part.
//
//     batches -> column_group[0..GROUPS-1] -> channel[0..CHANNELS-1] -> output
//                   ^         ^                     |
//                   |     group_memory              | words of y and m
//                   +-------------------------------+
//     sequencer, gather_control: when the lanes are drained, for all channels alike
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_array #(
    // Channels, column groups, lanes of a group, lanes of ElemMul.
    parameter integer CHANNELS = 1,
    parameter integer GROUPS = 1,
    parameter integer LANES = 4,
    parameter integer ELEM_LANES = 2,
    // Elements of an output beat.
    parameter integer BEAT = 1,
    // Bits of a vector element, and of an accumulator.
    parameter integer VECTOR_WIDTH = 16,
    parameter integer ACC_WIDTH = 31,
    // Bits of an encoded word; words of a lane's weight memory.
    parameter integer WEIGHT_WIDTH = 16,
    parameter integer WEIGHT_DEPTH = 88,
    // Bits and words of a lane's pointer memory.
    parameter integer COUNT_WIDTH = 3,
    parameter integer POINTER_DEPTH = 36,
    // Bits of a row number, of an element number, and of a word number of ElemMul.
    parameter integer ROW_WIDTH = 4,
    parameter integer ELEMENT_WIDTH = 6,
    parameter integer WORD_WIDTH = 4,
    // Entries of an activation queue.
    parameter integer FIFO_DEPTH = 4,
    // Bits of an address in half an input buffer.
    parameter integer SLOT_WIDTH = 4,
    // Bits of an address and of a word on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54,
    // Folder of the memory files.
    parameter MEM_DIR = "mem/"
) (
    input  wire                                  clk,
    input  wire                                  rst,
    // Load bus.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0]       load,
    // Input elements and batches (see frame_in).
    input  wire [CHANNELS-1:0]                   write_channel,
    input  wire [GROUPS-1:0]                     write_group,
    input  wire [SLOT_WIDTH:0]                   write_addr,
    input  wire [VECTOR_WIDTH-1:0]               write_element,
    input  wire [1:0]                            batch_ready,
    input  wire [2*CHANNELS-1:0]                 batch_active,
    input  wire [2*CHANNELS-1:0]                 batch_first,
    output wire [GROUPS-1:0]                     release_batch,
    output wire [GROUPS-1:0]                     release_slot,
    // Output frames (see frame_out).
    output wire                                  out_start,
    output wire [ELEMENT_WIDTH-1:0]              out_size,
    output wire [CHANNELS-1:0]                   out_active,
    input  wire                                  out_idle,
    output wire [ELEMENT_WIDTH-1:0]              out_available,
    input  wire                                  out_step_next,
    input  wire [ELEMENT_WIDTH-1:0]              out_index,
    output wire [CHANNELS*BEAT*VECTOR_WIDTH-1:0] out_data,
    // State from outside (see state_access).
    input  wire                                  state_idle,
    input  wire [31:0]                           outputs,
    input  wire                                  place_en,
    input  wire [31:0]                           place,
    input  wire                                  state_write_en,
    input  wire [31:0]                           state_write,
    input  wire                                  state_clear,
    input  wire                                  state_resume,
    output wire                                  state_valid,
    output wire [15:0]                           state_value,
    // For the counters (see lane): by lane, and what holds for any lane.
    output wire [GROUPS*LANES-1:0]               lane_macs,
    output wire [FIFO_DEPTH-1:0]                 reached,
    // The accumulators are being cleared after reset.
    output wire                                  clearing
);

    localparam integer ADDR_WIDTH = $clog2(WEIGHT_DEPTH);
    localparam integer POINTER_WIDTH = $clog2(POINTER_DEPTH);
    // Column feeds of a group: one a lane, or one for all that work in step.
    localparam integer FEEDS = 4;
    localparam integer PARAM_WIDTH = 42;
    localparam integer PARAM_DEPTH = 32;
    // Elements of a group in a word of ElemMul; a word goes to all groups, or to 1 / SPREAD of them.
    localparam integer SLICE = 2;
    localparam integer SPREAD = 1;

    // ---- Load of a model ------------------------------------------------------------------------------------------------
    reg  [LOAD_ADDR+LOAD_DATA+15:0] load_reg;
    reg  [28:0]                     table_load_reg;
    reg  [26:0]                     table_word_reg;
    wire                            sigmoid_en;
    wire                            tanh_en;
    wire [10:0]                     sigmoid_addr;
    wire [10:0]                     tanh_addr;
    wire [15:0]                     sigmoid_data;
    wire [15:0]                     tanh_data;

    always @(posedge clk) begin
        load_reg       <= load;
        table_load_reg <= {tanh_en, sigmoid_en, sigmoid_addr, sigmoid_data};
        table_word_reg <= table_load_reg[26:0];
    end

    sample_load_decode #(
        .KIND(3),
        .ADDR_WIDTH(11),
        .WIDTH(16),
        .LOAD_ADDR(LOAD_ADDR),
        .LOAD_DATA(LOAD_DATA)
    ) u_sigmoid_load (
        .load(load_reg),
        .number(12'd0),
        .en(sigmoid_en),
        .addr(sigmoid_addr),
        .data(sigmoid_data)
    );

    sample_load_decode #(
        .KIND(4),
        .ADDR_WIDTH(11),
        .WIDTH(16),
        .LOAD_ADDR(LOAD_ADDR),
        .LOAD_DATA(LOAD_DATA)
    ) u_tanh_load (
        .load(load_reg),
        .number(12'd0),
        .en(tanh_en),
        .addr(tanh_addr),
        .data(tanh_data)
    );

    // The same for both tables.
    wire unused_table = &{1'b0, tanh_addr, tanh_data};

    // ---- Sequencing -----------------------------------------------------------------------------------------------------
    wire [GROUPS-1:0]          all_done;
    wire                       done_clear;
    wire [GROUPS-1:0]          frame_marked;
    wire [GROUPS-1:0]          frame_parity;
    wire [GROUPS*CHANNELS-1:0] frame_active;
    wire [GROUPS*CHANNELS-1:0] frame_first;
    wire [1:0]                 cells_done;
    wire                       gather_idle;
    wire                       bank_drained;
    wire                       start_cells;
    wire                       start_outputs;
    wire                       start_parity;
    wire [CHANNELS-1:0]        start_active;
    wire [CHANNELS-1:0]        start_first;
    wire [WORD_WIDTH-1:0]      start_words;
    wire [5:0]                 start_shift;
    wire [4:0]                 start_peep_shift;
    wire [3:0]                 start_state_frac;

    sample_sequencer #(
        .CHANNELS(CHANNELS),
        .INDEX_WIDTH(ELEMENT_WIDTH),
        .WORD_WIDTH(WORD_WIDTH),
        .FILE({MEM_DIR, "sample_schedule.mem"})
    ) u_sequencer (
        .clk(clk),
        .rst(rst),
        .load(load_reg),
        .frame_marked(frame_marked[0]),
        .frame_parity(frame_parity[0]),
        .frame_active(frame_active[0+:CHANNELS]),
        .frame_first(frame_first[0+:CHANNELS]),
        .all_done(&all_done),
        .done_clear(done_clear),
        .gather_idle(gather_idle),
        .bank_drained(bank_drained),
        .out_idle(out_idle),
        .start_cells(start_cells),
        .start_outputs(start_outputs),
        .start_parity(start_parity),
        .start_active(start_active),
        .start_first(start_first),
        .start_words(start_words),
        .start_size(out_size),
        .start_shift(start_shift),
        .start_peep_shift(start_peep_shift),
        .start_state_frac(start_state_frac),
        .cells_done(cells_done)
    );

    wire unused_frame = &{1'b0, frame_marked, frame_parity, frame_active, frame_first};

    wire                  sweep;
    wire [LANES-1:0]      drain_en;
    wire [1:0]            drain_bank;
    wire [ROW_WIDTH-1:0]  drain_row;
    wire [0:0]            phase;
    wire [WORD_WIDTH+1:0] param_addr;
    wire                  state_read;
    wire [WORD_WIDTH-1:0] state_addr;
    wire                  t0_cell;
    wire [1:0]            slot_next;
    wire                  t0_output;

    sample_gather_control #(
        .LANES(LANES),
        .ELEM_LANES(ELEM_LANES),
        .ROW_WIDTH(ROW_WIDTH),
        .WORD_WIDTH(WORD_WIDTH),
        .DELAY(2)
    ) u_gather_control (
        .clk(clk),
        .rst(rst),
        .start_cells(start_cells),
        .start_outputs(start_outputs),
        .words(start_words),
        .bank(start_parity),
        .idle(gather_idle),
        .drained(bank_drained),
        .sweep(sweep),
        .drain_en(drain_en),
        .drain_bank(drain_bank),
        .drain_row(drain_row),
        .phase(phase),
        .param_addr(param_addr),
        .peek(peek),
        .peek_word(peek_word),
        .state_read(state_read),
        .state_addr(state_addr),
        .t0_cell(t0_cell),
        .t0_output(t0_output),
        .slot_next(slot_next)
    );

    // What a frame begins with, as registers; the channels take copies of it.
    reg                begin_reg;
    reg                s1_parity_reg;
    reg [CHANNELS-1:0] s1_active_reg, active_reg;
    reg [CHANNELS-1:0] s1_first_reg, first_reg;
    reg [5:0]          s1_shift_reg, z_shift_reg;
    reg [4:0]          s1_peep_shift_reg, peep_shift_reg;
    reg [3:0]          s1_state_frac_reg, state_frac_reg;
    reg                outputs_reg;
    reg [5:0]          y_shift_reg;

    always @(posedge clk) begin
        s1_parity_reg     <= start_parity;
        s1_active_reg     <= start_active;
        s1_first_reg      <= start_first;
        s1_shift_reg      <= start_shift;
        s1_peep_shift_reg <= start_peep_shift;
        s1_state_frac_reg <= start_state_frac;
        if (begin_reg) begin
            active_reg     <= s1_active_reg;
            first_reg      <= s1_first_reg;
            z_shift_reg    <= s1_shift_reg;
            peep_shift_reg <= s1_peep_shift_reg;
            state_frac_reg <= s1_state_frac_reg;
        end
        if (outputs_reg) y_shift_reg <= s1_shift_reg;
        if (rst) begin
            begin_reg   <= 1'b0;
            outputs_reg <= 1'b0;
        end else begin
            begin_reg   <= start_cells;
            outputs_reg <= start_outputs;
        end
    end

    // Parameters of the cells, the same for all channels; a copy for some of these.
    localparam integer PARAM_TILE = 1;
    localparam integer COPIES = CHANNELS / PARAM_TILE;

    wire [COPIES*ELEM_LANES*PARAM_WIDTH-1:0] params;
    wire                                     unused_param = &{1'b0, param_addr};

    genvar c;
    genvar e;
    generate
        for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_param
            localparam [7:0] HUNDREDS = "0" + (e / 100);
            localparam [7:0] TENS = "0" + ((e / 10) % 10);
            localparam [7:0] ONES = "0" + (e % 10);

            localparam [11:0] LOAD_NUMBER = e;

            wire                           load_en;
            wire [$clog2(PARAM_DEPTH)-1:0] load_addr;
            wire [PARAM_WIDTH-1:0]         load_data;

            sample_load_decode #(
                .KIND(2),
                .ADDR_WIDTH($clog2(PARAM_DEPTH)),
                .WIDTH(PARAM_WIDTH),
                .LOAD_ADDR(LOAD_ADDR),
                .LOAD_DATA(LOAD_DATA)
            ) u_load_decode (
                .load(load_reg),
                .number(LOAD_NUMBER),
                .en(load_en),
                .addr(load_addr),
                .data(load_data)
            );

            wire [COPIES*PARAM_WIDTH-1:0] data;

            for (c = 0; c < COPIES; c = c + 1) begin : gen_copy
                assign params[(c*ELEM_LANES+e)*PARAM_WIDTH+:PARAM_WIDTH] = data[c*PARAM_WIDTH+:PARAM_WIDTH];
            end

            sample_rom #(
                .WIDTH(PARAM_WIDTH),
                .DEPTH(PARAM_DEPTH),
                .COPIES(COPIES),
                .FILE({MEM_DIR, "sample_elem_", HUNDREDS, TENS, ONES, ".mem"})
            ) u_param_mem (
                .clk(clk),
                .load_en(load_en),
                .load_addr(load_addr),
                .load_data(load_data),
                .en(1'b1),
                .addr(param_addr[$clog2(PARAM_DEPTH)-1:0]),
                .data(data)
            );
        end
    endgenerate

    // ---- State from outside ---------------------------------------------------------------------------------------------
    wire                                    peek;
    wire [CHANNELS-1:0]                     poke;
    wire [7:0]                              peek_lane;
    wire [WORD_WIDTH-1:0]                   peek_word;
    wire [VECTOR_WIDTH-1:0]                 poke_value;
    wire [CHANNELS*VECTOR_WIDTH-1:0]        cells_found;
    wire [ELEMENT_WIDTH-1:0]                peek_column;
    wire [GROUPS*CHANNELS*VECTOR_WIDTH-1:0] y_found;
    wire [GROUPS-1:0]                       y_parity;
    wire                                    poke_start;
    wire                                    poke_y;
    wire [ELEM_LANES*VECTOR_WIDTH-1:0]      poke_word;
    wire [CHANNELS-1:0]                     poke_channel;
    wire [CHANNELS-1:0]                     utterance_starts;
    wire [CHANNELS-1:0]                     utterance_goes_on;

    sample_state_access #(
        .CHANNELS(CHANNELS),
        .GROUPS(GROUPS),
        .ELEM_LANES(ELEM_LANES),
        .SPREAD(SPREAD),
        .VECTOR_WIDTH(VECTOR_WIDTH),
        .WORD_WIDTH(WORD_WIDTH),
        .ELEMENT_WIDTH(ELEMENT_WIDTH)
    ) u_state_access (
        .clk(clk),
        .rst(rst),
        .idle(state_idle),
        .outputs(outputs),
        .place_en(place_en),
        .place(place),
        .write_en(state_write_en),
        .write(state_write),
        .clear(state_clear),
        .resume(state_resume),
        .read_valid(state_valid),
        .read_value(state_value),
        .peek(peek),
        .poke(poke),
        .lane(peek_lane),
        .word(peek_word),
        .value(poke_value),
        .cells(cells_found),
        .column(peek_column),
        .elements(y_found),
        .y_start(poke_start),
        .y_write(poke_y),
        .y_word(poke_word),
        .channel(poke_channel),
        .utterance_starts(utterance_starts),
        .utterance_goes_on(utterance_goes_on)
    );

    wire unused_parity = &{1'b0, y_parity};

    // ---- Words of y and m on their way to the groups --------------------------------------------------------------------
    wire [CHANNELS-1:0]                         y_valid;
    wire [CHANNELS-1:0]                         y_coming;
    wire [CHANNELS-1:0]                         y_store;
    wire [CHANNELS*ELEM_LANES*VECTOR_WIDTH-1:0] y_word;
    wire                                        y_begin = outputs_reg || poke_start;
    wire [CHANNELS-1:0]                         m_coming;
    wire [CHANNELS*ELEM_LANES*VECTOR_WIDTH-1:0] m_word;
    wire                                        unused_valid = &{1'b0, y_valid, y_coming, m_coming};

    // Position in a round over all groups of a word that comes in the next cycle.
    wire [0:0] y_round;
    wire [0:0] m_round;

    generate
        if (SPREAD == 1) begin : gen_no_round
            assign y_round = 1'b0;
            assign m_round = 1'b0;
        end else begin : gen_round
            reg                      y_coming_reg;
            reg [$clog2(SPREAD)-1:0] y_round_reg;
            reg                      m_coming_reg;
            reg [$clog2(SPREAD)-1:0] m_round_reg;

            always @(posedge clk) begin
                y_coming_reg <= y_coming[0];
                y_round_reg  <= y_round;
                m_coming_reg <= m_coming[0];
                m_round_reg  <= m_round;
            end

            assign y_round = y_begin ? {$clog2(SPREAD){1'b0}} : y_coming_reg ? y_round_reg + 1'b1 : y_round_reg;
            assign m_round = begin_reg ? {$clog2(SPREAD){1'b0}} : m_coming_reg ? m_round_reg + 1'b1 : m_round_reg;
        end
    endgenerate

    // ---- Groups ---------------------------------------------------------------------------------------------------------
    wire [GROUPS*LANES*CHANNELS*ACC_WIDTH-1:0] drain_data;

    // Of all groups, for the counters.
    wire [GROUPS*FIFO_DEPTH-1:0] group_reached;
    reg  [FIFO_DEPTH-1:0]        any_reached;
    reg  [FIFO_DEPTH-1:0]        reached_reg;
    integer                      n;

    always @(*) begin
        any_reached = {FIFO_DEPTH{1'b0}};
        for (n = 0; n < GROUPS; n = n + 1) any_reached = any_reached | group_reached[n*FIFO_DEPTH+:FIFO_DEPTH];
    end

    always @(posedge clk) reached_reg <= any_reached;

    assign reached = reached_reg;

    genvar g;
    genvar l;
    genvar s;
    generate
        for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
            wire [FEEDS-1:0]                       feed_advance;
            wire [POINTER_WIDTH-1:0]               col_pointer;
            wire [FEEDS*COUNT_WIDTH-1:0]           counts;
            wire [FEEDS*ADDR_WIDTH-1:0]            word_addrs;
            wire [LANES*WEIGHT_WIDTH-1:0]          words;
            wire [CHANNELS*SLICE*VECTOR_WIDTH-1:0] y_words;
            wire                                   y_turn;
            wire [CHANNELS*SLICE*VECTOR_WIDTH-1:0] m_words;
            wire                                   m_turn;

            // The group's elements of a word: every GROUPS-th one, or the one word in SPREAD that holds its element.
            for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
                for (s = 0; s < SLICE; s = s + 1) begin : gen_element
                    localparam integer ELEMENT = c * ELEM_LANES + (s * GROUPS + g) % ELEM_LANES;

                    assign y_words[(c*SLICE+s)*VECTOR_WIDTH+:VECTOR_WIDTH] = y_word[ELEMENT*VECTOR_WIDTH+:VECTOR_WIDTH];
                    assign m_words[(c*SLICE+s)*VECTOR_WIDTH+:VECTOR_WIDTH] = m_word[ELEMENT*VECTOR_WIDTH+:VECTOR_WIDTH];
                end
            end

            if (SPREAD == 1) begin : gen_every_turn
                assign y_turn = 1'b1;
                assign m_turn = 1'b1;
            end else begin : gen_turn
                localparam integer TURN = g / ELEM_LANES;
                assign y_turn = y_round == TURN[$clog2(SPREAD)-1:0];
                assign m_turn = m_round == TURN[$clog2(SPREAD)-1:0];
            end

            sample_group_memory #(
                .GROUP(g),
                .LANES(LANES),
                .FEEDS(FEEDS),
                .COUNT_WIDTH(COUNT_WIDTH),
                .POINTER_DEPTH(POINTER_DEPTH),
                .WORD_WIDTH(WEIGHT_WIDTH),
                .WEIGHT_DEPTH(WEIGHT_DEPTH),
                .MEM_DIR(MEM_DIR)
            ) u_group_memory (
                .clk(clk),
                .load(load_reg),
                .advance(feed_advance),
                .col_pointer(col_pointer),
                .counts(counts),
                .word_addrs(word_addrs),
                .words(words)
            );

            sample_column_group #(
                .CHANNELS(CHANNELS),
                .LANES(LANES),
                .FEEDS(FEEDS),
                .VECTOR_WIDTH(VECTOR_WIDTH),
                .WORD_WIDTH(WEIGHT_WIDTH),
                .WEIGHT_DEPTH(WEIGHT_DEPTH),
                .POINTER_DEPTH(POINTER_DEPTH),
                .COUNT_WIDTH(COUNT_WIDTH),
                .ROW_WIDTH(ROW_WIDTH),
                .ACC_WIDTH(ACC_WIDTH),
                .ELEMENT_WIDTH(ELEMENT_WIDTH),
                .SLOT_WIDTH(SLOT_WIDTH),
                .FIFO_DEPTH(FIFO_DEPTH),
                .SCHEDULE({MEM_DIR, "sample_schedule.mem"})
            ) u_column_group (
                .clk(clk),
                .rst(rst),
                .load(load_reg),
                .enable(gather_idle),
                .x_write(write_group[g] ? write_channel : {CHANNELS{1'b0}}),
                .x_addr(write_addr),
                .x_element(write_element),
                .batch_ready(batch_ready),
                .batch_active(batch_active),
                .batch_first(batch_first),
                .batch_slot(release_slot[g]),
                .release_batch(release_batch[g]),
                .frame_marked(frame_marked[g]),
                .frame_parity(frame_parity[g]),
                .frame_active(frame_active[g*CHANNELS+:CHANNELS]),
                .frame_first(frame_first[g*CHANNELS+:CHANNELS]),
                .cells_done(cells_done),
                .peek(peek),
                .peek_column(peek_column),
                .y_found(y_found[g*CHANNELS*VECTOR_WIDTH+:CHANNELS*VECTOR_WIDTH]),
                .y_parity(y_parity[g]),
                .utterance_goes_on(utterance_goes_on),
                .utterance_starts(utterance_starts),
                .y_start(y_begin),
                .y_start_parity(poke_start ? y_parity[g] : s1_parity_reg),
                .y_coming(y_coming[0]),
                .y_turn(y_turn),
                .y_store(y_store),
                .y_words(y_words),
                .m_start(begin_reg),
                .m_coming(m_coming[0]),
                .m_turn(m_turn),
                .m_words(m_words),
                .feed_advance(feed_advance),
                .col_pointer(col_pointer),
                .counts(counts),
                .word_addrs(word_addrs),
                .words(words),
                .macs(lane_macs[g*LANES+:LANES]),
                .reached(group_reached[g*FIFO_DEPTH+:FIFO_DEPTH]),
                .all_done(all_done[g]),
                .done_clear(done_clear),
                .sweep(sweep),
                .drain_en(drain_en),
                .drain_bank(drain_bank),
                .drain_row(drain_row),
                .drain_data(drain_data[g*LANES*CHANNELS*ACC_WIDTH+:LANES*CHANNELS*ACC_WIDTH])
            );
        end
    endgenerate

    wire unused_round = &{1'b0, y_round, m_round};

    // ---- Channels -------------------------------------------------------------------------------------------------------
    // Output buffers fill in step.
    wire [$clog2(4)-1:0] out_addr;
    wire                 out_generation;
    wire                 unused_generation = &{1'b0, out_generation};

    sample_vec_fill #(
        .LANES(ELEM_LANES),
        .READ(BEAT),
        .WORDS(4),
        .INDEX_WIDTH(ELEMENT_WIDTH)
    ) u_out_fill (
        .clk(clk),
        .rst(rst),
        .start(start_outputs),
        .start_generation(start_parity),
        .write_en(y_valid[0]),
        .write_addr(out_addr),
        .generation(out_generation),
        .available(out_available)
    );

    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            wire [GROUPS*LANES*ACC_WIDTH-1:0] rows;

            for (l = 0; l < GROUPS * LANES; l = l + 1) begin : gen_row
                assign rows[l*ACC_WIDTH+:ACC_WIDTH] = drain_data[(l*CHANNELS+c)*ACC_WIDTH+:ACC_WIDTH];
            end

            sample_channel #(
                .GROUPS(GROUPS),
                .LANES(LANES),
                .ELEM_LANES(ELEM_LANES),
                .BEAT(BEAT),
                .VECTOR_WIDTH(VECTOR_WIDTH),
                .ACC_WIDTH(ACC_WIDTH),
                .PARAM_WIDTH(PARAM_WIDTH),
                .ELEMENT_WIDTH(ELEMENT_WIDTH),
                .WORD_WIDTH(WORD_WIDTH),
                .MEM_DIR(MEM_DIR)
            ) u_channel (
                .clk(clk),
                .rst(rst),
                .table_load({table_load_reg[28:27], table_word_reg}),
                .drain_data(rows),
                .phase(phase),
                .start(begin_reg),
                .first(first_reg[c]),
                .active(active_reg[c]),
                .z_shift(z_shift_reg),
                .peep_shift(peep_shift_reg),
                .state_frac(state_frac_reg),
                .y_shift(y_shift_reg),
                .state_read(state_read),
                .state_addr(state_addr),
                .t0_cell(t0_cell),
                .slot_next(slot_next),
                .t0_output(t0_output),
                .params(params[(c/PARAM_TILE)*ELEM_LANES*PARAM_WIDTH+:ELEM_LANES*PARAM_WIDTH]),
                .m_coming(m_coming[c]),
                .m_word(m_word[c*ELEM_LANES*VECTOR_WIDTH+:ELEM_LANES*VECTOR_WIDTH]),
                .poke(poke[c]),
                .peek_lane(peek_lane),
                .peek_word(peek_word),
                .poke_value(poke_value),
                .found(cells_found[c*VECTOR_WIDTH+:VECTOR_WIDTH]),
                .poke_y(poke_y),
                .poke_chosen(poke_channel[c]),
                .poke_word(poke_word),
                .y_valid(y_valid[c]),
                .y_coming(y_coming[c]),
                .y_store(y_store[c]),
                .y_word(y_word[c*ELEM_LANES*VECTOR_WIDTH+:ELEM_LANES*VECTOR_WIDTH]),
                .out_addr(out_addr),
                .out_step_next(out_step_next),
                .out_index(out_index),
                .out_data(out_data[c*BEAT*VECTOR_WIDTH+:BEAT*VECTOR_WIDTH])
            );
        end
    endgenerate

    assign out_start = start_outputs;
    assign out_active = active_reg;
    assign clearing = sweep;

endmodule

`resetall
