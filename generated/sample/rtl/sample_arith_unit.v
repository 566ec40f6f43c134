// SPDX-License-Identifier: Apache-2.0
// arith_unit: multiply-accumulate of one PE, one operation a cycle; arith_control says which row and which operand.
//
//   accumulator <= accumulator + weight * act
//
// Pipeline:   cycle 0   weight, act (registers of row_decode)
//             cycle 1   weight_reg, act_reg: those of a DSP block's inputs
//             cycle 2   product_reg; accumulator = read_data
//             cycle 3   sum_reg                             -> write port of act_buffer
//             cycle 4   last_reg: the sum written last
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_arith_unit #(
    // Bits of an activation.
    parameter integer ACT_WIDTH = 18,
    // Bits of a weight.
    parameter integer WEIGHT_WIDTH = 12,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31
) (
    input  wire                           clk,
    // Cycle 0.
    input  wire signed [WEIGHT_WIDTH-1:0] weight,
    input  wire signed [ACT_WIDTH-1:0]    act,
    // Cycle 0: in cycle 2 the operand is sum_reg, or else last_reg, instead of read_data.
    input  wire                           hit1,
    input  wire                           hit2,
    // Cycle 2.
    input  wire signed [ACC_WIDTH-1:0]    read_data,
    // Cycle 3, and a cycle later.
    output wire signed [ACC_WIDTH-1:0]    write_data,
    output wire signed [ACC_WIDTH-1:0]    last_data
);

    localparam integer PRODUCT_WIDTH = ACT_WIDTH + WEIGHT_WIDTH;
    localparam integer SUM_WIDTH = ACC_WIDTH;

    reg                            hit1_reg;
    reg                            hit2_reg;
    reg                            take_sum_reg;
    reg                            take_last_reg;
    reg signed [WEIGHT_WIDTH-1:0]  weight_reg;
    reg signed [ACT_WIDTH-1:0]     act_reg;
    reg signed [PRODUCT_WIDTH-1:0] product_reg;
    reg signed [ACC_WIDTH-1:0]     sum_reg;
    reg signed [ACC_WIDTH-1:0]     last_reg;

    wire signed [SUM_WIDTH-1:0] product = { {(SUM_WIDTH - PRODUCT_WIDTH){product_reg[PRODUCT_WIDTH-1]}}, product_reg};
    wire signed [ACC_WIDTH-1:0] operand = take_sum_reg ? sum_reg : take_last_reg ? last_reg : read_data;
    // Two signed values as they are: so one look-up table a bit holds both the adder and the choice of the operand.
    wire signed [SUM_WIDTH-1:0] sum = product + operand;

    always @(posedge clk) begin
        hit1_reg      <= hit1;
        hit2_reg      <= hit2;
        take_sum_reg  <= hit1_reg;
        take_last_reg <= hit2_reg;
        weight_reg    <= weight;
        act_reg       <= act;
        product_reg   <= weight_reg * act_reg;
        sum_reg       <= sum;
        last_reg      <= sum_reg;
    end

    assign write_data = sum_reg;
    assign last_data = last_reg;

endmodule

`resetall
