// SPDX-License-Identifier: Apache-2.0
// table_index: index of a fixed-point value into a table of 2048 entries over [-R, R).
//
//   index = clip(floor(value / step), -1024, 1023) + 1024,   step = 2R / 2048 = 2^SHIFT units of the value
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_table_index #(
    // Bits of the value.
    parameter integer WIDTH = 16,
    // Logarithm of the step, in units of the value; WIDTH - SHIFT is at least 11.
    parameter integer SHIFT = 4
) (
    input  wire [WIDTH-1:0] value,
    output wire [10:0]      index
);

    localparam integer CELL_WIDTH = WIDTH - SHIFT;

    wire [CELL_WIDTH-1:0] cell_number = value[WIDTH-1:SHIFT];

    generate
        if (SHIFT > 0) begin : gen_fraction
            wire unused_fraction = &{1'b0, value[SHIFT-1:0]};
        end

        if (CELL_WIDTH > 11) begin : gen_clip
            wire negative = cell_number[CELL_WIDTH-1];
            wire outside = cell_number[CELL_WIDTH-1:10] != {(CELL_WIDTH - 10){negative}};
            assign index = outside ? {11{!negative}} : {!cell_number[10], cell_number[9:0]};
        end else begin : gen_exact
            assign index = {!cell_number[10], cell_number[9:0]};
        end
    endgenerate

endmodule

`resetall
