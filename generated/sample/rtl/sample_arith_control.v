// arith_control: what the arithmetic units of all channels of a lane have in common: rows and hazards.
//
// Pipeline:   cycle 0   op_* (registers of row_decode)      place -> read port of act_buffer
//             cycle 1   product and accumulator in the arithmetic units; take_sum, take_last
//             cycle 2   sum                                 -> write port of act_buffer
//             cycle 3   the sum written last
// A read is two cycles older than the write it would have to see. So when the operation one ahead, or the one two ahead, is of
// the same row, its sum is taken instead of the accumulator; that of the one ahead where both are.
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
    // Hazards, in cycle 1.
    output wire                   take_sum,
    output wire                   take_last,
    // Write port, in cycle 2.
    output wire                   write_en,
    output wire [PLACE_WIDTH-1:0] write_place
);

    reg                   s1_valid_reg, s2_valid_reg;
    reg [PLACE_WIDTH-1:0] s1_place_reg, s2_place_reg;
    reg                   take_sum_reg, take_last_reg;

    always @(posedge clk) begin
        s1_place_reg  <= op_place;
        s2_place_reg  <= s1_place_reg;
        take_sum_reg  <= s1_valid_reg && s1_place_reg == op_place;
        take_last_reg <= s2_valid_reg && s2_place_reg == op_place;
        if (rst) begin
            s1_valid_reg <= 1'b0;
            s2_valid_reg <= 1'b0;
        end else begin
            s1_valid_reg <= op_valid;
            s2_valid_reg <= s1_valid_reg;
        end
    end

    assign take_sum = take_sum_reg;
    assign take_last = take_last_reg;
    assign write_en = s2_valid_reg;
    assign write_place = s2_place_reg;

endmodule

`resetall
