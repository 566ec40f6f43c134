// SPDX-License-Identifier: Apache-2.0
// spmat_read: reads the compressed columns, one word a cycle, for one lane.
// Columns follow each other without a gap.
//
// Pipeline:   cycle 0   entry at the head of the queue is taken (the previous one has no word left)
//             cycle 1   addr_reg                       -> weight memory
//             cycle 2   latch of the weight memory
//             cycle 3   word = output of the memory; word_* -> row_decode
//             cycle 4   the word is decoded; its activations (see act_store)
// A marker passes through without a word. `done` tells that one has come to cycle 2, and each `done_clear` takes one. The
// last sum ahead of a marker is written four cycles later at most; column_group, sequencer and gather_control take longer
// than that before they drain its row.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_spmat_read #(
    // Bits of a word count.
    parameter integer COUNT_WIDTH = 3,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7
) (
    input  wire                   clk,
    input  wire                   rst,
    // Head of the activation queue.
    input  wire                   entry_valid,
    output wire                   entry_ready,
    input  wire                   entry_marker,
    input  wire [1:0]             entry_bank,
    input  wire [ADDR_WIDTH-1:0]  entry_start,
    input  wire [COUNT_WIDTH-1:0] entry_count,
    // Weight memory: word follows addr by two cycles.
    output wire [ADDR_WIDTH-1:0]  word_addr,
    // The word at the output of the memory, and what belongs to its column.
    output wire                   word_valid,
    output wire                   word_first,
    output wire [1:0]             word_bank,
    // Markers that have passed.
    output wire                   done,
    input  wire                   done_clear
);

    localparam [COUNT_WIDTH-1:0] NONE = {COUNT_WIDTH{1'b0}};
    localparam [COUNT_WIDTH-1:0] ONE = { {(COUNT_WIDTH - 1){1'b0}}, 1'b1};

    // Words of the current column that are not yet addressed; idle_reg is set when there is none.
    reg [COUNT_WIDTH-1:0] left_reg;
    reg                   idle_reg;

    wire take = idle_reg && entry_valid;
    wire more = !idle_reg;

    always @(posedge clk) begin
        if (rst) begin
            left_reg <= NONE;
            idle_reg <= 1'b1;
        end else if (take) begin
            left_reg <= entry_marker ? NONE : entry_count - ONE;
            idle_reg <= entry_marker || entry_count == ONE;
        end else if (more) begin
            left_reg <= left_reg - ONE;
            idle_reg <= left_reg == ONE;
        end
    end

    // Cycle 1: the address, and what belongs to the column.
    reg                  s1_valid_reg;
    reg                  s1_first_reg;
    reg                  s1_marker_reg;
    reg [1:0]            s1_bank_reg;
    reg [ADDR_WIDTH-1:0] addr_reg;

    always @(posedge clk) begin
        s1_first_reg <= take;
        s1_bank_reg  <= entry_bank;
        if (take) addr_reg <= entry_start;
        else addr_reg <= addr_reg + 1'b1;
        if (rst) begin
            s1_valid_reg  <= 1'b0;
            s1_marker_reg <= 1'b0;
        end else begin
            s1_valid_reg  <= (take && !entry_marker) || more;
            s1_marker_reg <= take && entry_marker;
        end
    end

    // Cycles 2 and 3: wait for the memory. What belongs to the column is held in cycle 2, by a register.
    reg       s2_valid_reg;
    reg       s2_first_reg;
    reg       s2_marker_reg;
    reg [1:0] s2_bank_reg;

    always @(posedge clk) begin
        s2_first_reg <= s1_first_reg;
        if (s1_first_reg) s2_bank_reg <= s1_bank_reg;
        if (rst) begin
            s2_valid_reg  <= 1'b0;
            s2_marker_reg <= 1'b0;
        end else begin
            s2_valid_reg  <= s1_valid_reg;
            s2_marker_reg <= s1_marker_reg;
        end
    end

    reg       s3_valid_reg;
    reg       s3_first_reg;
    reg [1:0] s3_bank_reg;

    always @(posedge clk) begin
        s3_first_reg <= s2_first_reg;
        s3_bank_reg  <= s2_bank_reg;
        s3_valid_reg <= s2_valid_reg && !rst;
    end

    assign word_valid = s3_valid_reg;
    assign word_first = s3_first_reg;
    assign word_bank = s3_bank_reg;

    // Markers that have passed and are not taken.
    reg [1:0] markers_reg;

    always @(posedge clk) begin
        if (rst) markers_reg <= 2'd0;
        else if (s2_marker_reg && !done_clear) markers_reg <= markers_reg + 2'd1;
        else if (done_clear && !s2_marker_reg) markers_reg <= markers_reg - 2'd1;
    end

    assign entry_ready = take;
    assign word_addr = addr_reg;
    assign done = markers_reg != 2'd0;

endmodule

`resetall
