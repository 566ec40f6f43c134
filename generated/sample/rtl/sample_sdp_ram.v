// SPDX-License-Identifier: Apache-2.0
// sdp_ram: simple dual-port memory, one write port and one synchronous read port.
//
// A read of the word that is written in the same cycle returns the old word in simulation; no block relies on it.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_sdp_ram #(
    // Bits of a word.
    parameter integer WIDTH = 16,
    // Number of words, at least 2.
    parameter integer DEPTH = 32,
    // 1: block RAM, 0: distributed RAM (look-up tables).
    parameter integer BLOCK = 0
) (
    input  wire                     clk,
    // Write port.
    input  wire                     write_en,
    input  wire [$clog2(DEPTH)-1:0] write_addr,
    input  wire [WIDTH-1:0]         write_data,
    // Read port: data follows addr by one enabled cycle.
    input  wire                     read_en,
    input  wire [$clog2(DEPTH)-1:0] read_addr,
    output wire [WIDTH-1:0]         read_data
);

    reg [WIDTH-1:0] read_reg;

    generate
        if (BLOCK != 0) begin : gen_block
            (* ram_style = "block" *)
            reg [WIDTH-1:0] mem [0:DEPTH-1];

            always @(posedge clk) begin
                if (write_en) mem[write_addr] <= write_data;
                if (read_en) read_reg <= mem[read_addr];
            end
        end else begin : gen_distributed
            (* ram_style = "distributed" *)
            reg [WIDTH-1:0] mem [0:DEPTH-1];

            always @(posedge clk) begin
                if (write_en) mem[write_addr] <= write_data;
                if (read_en) read_reg <= mem[read_addr];
            end
        end
    endgenerate

    assign read_data = read_reg;

endmodule

`resetall
