// channel: everything that works on one voice: the lanes with their memories, ElemMul, and the vectors between them.
//
//                                x (frame_in)
//                                v
//     controller ─> act_broadcast ─> pe[0..LANES-1] ─> gather ─> elem_mul ─> m ──┐
//                      ^   ^            ^    ^            │                      │
//                      │   │      pointers  weights       └────> assemble ─> y ──┤
//                      └───┴─────────────────────────────────────────────────────┘
//
// `advance` is common to all lanes: a column moves on when no lane waits for its queue.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module channel #(
    // Lanes of the array.
    parameter integer LANES = 4,
    // Lanes of ElemMul.
    parameter integer ELEM_LANES = 2,
    // Bits of a vector element.
    parameter integer VECTOR_WIDTH = 16,
    // Bits of an aligned activation.
    parameter integer ACT_WIDTH = 18,
    // Bits of a weight and of a relative index.
    parameter integer WEIGHT_WIDTH = 12,
    parameter integer INDEX_WIDTH = 4,
    // Words of a lane's weight memory, at least 2.
    parameter integer WEIGHT_DEPTH = 88,
    // Words of a lane's pointer memory (columns of all matrices), at least 2, and bits of a word.
    parameter integer POINTER_DEPTH = 36,
    parameter integer COUNT_WIDTH = 3,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Bits of an element number, and of a word number of ElemMul.
    parameter integer ELEMENT_WIDTH = 6,
    parameter integer WORD_WIDTH = 4,
    // Folder of the memory files.
    parameter MEM_DIR = "mem/"
) (
    input  wire                               clk,
    input  wire                               rst,
    // Columns from the controller.
    output wire                               advance,
    input  wire                               col_valid,
    input  wire                               col_first,
    input  wire                               col_marker,
    input  wire [1:0]                         col_source,
    input  wire [1:0]                         col_bank,
    input  wire [3:0]                         col_shift,
    input  wire [ELEMENT_WIDTH-1:0]           col_index,
    input  wire [$clog2(POINTER_DEPTH)-1:0]   col_pointer,
    input  wire [$clog2(WEIGHT_DEPTH)-1:0]    col_base,
    // Element of x, two cycles after col_index.
    input  wire [VECTOR_WIDTH-1:0]            x_data,
    // Elements of y and m that are there.
    output wire [ELEMENT_WIDTH-1:0]           y_available,
    output wire [ELEMENT_WIDTH-1:0]           m_available,
    // Markers.
    output wire [LANES-1:0]                   lane_done,
    input  wire                               done_clear,
    // Element-wise part.
    output wire                               gather_idle,
    input  wire                               start_cells,
    input  wire                               start_outputs,
    input  wire                               start_bank,
    input  wire                               start_first,
    input  wire [WORD_WIDTH-1:0]              start_words,
    input  wire [5:0]                         start_shift,
    input  wire [4:0]                         start_peep_shift,
    input  wire [3:0]                         start_state_frac,
    // Words of y, in order, for the output.
    output wire                               y_valid,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] y_word
);

    localparam integer ADDR_WIDTH = $clog2(WEIGHT_DEPTH);
    localparam integer CELL_WORDS = 8;
    localparam integer OUT_WORDS = 4;

    // ---- Broadcast ------------------------------------------------------------------------------------------------------
    wire                    lane_valid;
    wire                    lane_first;
    wire                    lane_marker;
    wire [ADDR_WIDTH-1:0]   lane_base;
    wire                    share_marker;
    wire [1:0]              share_bank;
    wire [ACT_WIDTH-1:0]    share_act;
    wire [LANES-1:0]        blocked;
    wire [VECTOR_WIDTH-1:0] y_data;
    wire [VECTOR_WIDTH-1:0] m_data;

    assign advance = !(|blocked);

    act_broadcast #(
        .VECTOR_WIDTH(VECTOR_WIDTH),
        .ACT_WIDTH(ACT_WIDTH),
        .ADDR_WIDTH(ADDR_WIDTH)
    ) u_act_broadcast (
        .clk(clk),
        .rst(rst),
        .advance(advance),
        .col_valid(col_valid),
        .col_first(col_first),
        .col_marker(col_marker),
        .col_source(col_source),
        .col_bank(col_bank),
        .col_shift(col_shift),
        .col_base(col_base),
        .x_data(x_data),
        .y_data(y_data),
        .m_data(m_data),
        .lane_valid(lane_valid),
        .lane_first(lane_first),
        .lane_marker(lane_marker),
        .lane_base(lane_base),
        .share_marker(share_marker),
        .share_bank(share_bank),
        .share_act(share_act)
    );

    // ---- Lanes ----------------------------------------------------------------------------------------------------------
    wire                       sweep;
    wire [LANES-1:0]           drain_en;
    wire [1:0]                 drain_bank;
    wire [ROW_WIDTH-1:0]       drain_row;
    wire [LANES*ACC_WIDTH-1:0] drain_data;

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            localparam [7:0] HUNDREDS = "0" + (l / 100);
            localparam [7:0] TENS = "0" + ((l / 10) % 10);
            localparam [7:0] ONES = "0" + (l % 10);

            wire [COUNT_WIDTH-1:0]              count;
            wire [ADDR_WIDTH-1:0]               word_addr;
            wire [WEIGHT_WIDTH+INDEX_WIDTH-1:0] word;

            rom #(
                .WIDTH(COUNT_WIDTH),
                .DEPTH(POINTER_DEPTH),
                .FILE({MEM_DIR, "pointers_", HUNDREDS, TENS, ONES, ".mem"})
            ) u_pointer_mem (
                .clk(clk),
                .en(advance),
                .addr(col_pointer),
                .data(count)
            );

            rom #(
                .WIDTH(WEIGHT_WIDTH + INDEX_WIDTH),
                .DEPTH(WEIGHT_DEPTH),
                .FILE({MEM_DIR, "weights_", HUNDREDS, TENS, ONES, ".mem"})
            ) u_weight_mem (
                .clk(clk),
                .en(1'b1),
                .addr(word_addr),
                .data(word)
            );

            pe #(
                .ACT_WIDTH(ACT_WIDTH),
                .WEIGHT_WIDTH(WEIGHT_WIDTH),
                .INDEX_WIDTH(INDEX_WIDTH),
                .ROW_WIDTH(ROW_WIDTH),
                .COUNT_WIDTH(COUNT_WIDTH),
                .ADDR_WIDTH(ADDR_WIDTH),
                .ACC_WIDTH(ACC_WIDTH)
            ) u_pe (
                .clk(clk),
                .rst(rst),
                .advance(advance),
                .col_valid(lane_valid),
                .col_first(lane_first),
                .col_marker(lane_marker),
                .col_base(lane_base),
                .col_count(count),
                .share_marker(share_marker),
                .share_bank(share_bank),
                .share_act(share_act),
                .blocked(blocked[l]),
                .word_addr(word_addr),
                .word(word),
                .done(lane_done[l]),
                .done_clear(done_clear),
                .sweep(sweep),
                .drain_en(drain_en[l]),
                .drain_bank(drain_bank),
                .drain_row(drain_row),
                .drain_data(drain_data[l*ACC_WIDTH+:ACC_WIDTH])
            );
        end
    endgenerate

    // ---- Element-wise part ----------------------------------------------------------------------------------------------
    wire [WORD_WIDTH+1:0]              param_addr;
    wire                               state_read;
    wire [WORD_WIDTH-1:0]              state_addr;
    wire                               t0_cell;
    wire [1:0]                         t0_slot;
    wire                               t0_output;
    wire [ELEM_LANES*ACC_WIDTH-1:0]    acc_data;
    wire                               m_valid;
    wire [ELEM_LANES*VECTOR_WIDTH-1:0] m_word;

    // Formats of the frame under way.
    reg        first_reg;
    reg [5:0]  z_shift_reg;
    reg [4:0]  peep_shift_reg;
    reg [3:0]  state_frac_reg;

    always @(posedge clk) begin
        if (start_cells) begin
            first_reg      <= start_first;
            z_shift_reg    <= start_shift;
            peep_shift_reg <= start_peep_shift;
            state_frac_reg <= start_state_frac;
        end
    end

    gather #(
        .LANES(LANES),
        .ELEM_LANES(ELEM_LANES),
        .ACC_WIDTH(ACC_WIDTH),
        .ROW_WIDTH(ROW_WIDTH),
        .WORD_WIDTH(WORD_WIDTH)
    ) u_gather (
        .clk(clk),
        .rst(rst),
        .start_cells(start_cells),
        .start_outputs(start_outputs),
        .words(start_words),
        .bank(start_bank),
        .idle(gather_idle),
        .sweep(sweep),
        .drain_en(drain_en),
        .drain_bank(drain_bank),
        .drain_row(drain_row),
        .drain_data(drain_data),
        .param_addr(param_addr),
        .state_read(state_read),
        .state_addr(state_addr),
        .t0_cell(t0_cell),
        .t0_slot(t0_slot),
        .t0_output(t0_output),
        .acc_data(acc_data)
    );

    elem_mul #(
        .ELEM_LANES(ELEM_LANES),
        .ACC_WIDTH(ACC_WIDTH),
        .WORD_WIDTH(WORD_WIDTH),
        .VECTOR_WIDTH(VECTOR_WIDTH),
        .MEM_DIR(MEM_DIR)
    ) u_elem_mul (
        .clk(clk),
        .rst(rst),
        .start(start_cells),
        .first(first_reg),
        .z_shift(z_shift_reg),
        .peep_shift(peep_shift_reg),
        .state_frac(state_frac_reg),
        .param_addr(param_addr),
        .state_read(state_read),
        .state_addr(state_addr),
        .t0_cell(t0_cell),
        .t0_slot(t0_slot),
        .acc_data(acc_data),
        .m_valid(m_valid),
        .m_data(m_word)
    );

    vec_buffer #(
        .WIDTH(VECTOR_WIDTH),
        .LANES(ELEM_LANES),
        .WORDS(CELL_WORDS),
        .INDEX_WIDTH(ELEMENT_WIDTH)
    ) u_m_buffer (
        .clk(clk),
        .rst(rst),
        .clear(start_cells),
        .write_en(m_valid),
        .write_data(m_word),
        .available(m_available),
        .en(advance),
        .index(col_index),
        .data(m_data)
    );

    reg [5:0] y_shift_reg;

    always @(posedge clk) begin
        if (start_outputs) y_shift_reg <= start_shift;
    end

    assemble #(
        .ELEM_LANES(ELEM_LANES),
        .ACC_WIDTH(ACC_WIDTH),
        .VECTOR_WIDTH(VECTOR_WIDTH)
    ) u_assemble (
        .clk(clk),
        .rst(rst),
        .shift(y_shift_reg),
        .valid(t0_output),
        .acc_data(acc_data),
        .y_valid(y_valid),
        .y_data(y_word)
    );

    vec_buffer #(
        .WIDTH(VECTOR_WIDTH),
        .LANES(ELEM_LANES),
        .WORDS(OUT_WORDS),
        .INDEX_WIDTH(ELEMENT_WIDTH)
    ) u_y_buffer (
        .clk(clk),
        .rst(rst),
        .clear(start_outputs),
        .write_en(y_valid),
        .write_data(y_word),
        .available(y_available),
        .en(advance),
        .index(col_index),
        .data(y_data)
    );

endmodule

`resetall
