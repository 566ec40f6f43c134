// act_buffer: the accumulators of one PE; bank_control says which row is read or written.
//
// Memory layout:   bank 0, 1   gate sums of the even and odd frames, row 4k + gate of the lane's cell k (i, f, g, o)
//                  bank 2      sums of the projection, row k of the lane's output k
// Beside a sum stands a bit that says whether it is one: a row that was drained is empty until a sum is written. Empty rows
// read as zero.
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
    // Ports of the banks: a row is written with a sum, or emptied; the row read is at their output one cycle later.
    input  wire [BANKS-1:0]            bank_write_en,
    input  wire [BANKS-1:0]            bank_empty,
    input  wire [BANKS*ROW_WIDTH-1:0]  bank_write_row,
    input  wire signed [ACC_WIDTH-1:0] write_data,
    input  wire [BANKS*ROW_WIDTH-1:0]  bank_read_row,
    // Rows of the selected banks.
    input  wire [$clog2(BANKS)-1:0]    read_select,
    output wire signed [ACC_WIDTH-1:0] read_data,
    input  wire [$clog2(BANKS)-1:0]    drain_select,
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

            sample_sdp_ram #(
                .WIDTH(WIDTH),
                .DEPTH(ROWS),
                .BLOCK(BLOCK)
            ) u_ram (
                .clk(clk),
                .write_en(bank_write_en[b]),
                .write_addr(bank_write_row[b*ROW_WIDTH+:ADDR_WIDTH]),
                .write_data({!bank_empty[b], write_data}),
                .read_en(1'b1),
                .read_addr(bank_read_row[b*ROW_WIDTH+:ADDR_WIDTH]),
                .read_data(bank_data[b*WIDTH+:WIDTH])
            );
        end
    endgenerate

    wire unused_row = &{1'b0, bank_write_row, bank_read_row};

    wire [WIDTH-1:0] read_gate = read_select[0] ? bank_data[WIDTH+:WIDTH] : bank_data[0+:WIDTH];
    wire [WIDTH-1:0] drain_gate = drain_select[0] ? bank_data[WIDTH+:WIDTH] : bank_data[0+:WIDTH];
    wire [WIDTH-1:0] read_word = read_select[1] ? bank_data[2*WIDTH+:WIDTH] : read_gate;
    wire [WIDTH-1:0] drain_word = drain_select[1] ? bank_data[2*WIDTH+:WIDTH] : drain_gate;

    assign read_data = read_word[ACC_WIDTH] ? read_word[ACC_WIDTH-1:0] : {ACC_WIDTH{1'b0}};
    assign drain_data = drain_word[ACC_WIDTH] ? drain_word[ACC_WIDTH-1:0] : {ACC_WIDTH{1'b0}};

endmodule

`resetall
