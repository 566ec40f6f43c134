// SPDX-License-Identifier: Apache-2.0
// pe: one multiplier with its accumulators: what a lane has of one channel.
//
//   weight, act -> arith_unit <-> act_buffer -> drain_data
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_pe #(
    // Bits of an activation.
    parameter integer ACT_WIDTH = 18,
    // Bits of a weight.
    parameter integer WEIGHT_WIDTH = 12,
    // Bits of a row number in a bank.
    parameter integer ROW_WIDTH = 4,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Accumulator banks, 2 or 3.
    parameter integer BANKS = 3
) (
    input  wire                           clk,
    // Operation and its hazards (cycle 0).
    input  wire signed [WEIGHT_WIDTH-1:0] weight,
    input  wire signed [ACT_WIDTH-1:0]    act,
    input  wire                           hit1,
    input  wire                           hit2,
    input  wire                           hit3,
    // Accumulator banks (see act_buffer): read in cycles 0 and 1, written in cycle 3.
    input  wire [BANKS-1:0]               bank_write_en,
    input  wire [BANKS-1:0]               bank_empty,
    input  wire [BANKS*ROW_WIDTH-1:0]     bank_write_row,
    input  wire [BANKS*ROW_WIDTH-1:0]     bank_read_row,
    input  wire [$clog2(BANKS)-1:0]       read_select,
    input  wire [$clog2(BANKS)-1:0]       drain_select,
    output wire signed [ACC_WIDTH-1:0]    drain_data
);

    wire signed [ACC_WIDTH-1:0] read_data;
    wire signed [ACC_WIDTH-1:0] write_data;
    wire signed [ACC_WIDTH-1:0] last_data;

    sample_arith_unit #(
        .ACT_WIDTH(ACT_WIDTH),
        .WEIGHT_WIDTH(WEIGHT_WIDTH),
        .ACC_WIDTH(ACC_WIDTH)
    ) u_arith_unit (
        .clk(clk),
        .weight(weight),
        .act(act),
        .hit1(hit1),
        .hit2(hit2),
        .read_data(read_data),
        .write_data(write_data),
        .last_data(last_data)
    );

    sample_act_buffer #(
        .ACC_WIDTH(ACC_WIDTH),
        .ROW_WIDTH(ROW_WIDTH),
        .BANKS(BANKS)
    ) u_act_buffer (
        .clk(clk),
        .bank_write_en(bank_write_en),
        .bank_empty(bank_empty),
        .bank_write_row(bank_write_row),
        .write_data(write_data),
        .bank_read_row(bank_read_row),
        .read_select(read_select),
        .drain_select(drain_select),
        .take_old(hit3),
        .old_data(last_data),
        .read_data(read_data),
        .drain_data(drain_data)
    );

endmodule

`resetall
