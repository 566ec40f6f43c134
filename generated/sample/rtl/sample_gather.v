// SPDX-License-Identifier: Apache-2.0
// gather: sums of one channel over all groups, for the lanes that gather_control drains.
//
// Pipeline:  cycle 0   phase
//            cycle 1   rows in drain_data           -> multiplexer over the phases
//            cycle 2   chosen_reg                   -> adder tree
//            cycle 2 + log2(GROUPS)   acc_data
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_gather #(
    // Column groups.
    parameter integer GROUPS = 1,
    // Lanes of a group.
    parameter integer LANES = 4,
    // Lanes of ElemMul, a power of two that divides LANES.
    parameter integer ELEM_LANES = 2,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31
) (
    input  wire                                             clk,
    // Rows of all lanes, lane by lane, group by group; their phase is a cycle earlier.
    input  wire [GROUPS*LANES*ACC_WIDTH-1:0]                drain_data,
    input  wire [0:0]                                       phase,
    // Sums of a word.
    output wire [ELEM_LANES*(ACC_WIDTH+$clog2(GROUPS))-1:0] acc_data
);

    localparam integer GROUP_WIDTH = ELEM_LANES * ACC_WIDTH;
    localparam integer SUM_WIDTH = ACC_WIDTH + $clog2(GROUPS);
    localparam integer PHASES = LANES / ELEM_LANES;
    localparam integer LEVELS = $clog2(PHASES);

    // Elements of a word in a group that one register of the phase selects.
    localparam integer TILE = 16;

    wire [GROUPS*GROUP_WIDTH-1:0] rows_of_groups;

    genvar g;
    genvar e;
    genvar level;
    genvar n;
    generate
        for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
            wire [LANES*ACC_WIDTH-1:0] rows = drain_data[g*LANES*ACC_WIDTH+:LANES*ACC_WIDTH];

            for (e = 0; e < ELEM_LANES; e = e + TILE) begin : gen_tile
                localparam integer WIDTH = (ELEM_LANES - e < TILE ? ELEM_LANES - e : TILE) * ACC_WIDTH;
                wire [WIDTH-1:0] chosen;
                reg  [WIDTH-1:0] chosen_reg;

                if (PHASES == 1) begin : gen_one_phase
                    assign chosen = rows[e*ACC_WIDTH+:WIDTH];
                end else begin : gen_phases
                    wire [0:0] own_phase;

                    sample_register_copy #(
                        .WIDTH(0 + 1)
                    ) u_phase (
                        .clk(clk),
                        .d(phase),
                        .q(own_phase)
                    );

                    // Halved by one bit of the phase after the other.
                    for (level = 0; level <= LEVELS; level = level + 1) begin : gen_level
                        wire [(PHASES>>level)*WIDTH-1:0] choices;

                        for (n = 0; n < PHASES >> level; n = n + 1) begin : gen_choice
                            if (level == 0) begin : gen_rows
                                assign choices[n*WIDTH+:WIDTH] = rows[n*GROUP_WIDTH+e*ACC_WIDTH+:WIDTH];
                            end else begin : gen_half
                                assign choices[n*WIDTH+:WIDTH] = own_phase[level-1]
                                    ? gen_level[level-1].choices[(2*n+1)*WIDTH+:WIDTH]
                                    : gen_level[level-1].choices[2*n*WIDTH+:WIDTH];
                            end
                        end
                    end

                    assign chosen = gen_level[LEVELS].choices;
                end

                always @(posedge clk) chosen_reg <= chosen;

                assign rows_of_groups[g*GROUP_WIDTH+e*ACC_WIDTH+:WIDTH] = chosen_reg;
            end
        end

        if (PHASES == 1) begin : gen_unused_phase
            wire unused_phase = &{1'b0, phase};
        end

        for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_sum
            wire [GROUPS*ACC_WIDTH-1:0] values;

            for (g = 0; g < GROUPS; g = g + 1) begin : gen_value
                assign values[g*ACC_WIDTH+:ACC_WIDTH] = rows_of_groups[g*GROUP_WIDTH+e*ACC_WIDTH+:ACC_WIDTH];
            end

            sample_adder_tree #(
                .INPUTS(GROUPS),
                .WIDTH(ACC_WIDTH)
            ) u_adder_tree (
                .clk(clk),
                .values(values),
                .sum(acc_data[e*SUM_WIDTH+:SUM_WIDTH])
            );
        end
    endgenerate

endmodule

`resetall
