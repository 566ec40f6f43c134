// lane: the rows r with r mod LANES = number of the lane, for one group of columns and all channels.
//
//   column ─> ptr_read ─> act_queue ─> spmat_read ─┬─> arith_control, bank_control
//                ^                        ^        └─> pe[0..CHANNELS-1] ─> drain_data
//          pointer memory           weight memory       (outside, in group_memory)
//
// One pointer, one queue and one weight decode feed the multipliers of all channels. One word a cycle; latency from a
// broadcast column to the first sum written, with an empty queue: 8 cycles.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module lane #(
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
    // Bits of a word count.
    parameter integer COUNT_WIDTH = 3,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Accumulator banks, 2 or 3.
    parameter integer BANKS = 3,
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
    input  wire [CHANNELS*ACT_WIDTH-1:0]       share_acts,
    output wire                                blocked,
    // Weight memory.
    output wire [ADDR_WIDTH-1:0]               word_addr,
    input  wire [WEIGHT_WIDTH+INDEX_WIDTH-1:0] word,
    // For the counters: a weight other than 0 is multiplied; bit n where the queue has more than n entries.
    output wire                                mac,
    output wire [FIFO_DEPTH-1:0]               reached,
    // Marker seen.
    output wire                                done,
    input  wire                                done_clear,
    // Drain of the accumulators.
    input  wire                                sweep,
    input  wire                                drain_en,
    input  wire [1:0]                          drain_bank,
    input  wire [ROW_WIDTH-1:0]                drain_row,
    output wire [CHANNELS*ACC_WIDTH-1:0]       drain_data
);

    /* verilator no_inline_module */

    localparam integer ACTS_WIDTH = CHANNELS * ACT_WIDTH;
    localparam integer ENTRY_WIDTH = 3 + ACTS_WIDTH + ADDR_WIDTH + COUNT_WIDTH;

    // ---- Decode ---------------------------------------------------------------------------------------------------------
    wire                           share_valid;
    wire [ADDR_WIDTH-1:0]          share_start;
    wire [COUNT_WIDTH-1:0]         share_count;
    wire                           queue_ready;
    wire                           entry_valid;
    wire                           entry_ready;
    wire                           entry_marker;
    wire [1:0]                     entry_bank;
    wire [ACTS_WIDTH-1:0]          entry_acts;
    wire [ADDR_WIDTH-1:0]          entry_start;
    wire [COUNT_WIDTH-1:0]         entry_count;
    wire                           op_valid;
    wire                           op_marker;
    wire [1:0]                     op_bank;
    wire [ROW_WIDTH-1:0]           op_row;
    wire signed [WEIGHT_WIDTH-1:0] op_weight;
    wire [ACTS_WIDTH-1:0]          op_acts;

    ptr_read #(
        .ADDR_WIDTH(ADDR_WIDTH),
        .COUNT_WIDTH(COUNT_WIDTH)
    ) u_ptr_read (
        .clk(clk),
        .rst(rst),
        .advance(advance),
        .col_valid(col_valid),
        .col_first(col_first),
        .col_base(col_base),
        .col_marker(col_marker),
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
        .s_data({share_marker, share_bank, share_acts, share_start, share_count}),
        .s_valid(share_valid),
        .s_ready(queue_ready),
        .m_data({entry_marker, entry_bank, entry_acts, entry_start, entry_count}),
        .m_valid(entry_valid),
        .m_ready(entry_ready),
        .reached(reached)
    );

    spmat_read #(
        .ACT_WIDTH(ACTS_WIDTH),
        .WEIGHT_WIDTH(WEIGHT_WIDTH),
        .INDEX_WIDTH(INDEX_WIDTH),
        .ROW_WIDTH(ROW_WIDTH),
        .ADDR_WIDTH(ADDR_WIDTH),
        .COUNT_WIDTH(COUNT_WIDTH)
    ) u_spmat_read (
        .clk(clk),
        .rst(rst),
        .entry_valid(entry_valid),
        .entry_ready(entry_ready),
        .entry_marker(entry_marker),
        .entry_bank(entry_bank),
        .entry_act(entry_acts),
        .entry_count(entry_count),
        .entry_start(entry_start),
        .word_addr(word_addr),
        .word(word),
        .op_valid(op_valid),
        .op_marker(op_marker),
        .op_bank(op_bank),
        .op_row(op_row),
        .op_weight(op_weight),
        .op_act(op_acts)
    );

    // ---- Counters -------------------------------------------------------------------------------------------------------
    reg mac_reg;

    always @(posedge clk) mac_reg <= op_valid && op_weight != {WEIGHT_WIDTH{1'b0}};

    assign mac = mac_reg;

    // ---- Control of the PEs ---------------------------------------------------------------------------------------------
    wire                       from_sum;
    wire                       from_last;
    wire                       write_en;
    wire [1:0]                 write_bank;
    wire [ROW_WIDTH-1:0]       write_row;
    wire [BANKS-1:0]           bank_clear;
    wire [BANKS-1:0]           bank_write_en;
    wire [BANKS*ROW_WIDTH-1:0] bank_write_addr;
    wire [BANKS*ROW_WIDTH-1:0] bank_read_addr;
    wire [1:0]                 read_select;
    wire [1:0]                 drain_select;

    arith_control #(
        .ROW_WIDTH(ROW_WIDTH)
    ) u_arith_control (
        .clk(clk),
        .rst(rst),
        .op_valid(op_valid),
        .op_marker(op_marker),
        .op_bank(op_bank),
        .op_row(op_row),
        .from_sum(from_sum),
        .from_last(from_last),
        .write_en(write_en),
        .write_bank(write_bank),
        .write_row(write_row),
        .done(done),
        .done_clear(done_clear)
    );

    bank_control #(
        .ROW_WIDTH(ROW_WIDTH),
        .BANKS(BANKS)
    ) u_bank_control (
        .clk(clk),
        .rst(rst),
        .read_bank(op_bank),
        .read_row(op_row),
        .write_en(write_en),
        .write_bank(write_bank),
        .write_row(write_row),
        .sweep(sweep),
        .drain_en(drain_en),
        .drain_bank(drain_bank),
        .drain_row(drain_row),
        .bank_clear(bank_clear),
        .bank_write_en(bank_write_en),
        .bank_write_addr(bank_write_addr),
        .bank_read_addr(bank_read_addr),
        .read_select(read_select),
        .drain_select(drain_select)
    );

    // ---- PEs ------------------------------------------------------------------------------------------------------------
    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            pe #(
                .ACT_WIDTH(ACT_WIDTH),
                .WEIGHT_WIDTH(WEIGHT_WIDTH),
                .ROW_WIDTH(ROW_WIDTH),
                .ACC_WIDTH(ACC_WIDTH),
                .BANKS(BANKS)
            ) u_pe (
                .clk(clk),
                .weight(op_weight),
                .act(op_acts[c*ACT_WIDTH+:ACT_WIDTH]),
                .from_sum(from_sum),
                .from_last(from_last),
                .bank_clear(bank_clear),
                .bank_write_en(bank_write_en),
                .bank_write_addr(bank_write_addr),
                .bank_read_addr(bank_read_addr),
                .read_select(read_select),
                .drain_select(drain_select),
                .drain_data(drain_data[c*ACC_WIDTH+:ACC_WIDTH])
            );
        end
    endgenerate

endmodule

`resetall
