// pe: processing element of one lane.
//
//   column ─> ptr_read ─> act_queue ─> spmat_read ─> arith_unit <─> act_buffer ─> drain
//                ^                        ^
//          pointer memory           weight memory       (outside, one of each a lane)
//
// Latency from a broadcast column to the first sum written, with an empty queue: 8 cycles. One word a cycle.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module pe #(
    // Bits of an activation.
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
    parameter integer ADDR_WIDTH = 7,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Entries of the activation queue.
    parameter integer FIFO_DEPTH = 4
) (
    input  wire                                clk,
    input  wire                                rst,
    // Broadcast column, with the lane's word count in it.
    input  wire                                advance,
    input  wire                                col_valid,
    input  wire                                col_first,
    input  wire                                col_marker,
    input  wire [ADDR_WIDTH-1:0]               col_base,
    input  wire [COUNT_WIDTH-1:0]              col_count,
    // What all lanes share of the column, one cycle later.
    input  wire                                share_marker,
    input  wire [1:0]                          share_bank,
    input  wire [ACT_WIDTH-1:0]                share_act,
    output wire                                blocked,
    // Weight memory.
    output wire [ADDR_WIDTH-1:0]               word_addr,
    input  wire [WEIGHT_WIDTH+INDEX_WIDTH-1:0] word,
    // Marker seen.
    output wire                                done,
    input  wire                                done_clear,
    // Drain of the accumulators.
    input  wire                                sweep,
    input  wire                                drain_en,
    input  wire [1:0]                          drain_bank,
    input  wire [ROW_WIDTH-1:0]                drain_row,
    output wire signed [ACC_WIDTH-1:0]         drain_data
);

    localparam integer ENTRY_WIDTH = 3 + ACT_WIDTH + ADDR_WIDTH + COUNT_WIDTH;

    wire                           share_valid;
    wire [ADDR_WIDTH-1:0]          share_start;
    wire [COUNT_WIDTH-1:0]         share_count;
    wire                           queue_ready;
    wire                           entry_valid;
    wire                           entry_ready;
    wire                           entry_marker;
    wire [1:0]                     entry_bank;
    wire [ACT_WIDTH-1:0]           entry_act;
    wire [ADDR_WIDTH-1:0]          entry_start;
    wire [COUNT_WIDTH-1:0]         entry_count;
    wire                           op_valid;
    wire                           op_marker;
    wire [1:0]                     op_bank;
    wire [ROW_WIDTH-1:0]           op_row;
    wire signed [WEIGHT_WIDTH-1:0] op_weight;
    wire signed [ACT_WIDTH-1:0]    op_act;
    wire signed [ACC_WIDTH-1:0]    read_data;
    wire                           write_en;
    wire [1:0]                     write_bank;
    wire [ROW_WIDTH-1:0]           write_row;
    wire signed [ACC_WIDTH-1:0]    write_data;

    ptr_read #(
        .COUNT_WIDTH(COUNT_WIDTH),
        .ADDR_WIDTH(ADDR_WIDTH)
    ) u_ptr_read (
        .clk(clk),
        .rst(rst),
        .advance(advance),
        .col_valid(col_valid),
        .col_first(col_first),
        .col_marker(col_marker),
        .col_base(col_base),
        .col_count(col_count),
        .share_valid(share_valid),
        .share_start(share_start),
        .share_count(share_count),
        .queue_ready(queue_ready),
        .blocked(blocked)
    );

    act_queue #(
        .WIDTH(ENTRY_WIDTH),
        .DEPTH(FIFO_DEPTH)
    ) u_act_queue (
        .clk(clk),
        .rst(rst),
        .s_data({share_marker, share_bank, share_act, share_start, share_count}),
        .s_valid(share_valid),
        .s_ready(queue_ready),
        .m_data({entry_marker, entry_bank, entry_act, entry_start, entry_count}),
        .m_valid(entry_valid),
        .m_ready(entry_ready)
    );

    spmat_read #(
        .ACT_WIDTH(ACT_WIDTH),
        .WEIGHT_WIDTH(WEIGHT_WIDTH),
        .INDEX_WIDTH(INDEX_WIDTH),
        .ROW_WIDTH(ROW_WIDTH),
        .COUNT_WIDTH(COUNT_WIDTH),
        .ADDR_WIDTH(ADDR_WIDTH)
    ) u_spmat_read (
        .clk(clk),
        .rst(rst),
        .entry_valid(entry_valid),
        .entry_ready(entry_ready),
        .entry_marker(entry_marker),
        .entry_bank(entry_bank),
        .entry_act(entry_act),
        .entry_start(entry_start),
        .entry_count(entry_count),
        .word_addr(word_addr),
        .word(word),
        .op_valid(op_valid),
        .op_marker(op_marker),
        .op_bank(op_bank),
        .op_row(op_row),
        .op_weight(op_weight),
        .op_act(op_act)
    );

    arith_unit #(
        .ACT_WIDTH(ACT_WIDTH),
        .WEIGHT_WIDTH(WEIGHT_WIDTH),
        .ROW_WIDTH(ROW_WIDTH),
        .ACC_WIDTH(ACC_WIDTH)
    ) u_arith_unit (
        .clk(clk),
        .rst(rst),
        .op_valid(op_valid),
        .op_marker(op_marker),
        .op_bank(op_bank),
        .op_row(op_row),
        .op_weight(op_weight),
        .op_act(op_act),
        .read_data(read_data),
        .write_en(write_en),
        .write_bank(write_bank),
        .write_row(write_row),
        .write_data(write_data),
        .done(done),
        .done_clear(done_clear)
    );

    act_buffer #(
        .ACC_WIDTH(ACC_WIDTH),
        .ROW_WIDTH(ROW_WIDTH)
    ) u_act_buffer (
        .clk(clk),
        .rst(rst),
        .read_bank(op_bank),
        .read_row(op_row),
        .read_data(read_data),
        .write_en(write_en),
        .write_bank(write_bank),
        .write_row(write_row),
        .write_data(write_data),
        .sweep(sweep),
        .drain_en(drain_en),
        .drain_bank(drain_bank),
        .drain_row(drain_row),
        .drain_data(drain_data)
    );

endmodule

`resetall
