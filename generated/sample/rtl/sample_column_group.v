// SPDX-License-Identifier: Apache-2.0
// column_group: the columns j with j mod GROUPS = number of the group: their elements of x, y and m, issuer, lanes.
//
//     x, y, m -> vector_tile ------+
//     column_issuer -> act_broadcast -> column_feed[0..LANES-1] -> lane[0..LANES-1] -> drain_data
//
// `advance` is common to the lanes of the group: a column moves on when no lane waits for its queue. It is computed a cycle
// ahead, and every few lanes and channels have a register of it. Groups run independently.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_column_group #(
    // Channels that share the weights.
    parameter integer CHANNELS = 1,
    // Lanes of the group, and column feeds: one a lane, or one for all of them.
    parameter integer LANES = 4,
    parameter integer FEEDS = 4,
    // Registers of what lanes decode by: one a feed, or one for some lanes.
    parameter integer WAYS = 4,
    // Elements of the group in a word of y or m.
    parameter integer SLICE = 2,
    // Bits of a vector element.
    parameter integer VECTOR_WIDTH = 16,
    // Bits of an aligned activation.
    parameter integer ACT_WIDTH = 18,
    // Bits of an encoded word.
    parameter integer WORD_WIDTH = 16,
    // Words of a lane's weight memory.
    parameter integer WEIGHT_DEPTH = 88,
    // Words of a lane's pointer memory (columns of all matrices), and bits of a word.
    parameter integer POINTER_DEPTH = 36,
    parameter integer COUNT_WIDTH = 3,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Bits of an element number, and of an address in half an input buffer.
    parameter integer ELEMENT_WIDTH = 6,
    parameter integer SLOT_WIDTH = 4,
    // Entries of an activation queue.
    parameter integer FIFO_DEPTH = 4,
    // Bits of an address and of a word on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54,
    // Path of the schedule.
    parameter SCHEDULE = "mem/sample_schedule.mem"
) (
    input  wire                                   clk,
    input  wire                                   rst,
    // Load bus.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0]        load,
    input  wire                                   enable,
    // Input element for the channels in x_write.
    input  wire [CHANNELS-1:0]                    x_write,
    input  wire [SLOT_WIDTH:0]                    x_addr,
    input  wire [VECTOR_WIDTH-1:0]                x_element,
    // Batches (see column_issuer).
    input  wire [1:0]                             batch_ready,
    input  wire [2*CHANNELS-1:0]                  batch_active,
    input  wire [2*CHANNELS-1:0]                  batch_first,
    output wire                                   batch_slot,
    output wire                                   release_batch,
    output wire                                   frame_marked,
    output wire                                   frame_parity,
    output wire [CHANNELS-1:0]                    frame_active,
    output wire [CHANNELS-1:0]                    frame_first,
    input  wire [1:0]                             cells_done,
    // Words of y and m of all channels: the group's elements of them. *_coming is a cycle ahead, with *_turn where the
    // word is one of the group's. Channels that rest keep their y.
    input  wire                                   y_start,
    input  wire                                   y_start_parity,
    input  wire                                   y_coming,
    input  wire                                   y_turn,
    input  wire [CHANNELS-1:0]                    y_store,
    input  wire [CHANNELS*SLICE*VECTOR_WIDTH-1:0] y_words,
    input  wire                                   m_start,
    input  wire                                   m_coming,
    input  wire                                   m_turn,
    input  wire [CHANNELS*SLICE*VECTOR_WIDTH-1:0] m_words,
    // State from outside (see state_access): y of a column, three cycles later; channels that go on with an utterance, or that
    // start one.
    input  wire                                   peek,
    input  wire [ELEMENT_WIDTH-1:0]               peek_column,
    output wire [CHANNELS*VECTOR_WIDTH-1:0]       y_found,
    output wire                                   y_parity,
    input  wire [CHANNELS-1:0]                    utterance_goes_on,
    input  wire [CHANNELS-1:0]                    utterance_starts,
    // Pointer memories: counts follow col_pointer by two enabled cycles.
    output wire [FEEDS-1:0]                       feed_advance,
    output wire [$clog2(POINTER_DEPTH)-1:0]       col_pointer,
    input  wire [FEEDS*COUNT_WIDTH-1:0]           counts,
    // Weight memories.
    output wire [FEEDS*$clog2(WEIGHT_DEPTH)-1:0]  word_addrs,
    input  wire [LANES*WORD_WIDTH-1:0]            words,
    // For the counters (see lane): by lane, and what holds for any lane.
    output wire [LANES-1:0]                       macs,
    output wire [FIFO_DEPTH-1:0]                  reached,
    // All lanes have passed a marker.
    output wire                                   all_done,
    input  wire                                   done_clear,
    // Drain of the accumulators.
    input  wire                                   sweep,
    input  wire [LANES-1:0]                       drain_en,
    input  wire [1:0]                             drain_bank,
    input  wire [ROW_WIDTH-1:0]                   drain_row,
    // Rows, lane by lane, channels within a lane.
    output wire [LANES*CHANNELS*ACC_WIDTH-1:0]    drain_data
);

    localparam integer ADDR_WIDTH = $clog2(WEIGHT_DEPTH);

    // Channels of a vector tile, and feeds that share a register of `advance`.
    localparam integer TILE = 1;
    localparam integer FEED_TILE = 4;

    (* keep = "true" *)
    reg rst_reg;

    always @(posedge clk) rst_reg <= rst;

    // ---- Issuer ---------------------------------------------------------------------------------------------------------
    wire                     advance;
    wire                     col_valid;
    wire                     col_first;
    wire                     col_marker;
    wire [1:0]               col_source;
    wire [1:0]               col_bank;
    wire [3:0]               col_shift;
    wire [CHANNELS-1:0]      col_zero;
    wire [ELEMENT_WIDTH-1:0] col_index;
    wire [ADDR_WIDTH-1:0]    col_base;
    wire [ELEMENT_WIDTH-1:0] y_index;
    wire                     y_generation;
    wire [ELEMENT_WIDTH-1:0] y_available;
    wire                     m_generation;
    wire [ELEMENT_WIDTH-1:0] m_available;

    sample_column_issuer #(
        .CHANNELS(CHANNELS),
        .INDEX_WIDTH(ELEMENT_WIDTH),
        .POINTER_WIDTH($clog2(POINTER_DEPTH)),
        .ADDR_WIDTH(ADDR_WIDTH),
        .FILE(SCHEDULE)
    ) u_column_issuer (
        .clk(clk),
        .rst(rst_reg),
        .load(load),
        .enable(enable),
        .batch_ready(batch_ready),
        .batch_active(batch_active),
        .batch_first(batch_first),
        .batch_slot(batch_slot),
        .release_batch(release_batch),
        .frame_marked(frame_marked),
        .frame_parity(frame_parity),
        .frame_active(frame_active),
        .frame_first(frame_first),
        .utterance_goes_on(utterance_goes_on),
        .utterance_starts(utterance_starts),
        .cells_done(cells_done),
        .y_generation(y_generation),
        .y_available(y_available),
        .m_generation(m_generation),
        .m_available(m_available),
        .advance(advance),
        .col_valid(col_valid),
        .col_first(col_first),
        .col_base(col_base),
        .col_marker(col_marker),
        .col_source(col_source),
        .col_bank(col_bank),
        .col_shift(col_shift),
        .col_zero(col_zero),
        .col_index(col_index),
        .peek(peek),
        .peek_column(peek_column),
        .y_index(y_index),
        .col_pointer(col_pointer)
    );

    // ---- Vectors --------------------------------------------------------------------------------------------------------
    // Begin of y and m, and the words that are written now.
    reg y_start_reg;
    reg start_parity_reg;
    (* keep = "true" *)
    reg y_write_reg;
    reg m_start_reg;
    (* keep = "true" *)
    reg m_write_reg;

    always @(posedge clk) begin
        y_start_reg      <= y_start;
        start_parity_reg <= y_start_parity;
        y_write_reg      <= y_coming && y_turn;
        m_start_reg      <= m_start;
        m_write_reg      <= m_coming && m_turn;
    end

    wire [$clog2(4)-1:0] y_addr;

    sample_vec_fill #(
        .LANES(SLICE),
        .READ(1),
        .WORDS(4),
        .INDEX_WIDTH(ELEMENT_WIDTH)
    ) u_y_fill (
        .clk(clk),
        .rst(rst_reg),
        .start(y_start_reg),
        .start_generation(start_parity_reg),
        .write_en(y_write_reg),
        .write_addr(y_addr),
        .generation(y_generation),
        .available(y_available)
    );

    wire [$clog2(8)-1:0] m_addr;

    sample_vec_fill #(
        .LANES(SLICE),
        .READ(1),
        .WORDS(8),
        .INDEX_WIDTH(ELEMENT_WIDTH)
    ) u_m_fill (
        .clk(clk),
        .rst(rst_reg),
        .start(m_start_reg),
        .start_generation(start_parity_reg),
        .write_en(m_write_reg),
        .write_addr(m_addr),
        .generation(m_generation),
        .available(m_available)
    );

    wire [FEEDS-1:0]              will_block;
    wire                          advance_next = !(|will_block);
    wire [CHANNELS*ACT_WIDTH-1:0] share_acts;

    genvar t;
    generate
        for (t = 0; t < CHANNELS / TILE; t = t + 1) begin : gen_tile
            sample_vector_tile #(
                .CHANNELS(TILE),
                .VECTOR_WIDTH(VECTOR_WIDTH),
                .ACT_WIDTH(ACT_WIDTH),
                .SLICE(SLICE),
                .ELEMENT_WIDTH(ELEMENT_WIDTH),
                .SLOT_WIDTH(SLOT_WIDTH)
            ) u_vector_tile (
                .clk(clk),
                .advance_next(advance_next),
                .x_write(x_write[t*TILE+:TILE]),
                .x_addr(x_addr),
                .x_element(x_element),
                .y_write(y_write_reg),
                .y_store(y_store[t*TILE+:TILE]),
                .y_addr(y_addr),
                .y_words(y_words[t*TILE*SLICE*VECTOR_WIDTH+:TILE*SLICE*VECTOR_WIDTH]),
                .m_write(m_write_reg),
                .m_addr(m_addr),
                .m_words(m_words[t*TILE*SLICE*VECTOR_WIDTH+:TILE*SLICE*VECTOR_WIDTH]),
                .col_source(col_source),
                .col_shift(col_shift),
                .col_zero(col_zero[t*TILE+:TILE]),
                .batch_slot(batch_slot),
                .col_index(col_index),
                .y_index(y_index),
                .y_found(y_found[t*TILE*VECTOR_WIDTH+:TILE*VECTOR_WIDTH]),
                .acts(share_acts[t*TILE*ACT_WIDTH+:TILE*ACT_WIDTH])
            );
        end
    endgenerate

    assign y_parity = y_generation;

    // ---- Broadcast ------------------------------------------------------------------------------------------------------
    wire                  lane_valid;
    wire                  lane_first;
    wire                  lane_marker;
    wire [ADDR_WIDTH-1:0] lane_base;
    wire                  share_marker;
    wire [1:0]            share_bank;

    sample_register_copy u_advance (
        .clk(clk),
        .d(advance_next),
        .q(advance)
    );

    sample_act_broadcast #(
        .ADDR_WIDTH(ADDR_WIDTH)
    ) u_act_broadcast (
        .clk(clk),
        .rst(rst_reg),
        .advance(advance),
        .col_valid(col_valid),
        .col_first(col_first),
        .col_base(col_base),
        .col_marker(col_marker),
        .col_bank(col_bank),
        .lane_valid(lane_valid),
        .lane_first(lane_first),
        .lane_base(lane_base),
        .lane_marker(lane_marker),
        .share_marker(share_marker),
        .share_bank(share_bank)
    );

    // ---- Feeds ----------------------------------------------------------------------------------------------------------
    wire [WAYS-1:0]                     word_valid;
    wire [WAYS-1:0]                     word_first;
    wire [WAYS*2-1:0]                   word_bank;
    wire [FEEDS*CHANNELS*ACT_WIDTH-1:0] op_acts;
    wire [FEEDS-1:0]                    done;
    reg                                 all_done_reg;

    always @(posedge clk) begin
        if (rst_reg) all_done_reg <= 1'b0;
        else all_done_reg <= &done && !done_clear;
    end

    assign all_done = all_done_reg;

    // Of all feeds, for the counters.
    wire [FEEDS*FIFO_DEPTH-1:0] feed_reached;
    reg  [FIFO_DEPTH-1:0]       reached_reg;
    reg  [FIFO_DEPTH-1:0]       any_reached;
    integer                     n;

    always @(*) begin
        any_reached = {FIFO_DEPTH{1'b0}};
        for (n = 0; n < FEEDS; n = n + 1) any_reached = any_reached | feed_reached[n*FIFO_DEPTH+:FIFO_DEPTH];
    end

    always @(posedge clk) reached_reg <= any_reached;

    assign reached = reached_reg;

    genvar f;
    generate
        for (f = 0; f < FEEDS; f = f + FEED_TILE) begin : gen_advance
            wire own;

            sample_register_copy u_advance (
                .clk(clk),
                .d(advance_next),
                .q(own)
            );

            assign feed_advance[f+:FEED_TILE] = {FEED_TILE{own}};
        end

        for (f = 0; f < FEEDS; f = f + 1) begin : gen_feed
            sample_column_feed #(
                .CHANNELS(CHANNELS),
                .ACT_WIDTH(ACT_WIDTH),
                .COUNT_WIDTH(COUNT_WIDTH),
                .ADDR_WIDTH(ADDR_WIDTH),
                .FIFO_DEPTH(FIFO_DEPTH)
            ) u_column_feed (
                .clk(clk),
                .rst(rst_reg),
                .advance(feed_advance[f]),
                .col_valid(lane_valid),
                .col_first(lane_first),
                .col_base(lane_base),
                .col_marker(lane_marker),
                .col_count(counts[f*COUNT_WIDTH+:COUNT_WIDTH]),
                .share_marker(share_marker),
                .share_bank(share_bank),
                .share_acts(share_acts),
                .will_block(will_block[f]),
                .word_addr(word_addrs[f*ADDR_WIDTH+:ADDR_WIDTH]),
                .word_valid(word_valid[f]),
                .word_first(word_first[f]),
                .word_bank(word_bank[f*2+:2]),
                .op_acts(op_acts[f*CHANNELS*ACT_WIDTH+:CHANNELS*ACT_WIDTH]),
                .reached(feed_reached[f*FIFO_DEPTH+:FIFO_DEPTH]),
                .done(done[f]),
                .done_clear(done_clear)
            );
        end
    endgenerate

    // ---- Lanes ----------------------------------------------------------------------------------------------------------
    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            localparam integer FEED = l % FEEDS;
            localparam integer WAY = l / (LANES / WAYS);

            sample_lane #(
                .CHANNELS(CHANNELS),
                .ACT_WIDTH(ACT_WIDTH),
                .ROW_WIDTH(ROW_WIDTH),
                .ACC_WIDTH(ACC_WIDTH)
            ) u_lane (
                .clk(clk),
                .rst(rst_reg),
                .word_valid(word_valid[WAY]),
                .word_first(word_first[WAY]),
                .word_bank(word_bank[WAY*2+:2]),
                .op_acts(op_acts[FEED*CHANNELS*ACT_WIDTH+:CHANNELS*ACT_WIDTH]),
                .word(words[l*WORD_WIDTH+:WORD_WIDTH]),
                .mac(macs[l]),
                .sweep(sweep),
                .drain_en(drain_en[l]),
                .drain_bank(drain_bank),
                .drain_row(drain_row),
                .drain_data(drain_data[l*CHANNELS*ACC_WIDTH+:CHANNELS*ACC_WIDTH])
            );
        end
    endgenerate

endmodule

`resetall
