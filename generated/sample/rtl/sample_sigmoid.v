// SPDX-License-Identifier: Apache-2.0
// sigmoid: the logistic function as a table, value = sigmoid(centre of the cell) with 15 fraction bits.
//
// 2048 cells over [-8, 8); the first and the last hold 0 and 1 - 2^-15, for all values beyond. The value follows the index by two cycles.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_sigmoid #(
    // Path of the table.
    parameter FILE = "mem/sample_sigmoid.mem"
) (
    input  wire        clk,
    // Load port of the table.
    input  wire        load_en,
    input  wire [10:0] load_addr,
    input  wire [15:0] load_data,
    input  wire [10:0] index,
    output wire [15:0] value
);

    sample_rom #(
        .WIDTH(16),
        .DEPTH(2048),
        .FILE(FILE)
    ) u_rom (
        .clk(clk),
        .load_en(load_en),
        .load_addr(load_addr),
        .load_data(load_data),
        .en(1'b1),
        .addr(index),
        .data(value)
    );

endmodule

`resetall
