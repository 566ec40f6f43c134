// SPDX-License-Identifier: Apache-2.0
// arith_control: what the arithmetic units of all channels of a lane have in common: rows and hazards.
//
// Pipeline:   cycle 0   op_* (registers of row_decode)      place -> read port of act_buffer
//                       hit1, hit2, hit3 -> registers of the PEs
//             cycle 1   row at the banks' outputs            -> operand register
//             cycle 2   product and operand in the arithmetic units
//             cycle 3   sum                                 -> write port of act_buffer
//             cycle 4   the sum written last
// A read is three cycles older than the write it would have to see. So when the operation one, two or three ahead is of the same
// row, its sum is taken instead of the accumulator; that of the latest where several are.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_arith_control #(
    // Bits of an accumulator's place: {bank, row}.
    parameter integer PLACE_WIDTH = 6
) (
    input  wire                   clk,
    input  wire                   rst,
    // Decoded operation.
    input  wire                   op_valid,
    input  wire [PLACE_WIDTH-1:0] op_place,
    // Hazards, in cycle 0: the operation one, two, three ahead is of the same row.
    output wire                   hit1,
    output wire                   hit2,
    output wire                   hit3,
    // What is written in cycle 3, a cycle before.
    output wire                   write_en,
    output wire [PLACE_WIDTH-1:0] write_place
);

    reg                   s1_valid_reg, s2_valid_reg, s3_valid_reg;
    reg [PLACE_WIDTH-1:0] s1_place_reg, s2_place_reg, s3_place_reg;

    always @(posedge clk) begin
        s1_place_reg <= op_place;
        s2_place_reg <= s1_place_reg;
        s3_place_reg <= s2_place_reg;
        if (rst) begin
            s1_valid_reg <= 1'b0;
            s2_valid_reg <= 1'b0;
            s3_valid_reg <= 1'b0;
        end else begin
            s1_valid_reg <= op_valid;
            s2_valid_reg <= s1_valid_reg;
            s3_valid_reg <= s2_valid_reg;
        end
    end

    assign hit1 = s1_valid_reg && s1_place_reg == op_place;
    assign hit2 = s2_valid_reg && s2_place_reg == op_place;
    assign hit3 = s3_valid_reg && s3_place_reg == op_place;
    assign write_en = s2_valid_reg;
    assign write_place = s2_place_reg;

endmodule

`resetall
