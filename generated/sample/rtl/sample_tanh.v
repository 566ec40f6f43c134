// SPDX-License-Identifier: Apache-2.0
// tanh: the hyperbolic tangent as a table, value = tanh(centre of the cell) with 15 fraction bits.
//
// 2048 cells over [-4, 4); the first and the last hold -1 and 1 - 2^-15, for all values beyond. Two ports: A
// for the cell input, B for the cell state. The value follows the index by two cycles.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_tanh #(
    // Path of the table.
    parameter FILE = "mem/sample_tanh.mem"
) (
    input  wire        clk,
    // Load port of the table.
    input  wire        load_en,
    input  wire [10:0] load_addr,
    input  wire [15:0] load_data,
    input  wire [10:0] a_index,
    output wire [15:0] a_value,
    input  wire [10:0] b_index,
    output wire [15:0] b_value
);

    sample_rom2 #(
        .WIDTH(16),
        .DEPTH(2048),
        .FILE(FILE)
    ) u_rom (
        .clk(clk),
        .load_en(load_en),
        .load_data(load_data),
        .a_addr(load_en ? load_addr : a_index),
        .a_data(a_value),
        .b_addr(b_index),
        .b_data(b_value)
    );

endmodule

`resetall
