// SPDX-License-Identifier: Apache-2.0
// ptr_read: turns a broadcast column into the lane's share of it.
//
// The pointer memory holds, for every column, the number of words this lane has in it. The start address of a column
// is the running sum of the counts before it, begun anew at the word base of each step:
//
//   start(first column) = base,   start(j + 1) = start(j) + count(j)
//
// A column in which the lane has no word is dropped here, so it costs the lane no cycle. A marker has no words and is
// always passed on. The stage holds its column while `advance` is low; `will_block` says that it waits for its queue in the next cycle.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_ptr_read #(
    // Bits of a word count.
    parameter integer COUNT_WIDTH = 3,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7
) (
    input  wire                   clk,
    input  wire                   rst,
    // All lanes take the column in this cycle.
    input  wire                   advance,
    // The broadcast column, together with its count from the pointer memory.
    input  wire                   col_valid,
    input  wire                   col_first,
    input  wire                   col_marker,
    input  wire [ADDR_WIDTH-1:0]  col_base,
    input  wire [COUNT_WIDTH-1:0] col_count,
    // The lane's share of it, one cycle later: it stands here, and is passed on.
    output wire                   share_here,
    output wire                   share_valid,
    output wire [ADDR_WIDTH-1:0]  share_start,
    output wire [COUNT_WIDTH-1:0] share_count,
    // The lane's queue takes an entry in the next cycle.
    input  wire                   ready_next,
    output wire                   will_block
);

    localparam integer EXTEND = (ADDR_WIDTH > COUNT_WIDTH) ? ADDR_WIDTH - COUNT_WIDTH : 0;

    reg                   valid_reg;
    reg [ADDR_WIDTH-1:0]  start_reg;
    reg [COUNT_WIDTH-1:0] count_reg;
    reg [ADDR_WIDTH-1:0]  next_reg;

    wire                  empty = col_count == {COUNT_WIDTH{1'b0}};
    wire [ADDR_WIDTH-1:0] start = col_first ? col_base : next_reg;
    wire [ADDR_WIDTH-1:0] length;

    generate
        if (EXTEND > 0) begin : gen_extend
            assign length = { {EXTEND{1'b0}}, col_count };
        end else begin : gen_same
            assign length = col_count[ADDR_WIDTH-1:0];
        end
    endgenerate

    wire valid = advance ? col_valid && (col_marker || !empty) : valid_reg;

    always @(posedge clk) begin
        if (advance) begin
            start_reg <= start;
            count_reg <= col_marker ? {COUNT_WIDTH{1'b0}} : col_count;
            if (col_valid && !col_marker) next_reg <= start + length;
        end
        if (rst) valid_reg <= 1'b0;
        else valid_reg <= valid;
    end

    assign share_here = valid_reg;
    assign share_valid = valid_reg && advance;
    assign will_block = valid && !rst && !ready_next;
    assign share_start = start_reg;
    assign share_count = count_reg;

endmodule

`resetall
