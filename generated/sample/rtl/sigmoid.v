// sigmoid: the logistic function as a table, value = sigmoid(centre of the cell) with 15 fraction bits.
//
// 2048 cells over [-8, 8). The value follows the index by two cycles.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sigmoid #(
    // Path of the table.
    parameter FILE = "mem/sigmoid.mem"
) (
    input  wire        clk,
    input  wire [10:0] index,
    output wire [15:0] value
);

    rom #(
        .WIDTH(16),
        .DEPTH(2048),
        .FILE(FILE)
    ) u_rom (
        .clk(clk),
        .en(1'b1),
        .addr(index),
        .data(value)
    );

endmodule

`resetall
