// SPDX-License-Identifier: Apache-2.0
// adder_tree: sum of INPUTS signed values, one level of additions a cycle.
//
// The result has WIDTH + log2(INPUTS) bits and follows the inputs by log2(INPUTS) cycles.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_adder_tree #(
    // Values, a power of two.
    parameter integer INPUTS = 1,
    // Bits of a value.
    parameter integer WIDTH = 31
) (
    input  wire                            clk,
    input  wire [INPUTS*WIDTH-1:0]         values,
    output wire [WIDTH+$clog2(INPUTS)-1:0] sum
);

    localparam integer LEVELS = $clog2(INPUTS);

    genvar level;
    genvar n;
    generate
        for (level = 0; level <= LEVELS; level = level + 1) begin : gen_level
            localparam integer COUNT = INPUTS >> level;
            localparam integer BITS = WIDTH + level;

            wire [COUNT*BITS-1:0] sums;

            if (level == 0) begin : gen_inputs
                assign sums = values;
            end else begin : gen_sums
                reg [COUNT*BITS-1:0] sums_reg;

                for (n = 0; n < COUNT; n = n + 1) begin : gen_sum
                    wire signed [BITS-2:0] a = gen_level[level-1].sums[2*n*(BITS-1)+:BITS-1];
                    wire signed [BITS-2:0] b = gen_level[level-1].sums[(2*n+1)*(BITS-1)+:BITS-1];

                    always @(posedge clk) sums_reg[n*BITS+:BITS] <= {a[BITS-2], a} + {b[BITS-2], b};
                end

                assign sums = sums_reg;
            end
        end
    endgenerate

    assign sum = gen_level[LEVELS].sums;

    // A single value has no registers.
    wire unused_clk = &{1'b0, clk};

endmodule

`resetall
