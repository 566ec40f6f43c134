// arith_control: what the arithmetic units of all channels of a lane have in common: rows and hazards.
//
// Pipeline:   cycle 0   op_* (registers of row_decode)      place -> read port of act_buffer
//             cycle 1   product and accumulator in the arithmetic units; forward, older
//             cycle 2   sum                                 -> write port of act_buffer
//             cycle 3   the sum written last
// A read is two cycles older than the write it would have to see. So the sum of the operation one ahead, or of the one two
// ahead (older), is taken instead of the accumulator when it is of the same row (forward).
`resetall
`timescale 1ns / 1ps
`default_nettype none

module arith_control #(
    // Bits of an accumulator's place: {bank, row}.
    parameter integer PLACE_WIDTH = 6
) (
    input  wire                   clk,
    input  wire                   rst,
    // Decoded operation.
    input  wire                   op_valid,
    input  wire [PLACE_WIDTH-1:0] op_place,
    // Hazards, in cycle 1.
    output wire                   forward,
    output wire                   older,
    // Write port, in cycle 2.
    output wire                   write_en,
    output wire [PLACE_WIDTH-1:0] write_place
);

    reg                   s1_valid_reg, s2_valid_reg;
    reg [PLACE_WIDTH-1:0] s1_place_reg, s2_place_reg;
    reg                   forward_reg;
    reg                   older_reg;

    wire one_ahead = s1_valid_reg && s1_place_reg == op_place;
    wire two_ahead = s2_valid_reg && s2_place_reg == op_place;

    always @(posedge clk) begin
        s1_place_reg <= op_place;
        s2_place_reg <= s1_place_reg;
        forward_reg  <= one_ahead || two_ahead;
        older_reg    <= !one_ahead;
        if (rst) begin
            s1_valid_reg <= 1'b0;
            s2_valid_reg <= 1'b0;
        end else begin
            s1_valid_reg <= op_valid;
            s2_valid_reg <= s1_valid_reg;
        end
    end

    assign forward = forward_reg;
    assign older = older_reg;
    assign write_en = s2_valid_reg;
    assign write_place = s2_place_reg;

endmodule

`resetall
