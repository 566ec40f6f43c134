// act_buffer: the accumulators of one PE; bank_control says which row is read, written or cleared.
//
// Memory layout:   bank 0, 1   gate sums of the even and odd frames, row 4k + gate of the lane's cell k (i, f, g, o)
//                  bank 2      sums of the projection, row k of the lane's output k
`resetall
`timescale 1ns / 1ps
`default_nettype none

module act_buffer #(
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Accumulator banks, 2 or 3.
    parameter integer BANKS = 3,
    // Rows of a gate bank, at least 2.
    parameter integer GATE_ROWS = 16,
    // Rows of the projection bank, at least 2.
    parameter integer OUT_ROWS = 2,
    // 1: the projection bank is block RAM, 0: distributed RAM.
    parameter integer OUT_BLOCK = 0,
    // The same for each of the gate banks.
    parameter integer GATE0_BLOCK = 0,
    parameter integer GATE1_BLOCK = 0
) (
    input  wire                        clk,
    // Ports of the banks; the row read is at their output one cycle later.
    input  wire [BANKS-1:0]            bank_clear,
    input  wire [BANKS-1:0]            bank_write_en,
    input  wire [BANKS*ROW_WIDTH-1:0]  bank_write_addr,
    input  wire [BANKS*ROW_WIDTH-1:0]  bank_read_addr,
    input  wire signed [ACC_WIDTH-1:0] write_data,
    // Rows of the selected banks.
    input  wire [1:0]                  read_select,
    output wire signed [ACC_WIDTH-1:0] read_data,
    input  wire [1:0]                  drain_select,
    output wire signed [ACC_WIDTH-1:0] drain_data
);

    wire [BANKS*ACC_WIDTH-1:0] bank_data;

    genvar b;
    generate
        for (b = 0; b < BANKS; b = b + 1) begin : gen_bank
            localparam integer ROWS = (b == 2) ? OUT_ROWS : GATE_ROWS;
            localparam integer BLOCK = (b == 2) ? OUT_BLOCK : (b == 1) ? GATE1_BLOCK : GATE0_BLOCK;
            localparam integer ADDR_WIDTH = $clog2(ROWS);

            sdp_ram #(
                .WIDTH(ACC_WIDTH),
                .DEPTH(ROWS),
                .BLOCK(BLOCK)
            ) u_ram (
                .clk(clk),
                .write_en(bank_write_en[b]),
                .write_addr(bank_write_addr[b*ROW_WIDTH+:ADDR_WIDTH]),
                .write_data(bank_clear[b] ? {ACC_WIDTH{1'b0}} : write_data),
                .read_en(1'b1),
                .read_addr(bank_read_addr[b*ROW_WIDTH+:ADDR_WIDTH]),
                .read_data(bank_data[b*ACC_WIDTH+:ACC_WIDTH])
            );
        end
    endgenerate

    wire unused_address = &{1'b0, bank_write_addr, bank_read_addr};

    wire [ACC_WIDTH-1:0] read_gate = read_select[0] ? bank_data[ACC_WIDTH+:ACC_WIDTH] : bank_data[0+:ACC_WIDTH];
    wire [ACC_WIDTH-1:0] drain_gate = drain_select[0] ? bank_data[ACC_WIDTH+:ACC_WIDTH] : bank_data[0+:ACC_WIDTH];

    assign read_data = read_select[1] ? bank_data[2*ACC_WIDTH+:ACC_WIDTH] : read_gate;
    assign drain_data = drain_select[1] ? bank_data[2*ACC_WIDTH+:ACC_WIDTH] : drain_gate;

endmodule

`resetall
