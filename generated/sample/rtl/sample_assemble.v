// SPDX-License-Identifier: Apache-2.0
// assemble: rounds the sums of the projection to elements of y.
//
//   y = saturate(floor(acc / 2^shift + 1/2))
//
// Pipeline:   cycle 0   acc_data, valid
//             cycle 1   scaled_reg: shifted, one fraction bit left
//             cycle 2   y_data, y_valid
// A word from outside takes the same way: poke, y_poked, y_data. Each element has a copy of the shift.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_assemble #(
    // Elements handled side by side.
    parameter integer ELEM_LANES = 2,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Bits of an element.
    parameter integer VECTOR_WIDTH = 16
) (
    input  wire                               clk,
    input  wire                               rst,
    input  wire [5:0]                         shift,
    // Sums of a word.
    input  wire                               valid,
    input  wire [ELEM_LANES*ACC_WIDTH-1:0]    acc_data,
    // A word from outside; it stays for a cycle.
    input  wire                               poke,
    input  wire [ELEM_LANES*VECTOR_WIDTH-1:0] poke_word,
    output wire                               y_poked,
    // Elements of the word; it comes in the next cycle.
    output wire                               y_valid,
    output wire                               y_coming,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] y_data
);

    // Bits of a sum with a fraction bit, and of an element with one and another in front.
    localparam integer SUM_WIDTH = ((ACC_WIDTH > VECTOR_WIDTH) ? ACC_WIDTH : VECTOR_WIDTH) + 2;

    wire [ELEM_LANES-1:0] poked;

    reg s1_valid_reg, s2_valid_reg;

    always @(posedge clk) begin
        if (rst) begin
            s1_valid_reg <= 1'b0;
            s2_valid_reg <= 1'b0;
        end else begin
            s1_valid_reg <= valid;
            s2_valid_reg <= s1_valid_reg;
        end
    end

    genvar e;
    generate
        for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_lane
            wire [ACC_WIDTH-1:0]           acc = acc_data[e*ACC_WIDTH+:ACC_WIDTH];
            wire signed [SUM_WIDTH-1:0]    twice = { {(SUM_WIDTH - ACC_WIDTH - 1){acc[ACC_WIDTH-1]}}, acc, 1'b0};
            reg  signed [SUM_WIDTH-1:0]    scaled_reg;
            reg  signed [VECTOR_WIDTH-1:0] y_reg;
            // Seen before it is rounded: one that rounding brings past the largest element is that itself without.
            wire                           negative = scaled_reg[SUM_WIDTH-1];
            wire                           outside = scaled_reg[SUM_WIDTH-1:VECTOR_WIDTH]
                != {(SUM_WIDTH - VECTOR_WIDTH){negative}};
            wire                           largest = !negative && &scaled_reg[VECTOR_WIDTH-1:0];
            wire [VECTOR_WIDTH-1:0]        rounded = scaled_reg[VECTOR_WIDTH:1] + { {(VECTOR_WIDTH - 1){1'b0}}, scaled_reg[0]};
            wire [5:0]                     own_shift;

            sample_register_copy #(
                .WIDTH(7)
            ) u_copy (
                .clk(clk),
                .d({poke, shift}),
                .q({poked[e], own_shift})
            );

            always @(posedge clk) begin
                scaled_reg <= twice >>> own_shift;
                y_reg      <= poked[e] ? poke_word[e*VECTOR_WIDTH+:VECTOR_WIDTH]
                            : (outside || largest) ? {negative, {(VECTOR_WIDTH - 1){!negative}}} : rounded;
            end

            assign y_data[e*VECTOR_WIDTH+:VECTOR_WIDTH] = y_reg;
        end
    endgenerate

    assign y_poked = poked[0];
    assign y_valid = s2_valid_reg;
    assign y_coming = s1_valid_reg || y_poked;

endmodule

`resetall
