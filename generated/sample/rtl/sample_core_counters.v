// SPDX-License-Identifier: Apache-2.0
// core_counters: what the core did since its start, for the register file.
//
//   lane_macs, a bit a lane -> adder_tree (a level a cycle) -> macs
//
// Every counter is a few cycles behind, and stands still while the core is held, so that it can be read after a soft reset.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_core_counters #(
    // Lanes of all groups, a power of two.
    parameter integer LANES = 4,
    // Entries of an activation queue.
    parameter integer FIFO_DEPTH = 4
) (
    input  wire                  clk,
    input  wire                  rst,
    // Start of the core; it is in reset.
    input  wire                  start,
    input  wire                  core_run,
    // An output frame has left; lanes that multiply; fill of the queues, bit n where one has more than n entries.
    input  wire                  frame_sent,
    input  wire [LANES-1:0]      lane_macs,
    input  wire [FIFO_DEPTH-1:0] reached,
    output wire [31:0]           frames,
    output wire [63:0]           cycles,
    output wire [63:0]           macs,
    output wire [31:0]           fifo_high
);

    localparam integer SUM_WIDTH = 2 + $clog2(LANES);

    // A cycle late, when the core has its first one, so that a register clears all counters.
    reg                  clear_reg;
    reg [31:0]           frames_reg;
    reg [63:0]           cycles_reg;
    reg [63:0]           macs_reg;
    reg [FIFO_DEPTH-1:0] reached_reg;
    reg                  higher_reg;
    reg [6:0]            high_reg;

    // One bit a lane, as a signed value of two.
    wire [2*LANES-1:0]   ones;
    wire [SUM_WIDTH-1:0] sum;

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            assign ones[2*l+:2] = {1'b0, lane_macs[l]};
        end
    endgenerate

    sample_adder_tree #(
        .INPUTS(LANES),
        .WIDTH(2)
    ) u_adder_tree (
        .clk(clk),
        .values(ones),
        .sum(sum)
    );

    always @(posedge clk) begin
        clear_reg <= rst || start;
        if (clear_reg) begin
            frames_reg  <= 32'd0;
            cycles_reg  <= {63'd0, core_run};
            macs_reg    <= 64'd0;
            reached_reg <= {FIFO_DEPTH{1'b0}};
            higher_reg  <= 1'b0;
            high_reg    <= 7'd0;
        end else begin
            if (frame_sent) frames_reg <= frames_reg + 32'd1;
            if (core_run) begin
                cycles_reg  <= cycles_reg + 64'd1;
                macs_reg    <= macs_reg + { {(64 - SUM_WIDTH){1'b0}}, sum};
                // The fullest queue has at most one entry more in a cycle.
                reached_reg <= reached_reg | reached;
                higher_reg  <= |(reached & ~reached_reg);
                high_reg    <= high_reg + {6'd0, higher_reg};
            end
        end
    end

    assign frames = frames_reg;
    assign cycles = cycles_reg;
    assign macs = macs_reg;
    assign fifo_high = {25'd0, high_reg};

endmodule

`resetall
