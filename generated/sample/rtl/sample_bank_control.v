// SPDX-License-Identifier: Apache-2.0
// bank_control: rows and enables of a lane's accumulator banks, the same in all channels.
//
// Banks 0 and 1 hold the gate sums of even and odd frames, bank 2 the sums of the projection.
// While the arithmetic units add into one bank, another one is drained. The schedule sees to it that both never work on the
// same bank, so each bank has a single read and a single write port.
//
// Drain:   cycle 0   drain_en, drain_bank, drain_row -> read row
//          cycle 1   drained row at the output of the bank
//          cycle 2   it is emptied for what is added next
// `sweep` empties drain_row in all banks; it runs once over all rows after reset.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_bank_control #(
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Accumulator banks, 2 or 3.
    parameter integer BANKS = 3,
    // Tiles of channels; each has its own copy of the rows that are read.
    parameter integer TILES = 1
) (
    input  wire                             clk,
    input  wire                             rst,
    // Arithmetic: read in cycle 0; write of the same operation in cycle 2, for cycle 3.
    input  wire [$clog2(BANKS)-1:0]         read_bank,
    input  wire [ROW_WIDTH-1:0]             read_row,
    input  wire                             write_en,
    input  wire [$clog2(BANKS)-1:0]         write_bank,
    input  wire [ROW_WIDTH-1:0]             write_row,
    // Drain.
    input  wire                             sweep,
    input  wire                             drain_en,
    input  wire [$clog2(BANKS)-1:0]         drain_bank,
    input  wire [ROW_WIDTH-1:0]             drain_row,
    // Ports of the banks (see act_buffer).
    output wire [BANKS-1:0]                 bank_write_en,
    output wire [BANKS-1:0]                 bank_empty,
    output wire [BANKS*ROW_WIDTH-1:0]       bank_write_row,
    output wire [TILES*BANKS*ROW_WIDTH-1:0] bank_read_rows,
    // Bank of the row that is read: for the arithmetic units, and for the drain.
    output wire [$clog2(BANKS)-1:0]         read_select,
    output wire [$clog2(BANKS)-1:0]         drain_select
);

    localparam integer BANK_WIDTH = $clog2(BANKS);

    reg                  sweep_reg;
    reg                  clear_reg;
    reg [BANK_WIDTH-1:0] drain_bank_reg;
    reg [ROW_WIDTH-1:0]  drain_row_reg;

    always @(posedge clk) begin
        drain_bank_reg <= drain_bank;
        drain_row_reg  <= drain_row;
        sweep_reg      <= sweep;
        clear_reg      <= drain_en;
    end

    genvar b;
    genvar t;
    generate
        for (b = 0; b < BANKS; b = b + 1) begin : gen_bank
            localparam [BANK_WIDTH-1:0] BANK = b;

            // Bits of a row number that the bank has.
            localparam [ROW_WIDTH-1:0] ROW_MASK = (b == 2) ? 4'd1 : (b == 1) ? 4'd15 : 4'd15;

            // 1 where it is block RAM, which takes the row to read with the clock.
            localparam integer BLOCK = (b == 2) ? 0 : (b == 1) ? 0 : 0;

            wire                 empty = sweep_reg || (clear_reg && drain_bank_reg == BANK);
            wire [ROW_WIDTH-1:0] row = ((drain_en && drain_bank == BANK) ? drain_row : read_row) & ROW_MASK;
            reg                  write_en_reg;
            reg                  empty_reg;
            reg  [ROW_WIDTH-1:0] write_row_reg;

            always @(posedge clk) begin
                empty_reg     <= empty;
                write_row_reg <= (empty ? drain_row_reg : write_row) & ROW_MASK;
                if (rst) write_en_reg <= 1'b0;
                else write_en_reg <= empty || (write_en && write_bank == BANK);
            end

            assign bank_write_en[b] = write_en_reg;
            assign bank_empty[b] = empty_reg;
            assign bank_write_row[b*ROW_WIDTH+:ROW_WIDTH] = write_row_reg;

            for (t = 0; t < TILES; t = t + 1) begin : gen_tile
                if (BLOCK != 0) begin : gen_block
                    assign bank_read_rows[(t*BANKS+b)*ROW_WIDTH+:ROW_WIDTH] = row;
                end else begin : gen_distributed
                    sample_register_copy #(
                        .WIDTH(ROW_WIDTH)
                    ) u_read_row (
                        .clk(clk),
                        .d(row),
                        .q(bank_read_rows[(t*BANKS+b)*ROW_WIDTH+:ROW_WIDTH])
                    );
                end
            end
        end
    endgenerate

    assign read_select = read_bank;
    assign drain_select = drain_bank;

`ifdef ESEGEN_ASSERT
    // Simulation only: ends with an error where it would happen after a reset.
    reg assert_reg = 1'b0;

    always @(posedge clk) begin
        if (rst) assert_reg <= 1'b1;
        else if (assert_reg && write_en && (sweep_reg || (clear_reg && drain_bank_reg == write_bank))) begin
            $display("%m: sums are added into the bank that is drained");
            $stop;
        end
    end
`endif

endmodule

`resetall
