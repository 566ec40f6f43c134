// SPDX-License-Identifier: Apache-2.0
// register_copy: one of several registers of the same signal, each for what is near it.
//
// It is a module, and kept, so that synthesis does not make one register of all copies again, with all their loads.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_register_copy #(
    parameter integer WIDTH = 1
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);

    (* keep = "true" *)
    reg [WIDTH-1:0] q_reg;

    always @(posedge clk) q_reg <= d;

    assign q = q_reg;

endmodule

`resetall
