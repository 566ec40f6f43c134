// SPDX-License-Identifier: Apache-2.0
// act_broadcast: carries a column from the issuer to all lanes of its group, beside its activations (see vector_tile).
//
// Pipeline (advance = 1):   cycle 0   col_* from the issuer -> pointer memories and vector tiles
//                           cycle 1   latches of these memories
//                           cycle 2   their outputs: word counts to the lanes (lane_*)
//                           cycle 3   share_*, beside the lanes' ptr_read registers
// With advance = 0 every stage holds.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_act_broadcast #(
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  advance,
    // Column from the issuer.
    input  wire                  col_valid,
    input  wire                  col_first,
    input  wire                  col_marker,
    input  wire [1:0]            col_bank,
    input  wire [ADDR_WIDTH-1:0] col_base,
    // Column at the lanes.
    output wire                  lane_valid,
    output wire                  lane_first,
    output wire                  lane_marker,
    output wire [ADDR_WIDTH-1:0] lane_base,
    // What all lanes put into their queues.
    output wire                  share_marker,
    output wire [1:0]            share_bank
);

    reg                  s1_valid_reg, s2_valid_reg;
    reg                  s1_first_reg, s2_first_reg;
    reg                  s1_marker_reg, s2_marker_reg, s3_marker_reg;
    reg [1:0]            s1_bank_reg, s2_bank_reg, s3_bank_reg;
    reg [ADDR_WIDTH-1:0] s1_base_reg, s2_base_reg;

    always @(posedge clk) begin
        if (advance) begin
            s1_first_reg  <= col_first;
            s1_base_reg   <= col_base;
            s2_first_reg  <= s1_first_reg;
            s2_base_reg   <= s1_base_reg;
            s1_marker_reg <= col_marker;
            s1_bank_reg   <= col_bank;
            s2_marker_reg <= s1_marker_reg;
            s2_bank_reg   <= s1_bank_reg;
            s3_marker_reg <= s2_marker_reg;
            s3_bank_reg   <= s2_bank_reg;
        end
        if (rst) begin
            s1_valid_reg <= 1'b0;
            s2_valid_reg <= 1'b0;
        end else if (advance) begin
            s1_valid_reg <= col_valid;
            s2_valid_reg <= s1_valid_reg;
        end
    end

    assign lane_valid = s2_valid_reg;
    assign lane_first = s2_first_reg;
    assign lane_base = s2_base_reg;
    assign lane_marker = s2_marker_reg;
    assign share_marker = s3_marker_reg;
    assign share_bank = s3_bank_reg;

endmodule

`resetall
