// SPDX-License-Identifier: Apache-2.0
// step_rom: the schedule, as every block that executes it holds it: a step a word, loaded from a file or over the load bus.
//
//   schedule -> next_reg -> step_reg
//
// After reset it waits for `enable`; `run` says from the next cycle on that a step is at hand, at first that with number 0. The one behind
// it is there already, so `en` is all that the next step takes; behind the last one comes the first.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_step_rom #(
    // Bits of a step, and number of steps, at least 2.
    parameter integer STEP_WIDTH = 54,
    parameter integer STEPS = 6,
    // Bits of a step that the block reads; the others are 0.
    parameter [STEP_WIDTH-1:0] USED = {STEP_WIDTH{1'b1}},
    // Bits of an address and of a word on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54,
    // Path of the schedule.
    parameter FILE = "mem/sample_schedule.mem"
) (
    input  wire                            clk,
    input  wire                            rst,
    // Load bus.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0] load,
    input  wire                            enable,
    output wire                            run,
    // The next step, please.
    input  wire                            en,
    output wire [STEP_WIDTH-1:0]           step,
    // The step behind it.
    output wire [STEP_WIDTH-1:0]           step_behind
);

    localparam integer PC_WIDTH = $clog2(STEPS);

    wire                  load_en;
    wire [PC_WIDTH-1:0]   load_addr;
    wire [STEP_WIDTH-1:0] load_data;

    sample_load_decode #(
        .KIND(5),
        .ADDR_WIDTH(PC_WIDTH),
        .WIDTH(STEP_WIDTH),
        .LOAD_ADDR(LOAD_ADDR),
        .LOAD_DATA(LOAD_DATA)
    ) u_load_decode (
        .load(load),
        .number(12'd0),
        .en(load_en),
        .addr(load_addr),
        .data(load_data)
    );

    reg [STEP_WIDTH-1:0] schedule [0:STEPS-1];
    reg                  run_reg;
    // Number of the step in next_reg.
    reg [PC_WIDTH-1:0]   pc_reg;
    reg [STEP_WIDTH-1:0] next_reg;
    reg [STEP_WIDTH-1:0] step_reg;

    wire                waits = rst || !(run_reg || enable);
    wire                taken = en || !run_reg;
    wire [PC_WIDTH-1:0] behind = next_reg[4] ? {PC_WIDTH{1'b0}} : pc_reg + 1'b1;
    wire [PC_WIDTH-1:0] pc = waits ? {PC_WIDTH{1'b0}} : taken ? behind : pc_reg;

    initial $readmemh(FILE, schedule);

    always @(posedge clk) begin
        if (load_en) schedule[load_addr] <= load_data;
        pc_reg   <= pc;
        next_reg <= schedule[pc];
        if (taken) step_reg <= step_behind;
        if (rst) run_reg <= 1'b0;
        else if (enable) run_reg <= 1'b1;
    end

    assign run = run_reg;
    assign step = step_reg;
    assign step_behind = next_reg & USED;

endmodule

`resetall
