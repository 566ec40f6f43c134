// spmat_read: reads and decodes the compressed columns of one lane, one word a cycle.
//
// A word is {weight, index}; index is the number of rows skipped since the previous word of the column:
//
//   row(first word) = index,   row(next word) = row + index + 1
//
// A padding word has weight 0 and only moves the row on. Columns follow each other without a gap.
//
// Pipeline:   cycle 0   entry at the head of the queue is taken (the previous one has no word left)
//             cycle 1   addr_reg                       -> weight memory
//             cycle 2   latch of the weight memory
//             cycle 3   word = output of the memory    -> row adder
//             cycle 4   op_* registers                 -> arith_unit
// A marker passes through as an operation without a word; it reports that all work before it is done.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module spmat_read #(
    // Bits of the activations of all channels.
    parameter integer ACT_WIDTH = 18,
    // Bits of a weight.
    parameter integer WEIGHT_WIDTH = 12,
    // Bits of a relative index.
    parameter integer INDEX_WIDTH = 4,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Bits of a word count.
    parameter integer COUNT_WIDTH = 3,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7
) (
    input  wire                                clk,
    input  wire                                rst,
    // Head of the activation queue.
    input  wire                                entry_valid,
    output wire                                entry_ready,
    input  wire                                entry_marker,
    input  wire [1:0]                          entry_bank,
    input  wire [ACT_WIDTH-1:0]                entry_act,
    input  wire [ADDR_WIDTH-1:0]               entry_start,
    input  wire [COUNT_WIDTH-1:0]              entry_count,
    // Weight memory: word follows addr by two cycles.
    output wire [ADDR_WIDTH-1:0]               word_addr,
    input  wire [WEIGHT_WIDTH+INDEX_WIDTH-1:0] word,
    // Decoded operation.
    output wire                                op_valid,
    output wire                                op_marker,
    output wire [1:0]                          op_bank,
    output wire [ROW_WIDTH-1:0]                op_row,
    output wire signed [WEIGHT_WIDTH-1:0]      op_weight,
    output wire [ACT_WIDTH-1:0]                op_act
);

    localparam [COUNT_WIDTH-1:0] NONE = {COUNT_WIDTH{1'b0}};
    localparam [COUNT_WIDTH-1:0] ONE = { {(COUNT_WIDTH - 1){1'b0}}, 1'b1};

    // Words of the current column that are not yet addressed; idle_reg is set when there is none.
    reg [COUNT_WIDTH-1:0] left_reg;
    reg                   idle_reg;

    wire take = idle_reg && entry_valid;
    wire more = !idle_reg;

    always @(posedge clk) begin
        if (rst) begin
            left_reg <= NONE;
            idle_reg <= 1'b1;
        end else if (take) begin
            left_reg <= entry_marker ? NONE : entry_count - ONE;
            idle_reg <= entry_marker || entry_count == ONE;
        end else if (more) begin
            left_reg <= left_reg - ONE;
            idle_reg <= left_reg == ONE;
        end
    end

    // Cycle 1: the address, and what belongs to the column.
    reg                  s1_valid_reg;
    reg                  s1_first_reg;
    reg                  s1_marker_reg;
    reg [1:0]            s1_bank_reg;
    reg [ACT_WIDTH-1:0]  s1_act_reg;
    reg [ADDR_WIDTH-1:0] addr_reg;

    always @(posedge clk) begin
        s1_first_reg <= take;
        if (take) begin
            s1_bank_reg <= entry_bank;
            s1_act_reg  <= entry_act;
            addr_reg    <= entry_start;
        end else begin
            addr_reg <= addr_reg + 1'b1;
        end
        if (rst) begin
            s1_valid_reg  <= 1'b0;
            s1_marker_reg <= 1'b0;
        end else begin
            s1_valid_reg  <= (take && !entry_marker) || more;
            s1_marker_reg <= take && entry_marker;
        end
    end

    // Cycles 2 and 3: wait for the memory.
    reg                 s2_valid_reg, s3_valid_reg;
    reg                 s2_first_reg, s3_first_reg;
    reg                 s2_marker_reg, s3_marker_reg;
    reg [1:0]           s2_bank_reg, s3_bank_reg;
    reg [ACT_WIDTH-1:0] s2_act_reg, s3_act_reg;

    always @(posedge clk) begin
        s2_first_reg <= s1_first_reg;
        s2_bank_reg  <= s1_bank_reg;
        s2_act_reg   <= s1_act_reg;
        s3_first_reg <= s2_first_reg;
        s3_bank_reg  <= s2_bank_reg;
        s3_act_reg   <= s2_act_reg;
        if (rst) begin
            s2_valid_reg  <= 1'b0;
            s2_marker_reg <= 1'b0;
            s3_valid_reg  <= 1'b0;
            s3_marker_reg <= 1'b0;
        end else begin
            s2_valid_reg  <= s1_valid_reg;
            s2_marker_reg <= s1_marker_reg;
            s3_valid_reg  <= s2_valid_reg;
            s3_marker_reg <= s2_marker_reg;
        end
    end

    // Cycle 3: the row.
    wire [INDEX_WIDTH-1:0] index = word[INDEX_WIDTH-1:0];
    wire [ROW_WIDTH-1:0]   skip;

    generate
        if (INDEX_WIDTH > ROW_WIDTH) begin : gen_wide_index
            wire unused_index = &{1'b0, index[INDEX_WIDTH-1:ROW_WIDTH]};
            assign skip = index[ROW_WIDTH-1:0];
        end else if (INDEX_WIDTH == ROW_WIDTH) begin : gen_equal_index
            assign skip = index;
        end else begin : gen_narrow_index
            assign skip = { {(ROW_WIDTH - INDEX_WIDTH){1'b0}}, index};
        end
    endgenerate

    reg                           op_valid_reg;
    reg                           op_marker_reg;
    reg [1:0]                     op_bank_reg;
    reg [ROW_WIDTH-1:0]           op_row_reg;
    reg signed [WEIGHT_WIDTH-1:0] op_weight_reg;
    reg [ACT_WIDTH-1:0]           op_act_reg;

    always @(posedge clk) begin
        op_bank_reg   <= s3_bank_reg;
        if (s3_valid_reg) op_row_reg <= s3_first_reg ? skip : op_row_reg + skip + 1'b1;
        op_act_reg    <= s3_act_reg;
        op_weight_reg <= word[WEIGHT_WIDTH+INDEX_WIDTH-1:INDEX_WIDTH];
        if (rst) begin
            op_valid_reg  <= 1'b0;
            op_marker_reg <= 1'b0;
        end else begin
            op_valid_reg  <= s3_valid_reg;
            op_marker_reg <= s3_marker_reg;
        end
    end

    assign entry_ready = take;
    assign word_addr = addr_reg;
    assign op_valid = op_valid_reg;
    assign op_marker = op_marker_reg;
    assign op_bank = op_bank_reg;
    assign op_row = op_row_reg;
    assign op_weight = op_weight_reg;
    assign op_act = op_act_reg;

endmodule

`resetall
