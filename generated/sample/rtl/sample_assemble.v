// assemble: rounds the sums of the projection to elements of y.
//
//   y = saturate(floor(acc / 2^shift + 1/2))
//
// Pipeline:   cycle 0   acc_data, valid
//             cycle 1   scaled_reg: shifted, one fraction bit left
//             cycle 2   y_data, y_valid
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
    // Elements of the word.
    output wire                               y_valid,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] y_data
);

    // Bits of a sum with a fraction bit, and of an element with one, and with room for the rounding.
    localparam integer SUM_WIDTH = ((ACC_WIDTH > VECTOR_WIDTH) ? ACC_WIDTH : VECTOR_WIDTH) + 2;

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
            wire signed [SUM_WIDTH-1:0]    rounded = scaled_reg + { {(SUM_WIDTH - 1){1'b0}}, 1'b1};
            wire                           negative = rounded[SUM_WIDTH-1];
            wire                           outside = rounded[SUM_WIDTH-1:VECTOR_WIDTH]
                != {(SUM_WIDTH - VECTOR_WIDTH){negative}};
            wire                           unused_half = &{1'b0, rounded[0]};

            always @(posedge clk) begin
                scaled_reg <= twice >>> shift;
                y_reg      <= outside ? {negative, {(VECTOR_WIDTH - 1){!negative}}} : rounded[VECTOR_WIDTH:1];
            end

            assign y_data[e*VECTOR_WIDTH+:VECTOR_WIDTH] = y_reg;
        end
    endgenerate

    assign y_valid = s2_valid_reg;

endmodule

`resetall
