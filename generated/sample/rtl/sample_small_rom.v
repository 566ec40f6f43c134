// SPDX-License-Identifier: Apache-2.0
// small_rom: memory of the model, loaded from a file or through its load port, in look-up tables; otherwise as rom.
//
// Timing (en = 1):   cycle   addr   latch_reg   data
//                      0      A0
//                      1      A1      [A0]
//                      2      A2      [A1]       [A0]
// With en = 0 both registers hold. The file holds DEPTH words, one hexadecimal word a line.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_small_rom #(
    // Bits of a word.
    parameter integer WIDTH = 3,
    // Number of words, at least 2.
    parameter integer DEPTH = 36,
    // Path of the memory file.
    parameter FILE = "mem/sample_pointers_0000.mem"
) (
    input  wire                     clk,
    // Load port; nothing is read meanwhile.
    input  wire                     load_en,
    input  wire [$clog2(DEPTH)-1:0] load_addr,
    input  wire [WIDTH-1:0]         load_data,
    // Read port: data follows addr by two enabled cycles.
    input  wire                     en,
    input  wire [$clog2(DEPTH)-1:0] addr,
    output wire [WIDTH-1:0]         data
);

    (* ram_style = "distributed" *)
    reg [WIDTH-1:0] mem [0:DEPTH-1];
    reg [WIDTH-1:0] latch_reg;
    reg [WIDTH-1:0] data_reg;

    initial $readmemh(FILE, mem);

    always @(posedge clk) begin
        if (load_en) mem[load_addr] <= load_data;
        if (en) begin
            latch_reg <= mem[addr];
            data_reg  <= latch_reg;
        end
    end

    assign data = data_reg;

endmodule

`resetall
