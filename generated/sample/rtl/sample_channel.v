// channel: the element-wise part of one voice.
//
//     rows of all lanes ─> gather ─┬─> elem_mul ─> m
//                                  └─> assemble ─> y ─> output buffer
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_channel #(
    // Column groups, lanes of a group, lanes of ElemMul.
    parameter integer GROUPS = 1,
    parameter integer LANES = 4,
    parameter integer ELEM_LANES = 2,
    // Elements of an output beat.
    parameter integer BEAT = 1,
    // Bits of a vector element, of an accumulator, and of the parameters of a gate.
    parameter integer VECTOR_WIDTH = 16,
    parameter integer ACC_WIDTH = 31,
    parameter integer PARAM_WIDTH = 42,
    // Bits of an element number, and of a word number of ElemMul.
    parameter integer ELEMENT_WIDTH = 6,
    parameter integer WORD_WIDTH = 4,
    // Folder of the memory files.
    parameter MEM_DIR = "mem/"
) (
    input  wire                               clk,
    input  wire                               rst,
    // Load of the tables: {tanh, sigmoid, address, word}.
    input  wire [28:0]                        table_load,
    // Rows that the lanes drain.
    input  wire [GROUPS*LANES*ACC_WIDTH-1:0]  drain_data,
    input  wire [0:0]                         phase,
    // Begin of a frame and its formats.
    input  wire                               start_cells,
    input  wire                               start_outputs,
    input  wire                               start_parity,
    input  wire                               start_active,
    input  wire                               start_first,
    input  wire [5:0]                         start_shift,
    input  wire [4:0]                         start_peep_shift,
    input  wire [3:0]                         start_state_frac,
    // Marks and parameters of the sums (see gather_control).
    input  wire                               state_read,
    input  wire [WORD_WIDTH-1:0]              state_addr,
    input  wire                               t0_cell,
    input  wire [1:0]                         t0_slot,
    input  wire                               t0_output,
    input  wire [ELEM_LANES*PARAM_WIDTH-1:0]  params,
    // Words of m, in order.
    output wire                               m_valid,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] m_word,
    // Cell state from outside (see state_access).
    input  wire                               peek,
    input  wire                               poke,
    input  wire [7:0]                         peek_lane,
    input  wire [WORD_WIDTH-1:0]              peek_word,
    input  wire [VECTOR_WIDTH-1:0]            poke_value,
    output wire [VECTOR_WIDTH-1:0]            found,
    // Words of y, in order; without `y_store` the channel rests and keeps its old ones.
    output wire                               y_valid,
    output wire                               y_store,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] y_word,
    // Output buffer.
    output wire [ELEMENT_WIDTH-1:0]           out_available,
    input  wire                               out_step,
    input  wire [ELEMENT_WIDTH-1:0]           out_index,
    output wire [BEAT*VECTOR_WIDTH-1:0]       out_data
);

    /* verilator no_inline_module */

    localparam integer SUM_WIDTH = ACC_WIDTH + $clog2(GROUPS);

    // Formats of the frame under way.
    reg       first_reg;
    reg       active_reg;
    reg [5:0] z_shift_reg;
    reg [4:0] peep_shift_reg;
    reg [3:0] state_frac_reg;

    always @(posedge clk) begin
        if (start_cells) begin
            first_reg      <= start_first;
            active_reg     <= start_active;
            z_shift_reg    <= start_shift;
            peep_shift_reg <= start_peep_shift;
            state_frac_reg <= start_state_frac;
        end
    end

    wire [ELEM_LANES*SUM_WIDTH-1:0] acc_data;

    sample_gather #(
        .GROUPS(GROUPS),
        .LANES(LANES),
        .ELEM_LANES(ELEM_LANES),
        .ACC_WIDTH(ACC_WIDTH)
    ) u_gather (
        .clk(clk),
        .drain_data(drain_data),
        .phase(phase),
        .acc_data(acc_data)
    );

    sample_elem_mul #(
        .ELEM_LANES(ELEM_LANES),
        .ACC_WIDTH(SUM_WIDTH),
        .WORD_WIDTH(WORD_WIDTH),
        .VECTOR_WIDTH(VECTOR_WIDTH),
        .MEM_DIR(MEM_DIR)
    ) u_elem_mul (
        .clk(clk),
        .rst(rst),
        .table_load(table_load),
        .start(start_cells),
        .first(first_reg),
        .active(active_reg),
        .z_shift(z_shift_reg),
        .peep_shift(peep_shift_reg),
        .state_frac(state_frac_reg),
        .params(params),
        .state_read(state_read),
        .state_addr(state_addr),
        .t0_cell(t0_cell),
        .t0_slot(t0_slot),
        .acc_data(acc_data),
        .peek(peek),
        .poke(poke),
        .peek_lane(peek_lane),
        .peek_word(peek_word),
        .poke_value(poke_value),
        .found(found),
        .m_valid(m_valid),
        .m_data(m_word)
    );

    reg [5:0] y_shift_reg;

    always @(posedge clk) begin
        if (start_outputs) y_shift_reg <= start_shift;
    end

    sample_assemble #(
        .ELEM_LANES(ELEM_LANES),
        .ACC_WIDTH(SUM_WIDTH),
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

    assign y_store = active_reg;

    wire out_generation;
    wire unused_generation = &{1'b0, out_generation};

    sample_vec_buffer #(
        .WIDTH(VECTOR_WIDTH),
        .LANES(ELEM_LANES),
        .READ(BEAT),
        .WORDS(4),
        .BLOCK(0),
        .INDEX_WIDTH(ELEMENT_WIDTH)
    ) u_out_buffer (
        .clk(clk),
        .rst(rst),
        .start(start_outputs),
        .start_generation(start_parity),
        .write_en(y_valid),
        .store(1'b1),
        .write_data(y_word),
        .generation(out_generation),
        .available(out_available),
        .en(out_step),
        .index(out_index),
        .data(out_data)
    );

endmodule

`resetall
