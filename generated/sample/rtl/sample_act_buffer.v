// SPDX-License-Identifier: Apache-2.0
// act_buffer: the accumulators of one PE; bank_control says which row is read or written.
//
// Memory layout:   bank 0, 1   gate sums of the even and odd frames, row 4k + gate of the lane's cell k (i, f, g, o)
//                  bank 2      sums of the projection, row k of the lane's output k
// Beside a sum stands a bit that says whether it is one: a row that was drained is empty until a sum is written. Empty rows
// read as zero.
//
// Pipeline:   cycle 0   rows of banks in block RAM; read_select, take_old
//             cycle 1   rows of the others, which are read without a clock -> multiplexers
//             cycle 2   read_data, drain_data; an empty row resets the register
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_act_buffer #(
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Accumulator banks, 2 or 3.
    parameter integer BANKS = 3,
    // Rows of each bank, at least 2; 1 where it is block RAM, 0 where it is distributed RAM.
    parameter integer ROWS0 = 16,
    parameter integer BLOCK0 = 0,
    parameter integer ROWS1 = 16,
    parameter integer BLOCK1 = 0,
    parameter integer ROWS2 = 2,
    parameter integer BLOCK2 = 0
) (
    input  wire                        clk,
    // Ports of the banks: a row is written with a sum, or emptied. The row to read comes a cycle later to distributed RAM.
    input  wire [BANKS-1:0]            bank_write_en,
    input  wire [BANKS-1:0]            bank_empty,
    input  wire [BANKS*ROW_WIDTH-1:0]  bank_write_row,
    input  wire signed [ACC_WIDTH-1:0] write_data,
    input  wire [BANKS*ROW_WIDTH-1:0]  bank_read_row,
    // Banks of the rows.
    input  wire [$clog2(BANKS)-1:0]    read_select,
    input  wire [$clog2(BANKS)-1:0]    drain_select,
    // A sum that the banks do not have yet is read instead.
    input  wire                        take_old,
    input  wire signed [ACC_WIDTH-1:0] old_data,
    output wire signed [ACC_WIDTH-1:0] read_data,
    output wire signed [ACC_WIDTH-1:0] drain_data
);

    localparam integer WIDTH = ACC_WIDTH + 1;

    wire [BANKS*WIDTH-1:0] bank_data;

    genvar b;
    generate
        for (b = 0; b < BANKS; b = b + 1) begin : gen_bank
            localparam integer ROWS = (b == 2) ? ROWS2 : (b == 1) ? ROWS1 : ROWS0;
            localparam integer BLOCK = (b == 2) ? BLOCK2 : (b == 1) ? BLOCK1 : BLOCK0;
            localparam integer ADDR_WIDTH = $clog2(ROWS);

            wire [ADDR_WIDTH-1:0] write_row = bank_write_row[b*ROW_WIDTH+:ADDR_WIDTH];
            wire [ADDR_WIDTH-1:0] read_row = bank_read_row[b*ROW_WIDTH+:ADDR_WIDTH];

            // What is read of a row that is written in the same cycle does not matter.
            if (BLOCK != 0) begin : gen_block
                (* no_rw_check, ram_style = "block" *)
                reg [WIDTH-1:0] mem [0:ROWS-1];
                reg [WIDTH-1:0] row_reg;

                always @(posedge clk) begin
                    if (bank_write_en[b]) mem[write_row] <= {!bank_empty[b], write_data};
                    row_reg <= mem[read_row];
                end

                assign bank_data[b*WIDTH+:WIDTH] = row_reg;
            end else begin : gen_distributed
                (* no_rw_check, ram_style = "distributed" *)
                reg [WIDTH-1:0] mem [0:ROWS-1];

                always @(posedge clk) begin
                    if (bank_write_en[b]) mem[write_row] <= {!bank_empty[b], write_data};
                end

                assign bank_data[b*WIDTH+:WIDTH] = mem[read_row];
            end
        end
    endgenerate

    wire unused_row = &{1'b0, bank_write_row, bank_read_row};

    reg [$clog2(BANKS)-1:0] read_select_reg;
    reg [$clog2(BANKS)-1:0] drain_select_reg;
    reg                     take_old_reg;

    always @(posedge clk) begin
        read_select_reg  <= read_select;
        drain_select_reg <= drain_select;
        take_old_reg     <= take_old;
    end

    wire [WIDTH-1:0] read_gate = read_select_reg[0] ? bank_data[WIDTH+:WIDTH] : bank_data[0+:WIDTH];
    wire [WIDTH-1:0] drain_gate = drain_select_reg[0] ? bank_data[WIDTH+:WIDTH] : bank_data[0+:WIDTH];
    wire [WIDTH-1:0] read_word = read_select_reg[1] ? bank_data[2*WIDTH+:WIDTH] : read_gate;
    wire [WIDTH-1:0] drain_word = drain_select_reg[1] ? bank_data[2*WIDTH+:WIDTH] : drain_gate;

    reg signed [ACC_WIDTH-1:0] read_reg;
    reg signed [ACC_WIDTH-1:0] drain_reg;

    always @(posedge clk) begin
        if (!take_old_reg && !read_word[ACC_WIDTH]) read_reg <= {ACC_WIDTH{1'b0}};
        else read_reg <= take_old_reg ? old_data : read_word[ACC_WIDTH-1:0];
        if (!drain_word[ACC_WIDTH]) drain_reg <= {ACC_WIDTH{1'b0}};
        else drain_reg <= drain_word[ACC_WIDTH-1:0];
    end

    assign read_data = read_reg;
    assign drain_data = drain_reg;

endmodule

`resetall
