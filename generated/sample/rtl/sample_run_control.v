// SPDX-License-Identifier: Apache-2.0
// run_control: starts, pauses and resets the core.
//
//            run, ready              soft_reset
//     HELD --------------> RUNNING --------------> STOPPING
//      ^                                               |
//      +-----------------------------------------------+ all that was asked for is here, or the memory is silent
//
//     HELD       core_rst = 1
//     RUNNING    take = run: the core takes input frames
//     STOPPING   stop = 1: the reader asks for no more
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_run_control (
    input  wire clk,
    input  wire rst,
    // There is a model to run.
    input  wire ready,
    // CONTROL.run, cleared by a soft reset; CONTROL.soft_reset.
    input  wire run,
    output wire run_clear,
    input  wire soft_reset,
    // Reader of the weights: nothing is under way; it has waited for too long.
    input  wire drained,
    input  wire silent,
    // The core: reset, input frames may be taken, no more reading.
    output wire core_rst,
    // Its opposite, as a register of its own.
    output wire core_run,
    // The same as core_rst, for the array.
    output wire array_rst,
    output wire take,
    output wire stop,
    // The core starts in the next cycle.
    output wire start,
    // A soft reset is complete; it gave up waiting for the memory.
    output wire reset_done,
    output wire not_drained
);

    localparam [1:0] HELD = 2'd0;
    localparam [1:0] RUNNING = 2'd1;
    localparam [1:0] STOPPING = 2'd2;

    reg [1:0] state_reg;
    reg       core_rst_reg;
    reg       core_run_reg;
    reg       take_reg;
    reg       stop_reg;
    reg       reset_done_reg;
    reg       not_drained_reg;

    wire held = state_reg == HELD;
    wire stopped = state_reg == STOPPING && stop_reg && (drained || silent);
    wire go = held && run && ready && !soft_reset;
    wire held_next = stopped || (held && !go);

    sample_register_copy u_array_reset (
        .clk(clk),
        .d(rst || held_next),
        .q(array_rst)
    );

    always @(posedge clk) begin
        if (rst) begin
            state_reg       <= HELD;
            core_rst_reg    <= 1'b1;
            core_run_reg    <= 1'b0;
            take_reg        <= 1'b0;
            stop_reg        <= 1'b0;
            reset_done_reg  <= 1'b0;
            not_drained_reg <= 1'b0;
        end else begin
            if (go) state_reg <= RUNNING;
            else if (state_reg == RUNNING && soft_reset) state_reg <= STOPPING;
            else if (stopped) state_reg <= HELD;
            core_rst_reg    <= held_next;
            core_run_reg    <= !held_next;
            take_reg        <= run && !soft_reset;
            stop_reg        <= state_reg == STOPPING && !stopped;
            reset_done_reg  <= stopped || (held && soft_reset);
            not_drained_reg <= stopped && !drained;
        end
    end

    assign run_clear = soft_reset;
    assign core_rst = core_rst_reg;
    assign core_run = core_run_reg;
    assign take = take_reg;
    assign stop = stop_reg;
    assign start = go;
    assign reset_done = reset_done_reg;
    assign not_drained = not_drained_reg;

endmodule

`resetall
