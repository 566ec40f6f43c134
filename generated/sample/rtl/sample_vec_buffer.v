// SPDX-License-Identifier: Apache-2.0
// vec_buffer: a vector that is written in words of LANES elements and read READ elements at a time.
//
// Where it is written comes from vec_fill. Where more elements are read than a word has, words are held, and written with
// each that comes: the one that fills a read, at which vec_fill moves on, is the last that is written there.
//
// Read (en = 1):   cycle 0   index (of the first element, a multiple of READ)  -> memory
//                  cycle 1   word latch                                       -> element select
//                  cycle 2   data
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_vec_buffer #(
    // Bits of an element.
    parameter integer WIDTH = 16,
    // Elements of a word written, and of a word read: powers of two.
    parameter integer LANES = 2,
    parameter integer READ = 1,
    // Words of the larger of the two, at least 2.
    parameter integer WORDS = 4,
    // 1: block RAM, 0: distributed RAM.
    parameter integer BLOCK = 0,
    // Bits of an element index.
    parameter integer INDEX_WIDTH = 6
) (
    input  wire                     clk,
    // Write side.
    input  wire                     write_en,
    input  wire [$clog2(WORDS)-1:0] write_addr,
    input  wire [LANES*WIDTH-1:0]   write_data,
    // Read side.
    input  wire                     en,
    input  wire [INDEX_WIDTH-1:0]   index,
    output wire [READ*WIDTH-1:0]    data
);

    // Elements of a word of the memory.
    localparam integer STORED = (READ > LANES) ? READ : LANES;
    localparam integer SELECT_WIDTH = $clog2(STORED);

    reg  [READ*WIDTH-1:0]   data_reg;
    wire [STORED*WIDTH-1:0] stored;
    wire [STORED*WIDTH-1:0] word;

    generate
        if (READ > LANES) begin : gen_collect
            reg [(READ-LANES)*WIDTH-1:0] held_reg;

            always @(posedge clk) begin
                if (write_en) held_reg <= stored[READ*WIDTH-1:LANES*WIDTH];
            end

            assign stored = {write_data, held_reg};
        end else begin : gen_direct
            assign stored = write_data;
        end
    endgenerate

    wire unused_index = &{1'b0, index};

    sample_sdp_ram #(
        .WIDTH(STORED * WIDTH),
        .DEPTH(WORDS),
        .BLOCK(BLOCK)
    ) u_ram (
        .clk(clk),
        .write_en(write_en),
        .write_addr(write_addr),
        .write_data(stored),
        .read_en(en),
        .read_addr(index[SELECT_WIDTH+:$clog2(WORDS)]),
        .read_data(word)
    );

    genvar b, p;
    generate
        if (STORED == READ) begin : gen_whole_word
            always @(posedge clk) begin
                if (en) data_reg <= word;
            end
        end else begin : gen_select
            localparam integer PART_WIDTH = $clog2(LANES / READ);

            reg  [PART_WIDTH-1:0] part_reg;
            // A bit in all parts.
            wire [LANES/READ-1:0] bits [0:READ*WIDTH-1];

            always @(posedge clk) begin
                if (en) part_reg <= index[SELECT_WIDTH-1-:PART_WIDTH];
            end

            for (b = 0; b < READ * WIDTH; b = b + 1) begin : gen_bit
                for (p = 0; p < LANES / READ; p = p + 1) begin : gen_part
                    assign bits[b][p] = word[p*READ*WIDTH+b];
                end

                always @(posedge clk) begin
                    if (en) data_reg[b] <= bits[b][part_reg];
                end
            end
        end
    endgenerate

    assign data = data_reg;

endmodule

`resetall
