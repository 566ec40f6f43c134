// SPDX-License-Identifier: Apache-2.0
// column_feed: brings the words of the columns to a lane. Its queue lets the lane run ahead of slower ones.
//
//   column -> ptr_read -> act_queue -> spmat_read -> lane
//                ^    +-> act_store ----------------^
//          pointer memory           weight memory       (outside, in group_memory)
//
// One word a cycle; from a broadcast column to its first word take 5 cycles with an empty queue.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_column_feed #(
    // Channels that share the weights.
    parameter integer CHANNELS = 1,
    // Bits of an activation.
    parameter integer ACT_WIDTH = 18,
    // Bits of a word count.
    parameter integer COUNT_WIDTH = 3,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7,
    // Entries of the activation queue.
    parameter integer FIFO_DEPTH = 4
) (
    input  wire                          clk,
    input  wire                          rst,
    // Broadcast column, with its word count.
    input  wire                          advance,
    input  wire                          col_valid,
    input  wire                          col_first,
    input  wire                          col_marker,
    input  wire [ADDR_WIDTH-1:0]         col_base,
    input  wire [COUNT_WIDTH-1:0]        col_count,
    // What does not depend on the lane, one cycle later.
    input  wire                          share_marker,
    input  wire [1:0]                    share_bank,
    input  wire [CHANNELS*ACT_WIDTH-1:0] share_acts,
    // It waits for its queue in the next cycle.
    output wire                          will_block,
    // Weight memory.
    output wire [ADDR_WIDTH-1:0]         word_addr,
    // The word at the output of the memory, and what belongs to its column.
    output wire                          word_valid,
    output wire                          word_first,
    output wire [1:0]                    word_bank,
    // A cycle later.
    output wire [CHANNELS*ACT_WIDTH-1:0] op_acts,
    // For the counters: bit n where the queue has more than n entries.
    output wire [FIFO_DEPTH-1:0]         reached,
    // Marker passed.
    output wire                          done,
    input  wire                          done_clear
);

    /* verilator no_inline_module */

    (* keep = "true" *)
    reg rst_reg;

    always @(posedge clk) rst_reg <= rst;

    localparam integer ENTRY_WIDTH = 3 + ADDR_WIDTH + COUNT_WIDTH;
    // Activations of a column, and those that lie in one store.
    localparam integer ELEMENTS = CHANNELS;
    localparam integer TILE = 1;

    wire                   share_here;
    wire                   share_valid;
    wire [ADDR_WIDTH-1:0]  share_start;
    wire [COUNT_WIDTH-1:0] share_count;
    wire                   queue_ready;
    wire                   ready_next;
    wire                   entry_valid;
    wire                   entry_ready;
    wire                   entry_marker;
    wire [1:0]             entry_bank;
    wire [ADDR_WIDTH-1:0]  entry_start;
    wire [COUNT_WIDTH-1:0] entry_count;

    sample_ptr_read #(
        .ADDR_WIDTH(ADDR_WIDTH),
        .COUNT_WIDTH(COUNT_WIDTH)
    ) u_ptr_read (
        .clk(clk),
        .rst(rst_reg),
        .advance(advance),
        .col_valid(col_valid),
        .col_first(col_first),
        .col_base(col_base),
        .col_marker(col_marker),
        .col_count(col_count),
        .share_here(share_here),
        .share_valid(share_valid),
        .share_start(share_start),
        .share_count(share_count),
        .ready_next(ready_next),
        .will_block(will_block)
    );

    sample_act_queue #(
        .WIDTH(ENTRY_WIDTH),
        .DEPTH(FIFO_DEPTH)
    ) u_act_queue (
        .clk(clk),
        .rst(rst_reg),
        .s_data({share_marker, share_bank, share_start, share_count}),
        .s_valid(share_valid),
        .s_ready(queue_ready),
        .ready_next(ready_next),
        .m_data({entry_marker, entry_bank, entry_start, entry_count}),
        .m_valid(entry_valid),
        .m_ready(entry_ready),
        .reached(reached)
    );

    // The column that is on its way always finds room.
    wire unused_ready = &{1'b0, queue_ready};

    wire [ELEMENTS*ACT_WIDTH-1:0] column_acts;

    genvar t;
    generate
        for (t = 0; t < ELEMENTS / TILE; t = t + 1) begin : gen_store
            sample_act_store #(
                .WIDTH(TILE * ACT_WIDTH),
                .DEPTH(FIFO_DEPTH)
            ) u_act_store (
                .clk(clk),
                .rst(rst_reg),
                .here(share_here),
                .push(share_valid),
                .s_data(share_acts[t*TILE*ACT_WIDTH+:TILE*ACT_WIDTH]),
                .take(entry_ready),
                .m_data(column_acts[t*TILE*ACT_WIDTH+:TILE*ACT_WIDTH])
            );
        end
    endgenerate

    sample_spmat_read #(
        .ADDR_WIDTH(ADDR_WIDTH),
        .COUNT_WIDTH(COUNT_WIDTH)
    ) u_spmat_read (
        .clk(clk),
        .rst(rst_reg),
        .entry_valid(entry_valid),
        .entry_ready(entry_ready),
        .entry_marker(entry_marker),
        .entry_bank(entry_bank),
        .entry_start(entry_start),
        .entry_count(entry_count),
        .word_addr(word_addr),
        .word_valid(word_valid),
        .word_first(word_first),
        .word_bank(word_bank),
        .done(done),
        .done_clear(done_clear)
    );

    assign op_acts = column_acts;

endmodule

`resetall
