// SPDX-License-Identifier: Apache-2.0
// rom2: memory of the model with two read ports (one true dual-port block RAM), loaded from a file or through port A.
//
// Each port is as in rom: data follows the address by two enabled cycles.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_rom2 #(
    // Bits of a word.
    parameter integer WIDTH = 16,
    // Number of words, at least 2.
    parameter integer DEPTH = 2048,
    // Path of the memory file.
    parameter FILE = "mem/sample_tanh.mem"
) (
    input  wire                     clk,
    // Read port A, or load port.
    input  wire                     load_en,
    input  wire [WIDTH-1:0]         load_data,
    input  wire [$clog2(DEPTH)-1:0] a_addr,
    output wire [WIDTH-1:0]         a_data,
    // Read port B.
    input  wire [$clog2(DEPTH)-1:0] b_addr,
    output wire [WIDTH-1:0]         b_data
);

    (* ram_style = "block" *)
    reg [WIDTH-1:0] mem [0:DEPTH-1];
    reg [WIDTH-1:0] a_latch_reg;
    reg [WIDTH-1:0] a_data_reg;
    reg [WIDTH-1:0] b_latch_reg;
    reg [WIDTH-1:0] b_data_reg;

    initial $readmemh(FILE, mem);

    always @(posedge clk) begin
        if (load_en) mem[a_addr] <= load_data;
        a_latch_reg <= mem[a_addr];
        a_data_reg  <= a_latch_reg;
    end

    always @(posedge clk) begin
        b_latch_reg <= mem[b_addr];
        b_data_reg  <= b_latch_reg;
    end

    assign a_data = a_data_reg;
    assign b_data = b_data_reg;

endmodule

`resetall
