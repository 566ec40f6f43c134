// arith_unit: multiply-accumulate of one PE, one operation a cycle.
//
//   accumulator[bank][row] <= accumulator[bank][row] + weight * act
//
// Pipeline:   cycle 0   op_* (registers of spmat_read)      row -> read address of act_buffer
//             cycle 1   product_reg, row read
//             cycle 2   sum_reg                             -> write port of act_buffer
//             cycle 3   last_reg: the sum written last
// A read is two cycles older than the write it would have to see. So the sum of the operation one ahead is taken from
// sum_reg and that of the operation two ahead from last_reg when they are of the same row.
// `done` rises when a marker has passed, that is when every sum before it is written; `done_clear` lowers it.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module arith_unit #(
    // Bits of an activation.
    parameter integer ACT_WIDTH = 18,
    // Bits of a weight.
    parameter integer WEIGHT_WIDTH = 12,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31
) (
    input  wire                           clk,
    input  wire                           rst,
    // Decoded operation.
    input  wire                           op_valid,
    input  wire                           op_marker,
    input  wire [1:0]                     op_bank,
    input  wire [ROW_WIDTH-1:0]           op_row,
    input  wire signed [WEIGHT_WIDTH-1:0] op_weight,
    input  wire signed [ACT_WIDTH-1:0]    op_act,
    // Accumulators: read_data follows the operation's bank and row by one cycle.
    input  wire signed [ACC_WIDTH-1:0]    read_data,
    output wire                           write_en,
    output wire [1:0]                     write_bank,
    output wire [ROW_WIDTH-1:0]           write_row,
    output wire signed [ACC_WIDTH-1:0]    write_data,
    // Marker seen.
    output wire                           done,
    input  wire                           done_clear
);

    localparam integer PRODUCT_WIDTH = ACT_WIDTH + WEIGHT_WIDTH;

    // Cycle 1: product, and whether the row is one of the two rows still on their way.
    reg signed [PRODUCT_WIDTH-1:0] product_reg;
    reg                            s1_valid_reg;
    reg                            s1_marker_reg;
    reg [1:0]                      s1_bank_reg;
    reg [ROW_WIDTH-1:0]            s1_row_reg;
    reg                            from_sum_reg;
    reg                            from_last_reg;

    // Cycle 2: sum.
    reg signed [ACC_WIDTH-1:0]     sum_reg;
    reg                            s2_valid_reg;
    reg                            s2_marker_reg;
    reg [1:0]                      s2_bank_reg;
    reg [ROW_WIDTH-1:0]            s2_row_reg;

    // Cycle 3: the sum before.
    reg signed [ACC_WIDTH-1:0]     last_reg;
    reg                            done_reg;

    wire same_as_s1 = s1_valid_reg && s1_bank_reg == op_bank && s1_row_reg == op_row;
    wire same_as_s2 = s2_valid_reg && s2_bank_reg == op_bank && s2_row_reg == op_row;

    wire signed [ACC_WIDTH-1:0] operand = from_sum_reg ? sum_reg : from_last_reg ? last_reg : read_data;

    always @(posedge clk) begin
        product_reg   <= op_weight * op_act;
        s1_bank_reg   <= op_bank;
        s1_row_reg    <= op_row;
        from_sum_reg  <= same_as_s1;
        from_last_reg <= same_as_s2;
        sum_reg       <= operand + { {(ACC_WIDTH - PRODUCT_WIDTH){product_reg[PRODUCT_WIDTH-1]}}, product_reg};
        s2_bank_reg   <= s1_bank_reg;
        s2_row_reg    <= s1_row_reg;
        last_reg      <= sum_reg;
        if (rst) begin
            s1_valid_reg  <= 1'b0;
            s1_marker_reg <= 1'b0;
            s2_valid_reg  <= 1'b0;
            s2_marker_reg <= 1'b0;
            done_reg      <= 1'b0;
        end else begin
            s1_valid_reg  <= op_valid;
            s1_marker_reg <= op_marker;
            s2_valid_reg  <= s1_valid_reg;
            s2_marker_reg <= s1_marker_reg;
            done_reg      <= s2_marker_reg || (done_reg && !done_clear);
        end
    end

    assign write_en = s2_valid_reg;
    assign write_bank = s2_bank_reg;
    assign write_row = s2_row_reg;
    assign write_data = sum_reg;
    assign done = done_reg;

endmodule

`resetall
