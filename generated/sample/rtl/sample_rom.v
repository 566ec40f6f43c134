// SPDX-License-Identifier: Apache-2.0
// rom: memory of the model, loaded from a file or through its load port, mapped to block RAM.
//
// Timing (en = 1):   cycle   addr   latch_reg   data
//                      0      A0
//                      1      A1      [A0]
//                      2      A2      [A1]       [A0]
// With en = 0 both registers hold; where the output register has copies, en is 1. The file holds DEPTH words, one hexadecimal word a line.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_rom #(
    // Bits of a word.
    parameter integer WIDTH = 16,
    // Number of words, at least 2.
    parameter integer DEPTH = 88,
    // Copies of the output register.
    parameter integer COPIES = 1,
    // Path of the memory file.
    parameter FILE = "mem/sample_weights_0000.mem"
) (
    input  wire                     clk,
    // Load port; nothing is read meanwhile.
    input  wire                     load_en,
    input  wire [$clog2(DEPTH)-1:0] load_addr,
    input  wire [WIDTH-1:0]         load_data,
    // Read port: data follows addr by two enabled cycles.
    input  wire                     en,
    input  wire [$clog2(DEPTH)-1:0] addr,
    output wire [COPIES*WIDTH-1:0]  data
);

    (* ram_style = "block" *)
    reg [WIDTH-1:0] mem [0:DEPTH-1];
    reg [WIDTH-1:0] latch_reg;

    initial $readmemh(FILE, mem);

    always @(posedge clk) begin
        if (load_en) mem[load_addr] <= load_data;
        if (en) latch_reg <= mem[addr];
    end

    genvar n;
    generate
        if (COPIES == 1) begin : gen_register
            reg [WIDTH-1:0] data_reg;

            always @(posedge clk) begin
                if (en) data_reg <= latch_reg;
            end

            assign data = data_reg;
        end else begin : gen_copies
            for (n = 0; n < COPIES; n = n + 1) begin : gen_copy
                sample_register_copy #(
                    .WIDTH(WIDTH)
                ) u_data (
                    .clk(clk),
                    .d(latch_reg),
                    .q(data[n*WIDTH+:WIDTH])
                );
            end
        end
    endgenerate

endmodule

`resetall
