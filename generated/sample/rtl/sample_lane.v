// SPDX-License-Identifier: Apache-2.0
// lane: the rows r with r mod LANES = number of the lane, for one group of columns and all channels.
//
//   column_feed -> row_decode -+-> arith_control, bank_control
//                      ^       +-> pe[0..CHANNELS-1] -> drain_data
//                    word
//
// One weight is decoded for the multipliers of all channels. One word a cycle; its sum is written four cycles later.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_lane #(
    // Channels that share the weights.
    parameter integer CHANNELS = 1,
    // Bits of an activation.
    parameter integer ACT_WIDTH = 18,
    // Bits of a weight.
    parameter integer WEIGHT_WIDTH = 12,
    // Bits of a relative index.
    parameter integer INDEX_WIDTH = 4,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Accumulator banks of a PE, 2 or 3.
    parameter integer BANKS = 3
) (
    input  wire                                clk,
    input  wire                                rst,
    // Word, and what belongs to its column.
    input  wire                                word_valid,
    input  wire                                word_first,
    input  wire [1:0]                          word_bank,
    // Activations of the word, a cycle later.
    input  wire [CHANNELS*ACT_WIDTH-1:0]       op_acts,
    input  wire [WEIGHT_WIDTH+INDEX_WIDTH-1:0] word,
    // For the counters: a weight other than 0 is multiplied.
    output wire                                mac,
    // Drain of the accumulators.
    input  wire                                sweep,
    input  wire                                drain_en,
    input  wire [1:0]                          drain_bank,
    input  wire [ROW_WIDTH-1:0]                drain_row,
    output wire [CHANNELS*ACC_WIDTH-1:0]       drain_data
);

    /* verilator no_inline_module */

    (* keep = "true" *)
    reg rst_reg;

    always @(posedge clk) rst_reg <= rst;

    localparam integer BANK_ROW_WIDTH = ROW_WIDTH;
    localparam integer BANK_WIDTH = $clog2(BANKS);
    // Channels that share a copy of the rows that are read.
    localparam integer TILE = 1;
    localparam integer TILES = CHANNELS / TILE;

    // ---- Decode ---------------------------------------------------------------------------------------------------------
    wire                           op_valid;
    wire [1:0]                     op_bank;
    wire [ROW_WIDTH-1:0]           op_row;
    wire signed [WEIGHT_WIDTH-1:0] op_weight;

    sample_row_decode #(
        .WEIGHT_WIDTH(WEIGHT_WIDTH),
        .INDEX_WIDTH(INDEX_WIDTH),
        .ROW_WIDTH(ROW_WIDTH)
    ) u_row_decode (
        .clk(clk),
        .rst(rst_reg),
        .word_valid(word_valid),
        .word_first(word_first),
        .word_bank(word_bank),
        .word(word),
        .op_valid(op_valid),
        .op_bank(op_bank),
        .op_row(op_row),
        .op_weight(op_weight)
    );

    reg mac_reg;

    always @(posedge clk) mac_reg <= op_valid;

    assign mac = mac_reg;

    // ---- Control of the PEs ---------------------------------------------------------------------------------------------
    wire                                  hit1;
    wire                                  hit2;
    wire                                  hit3;
    wire                                  write_en;
    wire [BANK_WIDTH-1:0]                 write_bank;
    wire [BANK_ROW_WIDTH-1:0]             write_row;
    wire [BANKS-1:0]                      bank_write_en;
    wire [BANKS-1:0]                      bank_empty;
    wire [BANKS*BANK_ROW_WIDTH-1:0]       bank_write_row;
    wire [TILES*BANKS*BANK_ROW_WIDTH-1:0] bank_read_rows;
    wire [BANK_WIDTH-1:0]                 read_select;
    wire [BANK_WIDTH-1:0]                 drain_select;
    wire [BANK_WIDTH-1:0]                 read_bank = op_bank[BANK_WIDTH-1:0];
    wire [BANK_ROW_WIDTH-1:0]             read_row = op_row;
    wire [BANK_WIDTH-1:0]                 empty_bank = drain_bank[BANK_WIDTH-1:0];
    wire [BANK_ROW_WIDTH-1:0]             empty_row = drain_row;
    wire                                  unused_bank = &{1'b0, op_bank, drain_bank};

    sample_arith_control #(
        .PLACE_WIDTH(BANK_WIDTH + BANK_ROW_WIDTH)
    ) u_arith_control (
        .clk(clk),
        .rst(rst_reg),
        .op_valid(op_valid),
        .op_place({read_bank, read_row}),
        .hit1(hit1),
        .hit2(hit2),
        .hit3(hit3),
        .write_en(write_en),
        .write_place({write_bank, write_row})
    );

    sample_bank_control #(
        .ROW_WIDTH(BANK_ROW_WIDTH),
        .BANKS(BANKS),
        .TILES(TILES)
    ) u_bank_control (
        .clk(clk),
        .rst(rst_reg),
        .read_bank(read_bank),
        .read_row(read_row),
        .write_en(write_en),
        .write_bank(write_bank),
        .write_row(write_row),
        .sweep(sweep),
        .drain_en(drain_en),
        .drain_bank(empty_bank),
        .drain_row(empty_row),
        .bank_write_en(bank_write_en),
        .bank_empty(bank_empty),
        .bank_write_row(bank_write_row),
        .bank_read_rows(bank_read_rows),
        .read_select(read_select),
        .drain_select(drain_select)
    );

    // ---- PEs ------------------------------------------------------------------------------------------------------------
    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            sample_pe #(
                .ACT_WIDTH(ACT_WIDTH),
                .WEIGHT_WIDTH(WEIGHT_WIDTH),
                .ROW_WIDTH(BANK_ROW_WIDTH),
                .ACC_WIDTH(ACC_WIDTH),
                .BANKS(BANKS)
            ) u_pe (
                .clk(clk),
                .weight(op_weight),
                .act(op_acts[c*ACT_WIDTH+:ACT_WIDTH]),
                .hit1(hit1),
                .hit2(hit2),
                .hit3(hit3),
                .bank_write_en(bank_write_en),
                .bank_empty(bank_empty),
                .bank_write_row(bank_write_row),
                .bank_read_row(bank_read_rows[(c/TILE)*BANKS*BANK_ROW_WIDTH+:BANKS*BANK_ROW_WIDTH]),
                .read_select(read_select),
                .drain_select(drain_select),
                .drain_data(drain_data[c*ACC_WIDTH+:ACC_WIDTH])
            );
        end
    endgenerate

endmodule

`resetall
