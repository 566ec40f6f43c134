// SPDX-License-Identifier: Apache-2.0
// row_decode: rows and weights out of the words of one lane.
//
// A word is {weight, index}; index is the number of rows skipped since the previous word of the column:
//
//   row(first word) = index,   row(next word) = row + index + 1
//
// A word with weight 0 only moves the row on: nothing is added for it.
//
// Pipeline:   cycle 3   word at the output of its memory  -> row adder        (cycles of spmat_read)
//             cycle 4   op_* registers                    -> arith_control, arith_unit
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_row_decode #(
    // Bits of a weight.
    parameter integer WEIGHT_WIDTH = 12,
    // Bits of a relative index.
    parameter integer INDEX_WIDTH = 4,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4
) (
    input  wire                                clk,
    input  wire                                rst,
    // Word, and what belongs to its column.
    input  wire                                word_valid,
    input  wire                                word_first,
    input  wire [1:0]                          word_bank,
    input  wire [WEIGHT_WIDTH+INDEX_WIDTH-1:0] word,
    // Decoded operation.
    output wire                                op_valid,
    output wire [1:0]                          op_bank,
    output wire [ROW_WIDTH-1:0]                op_row,
    output wire signed [WEIGHT_WIDTH-1:0]      op_weight
);

    wire [INDEX_WIDTH-1:0]  index = word[INDEX_WIDTH-1:0];
    wire [WEIGHT_WIDTH-1:0] weight = word[WEIGHT_WIDTH+INDEX_WIDTH-1:INDEX_WIDTH];
    wire [ROW_WIDTH-1:0]    skip;

    generate
        if (INDEX_WIDTH > ROW_WIDTH) begin : gen_wide_index
            wire unused_index = &{1'b0, index[INDEX_WIDTH-1:ROW_WIDTH]};
            assign skip = index[ROW_WIDTH-1:0];
        end else if (INDEX_WIDTH == ROW_WIDTH) begin : gen_equal_index
            assign skip = index;
        end else begin : gen_narrow_index
            assign skip = { {(ROW_WIDTH - INDEX_WIDTH){1'b0}}, index};
        end
    endgenerate

    reg                           op_valid_reg;
    reg [1:0]                     op_bank_reg;
    reg [ROW_WIDTH-1:0]           op_row_reg;
    reg signed [WEIGHT_WIDTH-1:0] op_weight_reg;

    // One before the first row is all ones.
    wire [ROW_WIDTH-1:0] row_before = op_row_reg | {ROW_WIDTH{word_first}};

    always @(posedge clk) begin
        op_bank_reg   <= word_bank;
        op_weight_reg <= weight;
        if (word_valid) op_row_reg <= row_before + skip + 1'b1;
        if (rst) op_valid_reg <= 1'b0;
        else op_valid_reg <= word_valid && weight != {WEIGHT_WIDTH{1'b0}};
    end

    assign op_valid = op_valid_reg;
    assign op_bank = op_bank_reg;
    assign op_row = op_row_reg;
    assign op_weight = op_weight_reg;

endmodule

`resetall
