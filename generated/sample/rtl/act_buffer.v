// act_buffer: the accumulators of one PE.
//
// Memory layout:   bank 0, 1   gate sums of the even and odd frames, row 4k + gate of the lane's cell k (i, f, g, o)
//                  bank 2      sums of the projection, row k of the lane's output k
// While the arithmetic unit adds into one bank, the other one is drained. The schedule sees to it that both never work
// on the same bank, so each bank has a single read and a single write port.
//
// Drain:   cycle 0   drain_en, drain_bank, drain_row
//          cycle 1   drain_data; zero is written back, which prepares the row for the next frame
// `sweep` clears drain_row in all banks; it runs once over all rows after reset.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module act_buffer #(
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Rows of a gate bank, at least 2.
    parameter integer GATE_ROWS = 16,
    // Rows of the projection bank, at least 2.
    parameter integer OUT_ROWS = 2,
    // 1: the projection bank is block RAM, 0: distributed RAM.
    parameter integer OUT_BLOCK = 0,
    // 1: the gate banks are block RAM, 0: distributed RAM.
    parameter integer GATE_BLOCK = 0
) (
    input  wire                        clk,
    input  wire                        rst,
    // Arithmetic unit: read_data follows read_bank and read_row by one cycle.
    input  wire [1:0]                  read_bank,
    input  wire [ROW_WIDTH-1:0]        read_row,
    output wire signed [ACC_WIDTH-1:0] read_data,
    input  wire                        write_en,
    input  wire [1:0]                  write_bank,
    input  wire [ROW_WIDTH-1:0]        write_row,
    input  wire signed [ACC_WIDTH-1:0] write_data,
    // Drain.
    input  wire                        sweep,
    input  wire                        drain_en,
    input  wire [1:0]                  drain_bank,
    input  wire [ROW_WIDTH-1:0]        drain_row,
    output wire signed [ACC_WIDTH-1:0] drain_data
);

    localparam integer GATE_ADDR = $clog2(GATE_ROWS);
    localparam integer OUT_ADDR = $clog2(OUT_ROWS);

    reg                 sweep_reg;
    reg                 clear_reg;
    reg [1:0]           read_bank_reg;
    reg [1:0]           drain_bank_reg;
    reg [ROW_WIDTH-1:0] drain_row_reg;

    // A row number can have more bits than a bank has address bits.
    wire unused_row = &{1'b0, read_row, write_row, drain_row_reg};

    always @(posedge clk) begin
        read_bank_reg  <= read_bank;
        drain_bank_reg <= drain_bank;
        drain_row_reg  <= drain_row;
        if (rst) begin
            sweep_reg <= 1'b0;
            clear_reg <= 1'b0;
        end else begin
            sweep_reg <= sweep;
            clear_reg <= drain_en;
        end
    end

    wire [ACC_WIDTH-1:0] bank_data [0:2];

    genvar b;
    generate
        for (b = 0; b < 2; b = b + 1) begin : gen_gate_bank
            localparam [1:0] BANK = b;

            wire drain = drain_en && drain_bank == BANK;
            wire clear = sweep_reg || (clear_reg && drain_bank_reg == BANK);

            sdp_ram #(
                .WIDTH(ACC_WIDTH),
                .DEPTH(GATE_ROWS),
                .BLOCK(GATE_BLOCK)
            ) u_ram (
                .clk(clk),
                .write_en(clear || (write_en && write_bank == BANK)),
                .write_addr(clear ? drain_row_reg[GATE_ADDR-1:0] : write_row[GATE_ADDR-1:0]),
                .write_data(clear ? {ACC_WIDTH{1'b0}} : write_data),
                .read_en(1'b1),
                .read_addr(drain ? drain_row[GATE_ADDR-1:0] : read_row[GATE_ADDR-1:0]),
                .read_data(bank_data[b])
            );
        end

        if (1) begin : gen_out_bank
            localparam [1:0] BANK = 2'd2;

            wire drain = drain_en && drain_bank == BANK;
            wire clear = sweep_reg || (clear_reg && drain_bank_reg == BANK);

            sdp_ram #(
                .WIDTH(ACC_WIDTH),
                .DEPTH(OUT_ROWS),
                .BLOCK(OUT_BLOCK)
            ) u_ram (
                .clk(clk),
                .write_en(clear || (write_en && write_bank == BANK)),
                .write_addr(clear ? drain_row_reg[OUT_ADDR-1:0] : write_row[OUT_ADDR-1:0]),
                .write_data(clear ? {ACC_WIDTH{1'b0}} : write_data),
                .read_en(1'b1),
                .read_addr(drain ? drain_row[OUT_ADDR-1:0] : read_row[OUT_ADDR-1:0]),
                .read_data(bank_data[2])
            );
        end
    endgenerate

    assign read_data = read_bank_reg[1] ? bank_data[2] : bank_data[{1'b0, read_bank_reg[0]}];
    assign drain_data = drain_bank_reg[1] ? bank_data[2] : bank_data[{1'b0, drain_bank_reg[0]}];

endmodule

`resetall
