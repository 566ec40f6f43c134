// SPDX-License-Identifier: Apache-2.0
// group_memory: what the lanes of one column group read: word counts of the columns, and weights.
//
//     pointer memory          one a lane: the number of its words in every column
//     weight memory           one a lane: its words of all matrices
//
// Lanes of all groups are numbered through in the names of the memory files.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_group_memory #(
    // Number of the group.
    parameter integer GROUP = 0,
    // Lanes of the group, and their column feeds.
    parameter integer LANES = 4,
    parameter integer FEEDS = 4,
    // Bits and words of a pointer memory.
    parameter integer COUNT_WIDTH = 3,
    parameter integer POINTER_DEPTH = 36,
    // Bits of a word.
    parameter integer WORD_WIDTH = 16,
    // Words of a lane's weight memory.
    parameter integer WEIGHT_DEPTH = 88,
    // Bits of an address and of a word on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54,
    // Folder of the memory files.
    parameter MEM_DIR = "mem/"
) (
    input  wire                                  clk,
    // Load bus.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0]       load,
    // Word counts: they follow col_pointer by two enabled cycles.
    input  wire [FEEDS-1:0]                      advance,
    input  wire [$clog2(POINTER_DEPTH)-1:0]      col_pointer,
    output wire [FEEDS*COUNT_WIDTH-1:0]          counts,
    // Words: they follow word_addrs by two cycles.
    input  wire [FEEDS*$clog2(WEIGHT_DEPTH)-1:0] word_addrs,
    output wire [LANES*WORD_WIDTH-1:0]           words
);

    localparam integer ADDR_WIDTH = $clog2(WEIGHT_DEPTH);

    reg [LOAD_ADDR+LOAD_DATA+15:0] load_reg;

    always @(posedge clk) load_reg <= load;

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            localparam integer NUMBER = GROUP * LANES + l;
            localparam integer THOUSANDS = "0" + (NUMBER / 1000);
            localparam integer HUNDREDS = "0" + ((NUMBER / 100) % 10);
            localparam integer TENS = "0" + ((NUMBER / 10) % 10);
            localparam integer ONES = "0" + (NUMBER % 10);

            wire                             pointer_load_en;
            wire [$clog2(POINTER_DEPTH)-1:0] pointer_load_addr;
            wire [COUNT_WIDTH-1:0]           pointer_load_data;

            sample_load_decode #(
                .KIND(1),
                .ADDR_WIDTH($clog2(POINTER_DEPTH)),
                .WIDTH(COUNT_WIDTH),
                .LOAD_ADDR(LOAD_ADDR),
                .LOAD_DATA(LOAD_DATA)
            ) u_pointer_load (
                .load(load_reg),
                .number(NUMBER[11:0]),
                .en(pointer_load_en),
                .addr(pointer_load_addr),
                .data(pointer_load_data)
            );

            sample_small_rom #(
                .WIDTH(COUNT_WIDTH),
                .DEPTH(POINTER_DEPTH),
                .FILE({MEM_DIR, "sample_pointers_", THOUSANDS[7:0], HUNDREDS[7:0], TENS[7:0], ONES[7:0], ".mem"})
            ) u_pointer_mem (
                .clk(clk),
                .load_en(pointer_load_en),
                .load_addr(pointer_load_addr),
                .load_data(pointer_load_data),
                .en(advance[l]),
                .addr(col_pointer),
                .data(counts[l*COUNT_WIDTH+:COUNT_WIDTH])
            );

            wire                  weight_load_en;
            wire [ADDR_WIDTH-1:0] weight_load_addr;
            wire [WORD_WIDTH-1:0] weight_load_data;

            sample_load_decode #(
                .KIND(0),
                .ADDR_WIDTH(ADDR_WIDTH),
                .WIDTH(WORD_WIDTH),
                .LOAD_ADDR(LOAD_ADDR),
                .LOAD_DATA(LOAD_DATA)
            ) u_weight_load (
                .load(load_reg),
                .number(NUMBER[11:0]),
                .en(weight_load_en),
                .addr(weight_load_addr),
                .data(weight_load_data)
            );

            sample_rom #(
                .WIDTH(WORD_WIDTH),
                .DEPTH(WEIGHT_DEPTH),
                .FILE({MEM_DIR, "sample_weights_", THOUSANDS[7:0], HUNDREDS[7:0], TENS[7:0], ONES[7:0], ".mem"})
            ) u_weight_mem (
                .clk(clk),
                .load_en(weight_load_en),
                .load_addr(weight_load_addr),
                .load_data(weight_load_data),
                .en(1'b1),
                .addr(word_addrs[l*ADDR_WIDTH+:ADDR_WIDTH]),
                .data(words[l*WORD_WIDTH+:WORD_WIDTH])
            );
        end
    endgenerate

endmodule

`resetall
