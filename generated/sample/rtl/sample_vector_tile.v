// SPDX-License-Identifier: Apache-2.0
// vector_tile: elements of x, y and m of some neighbouring channels, on their way to the lanes.
//
// Pipeline (advance = 1):   cycle 0   index -> memories
//                           cycle 1   latches of these memories
//                           cycle 2   their outputs -> aligner
//                           cycle 3   acts
// The aligner shifts an activation left, so that the products of all matrices of a sum have the same fraction bits. In the
// first frame of an utterance y is taken as zero. With advance = 0 every stage holds.
//
// A tile has registers of its own for what goes to all channels.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_vector_tile #(
    // Channels of the tile.
    parameter integer CHANNELS = 1,
    // Bits of a vector element, and of an aligned activation, which has at least as many.
    parameter integer VECTOR_WIDTH = 16,
    parameter integer ACT_WIDTH = 18,
    // Elements of the group in a word of y or m.
    parameter integer SLICE = 2,
    // Bits of an element number, and of an address in half an input buffer.
    parameter integer ELEMENT_WIDTH = 6,
    parameter integer SLOT_WIDTH = 4,
    // Words of the vectors.
    parameter integer OUT_WORDS = 4,
    parameter integer CELL_WORDS = 8
) (
    input  wire                                   clk,
    // Value of `advance` in the next cycle.
    input  wire                                   advance_next,
    // Input element for the channels in x_write.
    input  wire [CHANNELS-1:0]                    x_write,
    input  wire [SLOT_WIDTH:0]                    x_addr,
    input  wire [VECTOR_WIDTH-1:0]                x_element,
    // Words of y and m (see vec_fill).
    input  wire                                   y_write,
    input  wire [CHANNELS-1:0]                    y_store,
    input  wire [$clog2(OUT_WORDS)-1:0]           y_addr,
    input  wire [CHANNELS*SLICE*VECTOR_WIDTH-1:0] y_words,
    input  wire                                   m_write,
    input  wire [$clog2(CELL_WORDS)-1:0]          m_addr,
    input  wire [CHANNELS*SLICE*VECTOR_WIDTH-1:0] m_words,
    // Column from the issuer; source 0 is x, 1 is y, 2 is m.
    input  wire [1:0]                             col_source,
    input  wire [3:0]                             col_shift,
    input  wire [CHANNELS-1:0]                    col_zero,
    input  wire                                   batch_slot,
    input  wire [ELEMENT_WIDTH-1:0]               col_index,
    // The element of y that is read: that of the column, or one for the host.
    input  wire [ELEMENT_WIDTH-1:0]               y_index,
    output wire [CHANNELS*VECTOR_WIDTH-1:0]       y_found,
    // Aligned activations.
    output wire [CHANNELS*ACT_WIDTH-1:0]          acts
);

    (* keep = "true" *)
    reg advance_reg;
    (* keep = "true" *)
    reg [1:0] s1_source_reg, s2_source_reg;
    (* keep = "true" *)
    reg [3:0]          s1_shift_reg, s2_shift_reg;
    reg [CHANNELS-1:0] s1_zero_reg, s2_zero_reg;

    always @(posedge clk) begin
        advance_reg <= advance_next;
        if (advance_reg) begin
            s1_source_reg <= col_source;
            s2_source_reg <= s1_source_reg;
            s1_shift_reg  <= col_shift;
            s2_shift_reg  <= s1_shift_reg;
            s1_zero_reg   <= col_zero;
            s2_zero_reg   <= s1_zero_reg;
        end
    end

    // Words of m are as wide as ElemMul.
    wire m_advance;

    sample_register_copy u_m_advance (
        .clk(clk),
        .d(advance_next),
        .q(m_advance)
    );

    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            wire [VECTOR_WIDTH-1:0] x_word;
            reg  [VECTOR_WIDTH-1:0] x_reg;
            reg  [ACT_WIDTH-1:0]    act_reg;

            sample_sdp_ram #(
                .WIDTH(VECTOR_WIDTH),
                .DEPTH(2 << SLOT_WIDTH),
                .BLOCK(0)
            ) u_x_buffer (
                .clk(clk),
                .write_en(x_write[c]),
                .write_addr(x_addr),
                .write_data(x_element),
                .read_en(advance_reg),
                .read_addr({batch_slot, col_index[SLOT_WIDTH-1:0]}),
                .read_data(x_word)
            );

            sample_vec_buffer #(
                .WIDTH(VECTOR_WIDTH),
                .LANES(SLICE),
                .READ(1),
                .WORDS(OUT_WORDS),
                .BLOCK(0),
                .INDEX_WIDTH(ELEMENT_WIDTH)
            ) u_y_buffer (
                .clk(clk),
                .write_en(y_write && y_store[c]),
                .write_addr(y_addr),
                .write_data(y_words[c*SLICE*VECTOR_WIDTH+:SLICE*VECTOR_WIDTH]),
                .en(advance_reg),
                .index(y_index),
                .data(y_found[c*VECTOR_WIDTH+:VECTOR_WIDTH])
            );

            wire [VECTOR_WIDTH-1:0] y = s2_zero_reg[c] ? {VECTOR_WIDTH{1'b0}} : y_found[c*VECTOR_WIDTH+:VECTOR_WIDTH];
            wire [VECTOR_WIDTH-1:0] m;

            sample_vec_buffer #(
                .WIDTH(VECTOR_WIDTH),
                .LANES(SLICE),
                .READ(1),
                .WORDS(CELL_WORDS),
                .BLOCK(0),
                .INDEX_WIDTH(ELEMENT_WIDTH)
            ) u_m_buffer (
                .clk(clk),
                .write_en(m_write),
                .write_addr(m_addr),
                .write_data(m_words[c*SLICE*VECTOR_WIDTH+:SLICE*VECTOR_WIDTH]),
                .en(m_advance),
                .index(col_index),
                .data(m)
            );

            wire [VECTOR_WIDTH-1:0] element = s2_source_reg[1] ? m : s2_source_reg[0] ? y : x_reg;
            wire [ACT_WIDTH-1:0]    extended;

            if (ACT_WIDTH > VECTOR_WIDTH) begin : gen_extend
                assign extended = { {(ACT_WIDTH - VECTOR_WIDTH){element[VECTOR_WIDTH-1]}}, element};
            end else begin : gen_same
                assign extended = element;
            end

            always @(posedge clk) begin
                if (advance_reg) begin
                    x_reg   <= x_word;
                    act_reg <= extended << s2_shift_reg;
                end
            end

            assign acts[c*ACT_WIDTH+:ACT_WIDTH] = act_reg;
        end
    endgenerate

endmodule

`resetall
