// group_memory: what the lanes of one column group read: word counts of the columns, and weights.
//
//     pointer memory          one a lane: the number of its words in every column
//     weight memory           one a lane: its words of all matrices
//
// Lanes of all groups are numbered through in the names of the memory files.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module group_memory #(
    // Number of the group.
    parameter integer GROUP = 0,
    // Lanes of the group.
    parameter integer LANES = 4,
    // Bits and words of a pointer memory.
    parameter integer COUNT_WIDTH = 3,
    parameter integer POINTER_DEPTH = 36,
    // Bits of a word.
    parameter integer WORD_WIDTH = 16,
    // Words of a lane's weight memory.
    parameter integer WEIGHT_DEPTH = 88,
    // Folder of the memory files.
    parameter MEM_DIR = "mem/"
) (
    input  wire                                  clk,
    // Word counts: they follow col_pointer by two enabled cycles.
    input  wire                                  advance,
    input  wire [$clog2(POINTER_DEPTH)-1:0]      col_pointer,
    output wire [LANES*COUNT_WIDTH-1:0]          counts,
    // Words: they follow word_addrs by two cycles.
    input  wire [LANES*$clog2(WEIGHT_DEPTH)-1:0] word_addrs,
    output wire [LANES*WORD_WIDTH-1:0]           words
);

    localparam integer ADDR_WIDTH = $clog2(WEIGHT_DEPTH);

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            localparam integer NUMBER = GROUP * LANES + l;
            localparam integer THOUSANDS = "0" + (NUMBER / 1000);
            localparam integer HUNDREDS = "0" + ((NUMBER / 100) % 10);
            localparam integer TENS = "0" + ((NUMBER / 10) % 10);
            localparam integer ONES = "0" + (NUMBER % 10);

            small_rom #(
                .WIDTH(COUNT_WIDTH),
                .DEPTH(POINTER_DEPTH),
                .FILE({MEM_DIR, "pointers_", THOUSANDS[7:0], HUNDREDS[7:0], TENS[7:0], ONES[7:0], ".mem"})
            ) u_pointer_mem (
                .clk(clk),
                .en(advance),
                .addr(col_pointer),
                .data(counts[l*COUNT_WIDTH+:COUNT_WIDTH])
            );

            rom #(
                .WIDTH(WORD_WIDTH),
                .DEPTH(WEIGHT_DEPTH),
                .FILE({MEM_DIR, "weights_", THOUSANDS[7:0], HUNDREDS[7:0], TENS[7:0], ONES[7:0], ".mem"})
            ) u_weight_mem (
                .clk(clk),
                .en(1'b1),
                .addr(word_addrs[l*ADDR_WIDTH+:ADDR_WIDTH]),
                .data(words[l*WORD_WIDTH+:WORD_WIDTH])
            );
        end
    endgenerate

endmodule

`resetall
