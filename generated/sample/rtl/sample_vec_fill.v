// SPDX-License-Identifier: Apache-2.0
// vec_fill: how far a vector is written, for the vec_buffers of all channels, which fill in step.
//
// Words arrive in order; `available` counts the elements written since `start`, so a reader can follow the writer, and
// `generation` is the parity that came with that start, so the reader can tell the vector of this frame from the last one.
// Where more elements are read than a word has, it moves on with the words that fill a read; there must be as many as fill
// the last one.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_vec_fill #(
    // Elements of a word written, and of a word read: powers of two.
    parameter integer LANES = 2,
    parameter integer READ = 1,
    // Words of the larger of the two, at least 2.
    parameter integer WORDS = 4,
    // Bits of an element index.
    parameter integer INDEX_WIDTH = 6
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     start,
    input  wire                     start_generation,
    // A word is written.
    input  wire                     write_en,
    output wire [$clog2(WORDS)-1:0] write_addr,
    output wire                     generation,
    output wire [INDEX_WIDTH-1:0]   available
);

    localparam integer WORD_WIDTH = $clog2(WORDS);
    // Elements of a word of the memory.
    localparam integer STORED = (READ > LANES) ? READ : LANES;
    localparam [INDEX_WIDTH-1:0] STEP = STORED[INDEX_WIDTH-1:0];

    reg  [WORD_WIDTH-1:0]  write_addr_reg;
    reg  [INDEX_WIDTH-1:0] available_reg;
    reg                    generation_reg;
    // The word that comes fills a read.
    wire                   full;

    generate
        if (READ > LANES) begin : gen_collect
            reg [$clog2(READ/LANES)-1:0] count_reg;

            always @(posedge clk) begin
                if (rst || start) count_reg <= {$clog2(READ / LANES){1'b0}};
                else if (write_en) count_reg <= count_reg + 1'b1;
            end

            assign full = &count_reg;
        end else begin : gen_direct
            assign full = 1'b1;
        end
    endgenerate

    always @(posedge clk) begin
        if (rst) generation_reg <= 1'b1;
        else if (start) generation_reg <= start_generation;
        if (rst || start) begin
            write_addr_reg <= {WORD_WIDTH{1'b0}};
            available_reg  <= {INDEX_WIDTH{1'b0}};
        end else if (write_en && full) begin
            write_addr_reg <= write_addr_reg + 1'b1;
            available_reg  <= available_reg + STEP;
        end
    end

    assign write_addr = write_addr_reg;
    assign generation = generation_reg;
    assign available = available_reg;

endmodule

`resetall
