// SPDX-License-Identifier: Apache-2.0
// step_rom: the schedule, as every block that executes it holds it: a step a word, loaded from a file or over the load bus.
//
// One cycle after `en` the next step is at the output, the one with number 0 with `first`.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_step_rom #(
    // Bits of a step, and number of steps, at least 2.
    parameter integer STEP_WIDTH = 54,
    parameter integer STEPS = 6,
    // Bits of an address and of a word on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54,
    // Path of the schedule.
    parameter FILE = "mem/sample_schedule.mem"
) (
    input  wire                            clk,
    // Load bus.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0] load,
    input  wire                            en,
    input  wire                            first,
    output wire [STEP_WIDTH-1:0]           step
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
    reg [STEP_WIDTH-1:0] step_reg;
    reg [PC_WIDTH-1:0]   pc_reg;

    wire [PC_WIDTH-1:0] pc = first ? {PC_WIDTH{1'b0}} : pc_reg + 1'b1;

    initial $readmemh(FILE, schedule);

    always @(posedge clk) begin
        if (load_en) schedule[load_addr] <= load_data;
        if (en) begin
            pc_reg   <= pc;
            step_reg <= schedule[pc];
        end
    end

    assign step = step_reg;

endmodule

`resetall
