// SPDX-License-Identifier: Apache-2.0
// channel: the element-wise part of one voice.
//
//     rows of all lanes -> gather -+-> elem_mul -> m
//                                  +-> assemble -> y -> output buffer
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
    // Load of the tables: {tanh, sigmoid, address, word}; address and word come a cycle later.
    input  wire [28:0]                        table_load,
    // Rows that the lanes drain.
    input  wire [GROUPS*LANES*ACC_WIDTH-1:0]  drain_data,
    input  wire [0:0]                         phase,
    // Begin of a frame; from the next cycle on, what holds for it.
    input  wire                               start,
    input  wire                               first,
    input  wire                               active,
    input  wire [5:0]                         z_shift,
    input  wire [4:0]                         peep_shift,
    input  wire [3:0]                         state_frac,
    input  wire [5:0]                         y_shift,
    // Marks and parameters of the sums (see gather_control).
    input  wire                               state_read,
    input  wire [WORD_WIDTH-1:0]              state_addr,
    input  wire                               t0_cell,
    input  wire [1:0]                         slot_next,
    input  wire                               t0_output,
    input  wire [ELEM_LANES*PARAM_WIDTH-1:0]  params,
    // Words of m, in order, a cycle after m_coming.
    output wire                               m_coming,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] m_word,
    // Cell state from outside (see state_access).
    input  wire                               poke,
    input  wire [7:0]                         peek_lane,
    input  wire [WORD_WIDTH-1:0]              peek_word,
    input  wire [VECTOR_WIDTH-1:0]            poke_value,
    output wire [VECTOR_WIDTH-1:0]            found,
    // A word of y from outside, for the channel where it is chosen.
    input  wire                               poke_y,
    input  wire                               poke_chosen,
    input  wire [ELEM_LANES*VECTOR_WIDTH-1:0] poke_word,
    // Words of y, in order, a cycle after y_coming; those of the layer with y_valid. Without `y_store` the channel rests and keeps its old ones.
    output wire                               y_valid,
    output wire                               y_coming,
    output wire                               y_store,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] y_word,
    // Output buffer: where it is written, and whether its reader moves on in the next cycle (see frame_out).
    input  wire [$clog2(4)-1:0]               out_addr,
    input  wire                               out_step_next,
    input  wire [ELEMENT_WIDTH-1:0]           out_index,
    output wire [BEAT*VECTOR_WIDTH-1:0]       out_data
);

    /* verilator no_inline_module */

    localparam integer SUM_WIDTH = ACC_WIDTH + $clog2(GROUPS);

    (* keep = "true" *)
    reg  rst_reg;
    reg  active_reg;
    reg  poked_reg;
    reg  chosen1_reg, chosen2_reg;
    // The word that comes is one from outside.
    wire y_poked;

    always @(posedge clk) begin
        rst_reg     <= rst;
        active_reg  <= active;
        poked_reg   <= y_poked;
        chosen1_reg <= poke_chosen;
        chosen2_reg <= chosen1_reg;
    end

    assign y_store = poked_reg ? chosen2_reg : active_reg;

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
        .rst(rst_reg),
        .table_load(table_load),
        .start(start),
        .first(first),
        .active(active),
        .z_shift(z_shift),
        .peep_shift(peep_shift),
        .state_frac(state_frac),
        .params(params),
        .state_read(state_read),
        .state_addr(state_addr),
        .t0_cell(t0_cell),
        .slot_next(slot_next),
        .acc_data(acc_data),
        .poke(poke),
        .peek_lane(peek_lane),
        .peek_word(peek_word),
        .poke_value(poke_value),
        .found(found),
        .m_coming(m_coming),
        .m_data(m_word)
    );

    sample_assemble #(
        .ELEM_LANES(ELEM_LANES),
        .ACC_WIDTH(SUM_WIDTH),
        .VECTOR_WIDTH(VECTOR_WIDTH)
    ) u_assemble (
        .clk(clk),
        .rst(rst_reg),
        .shift(y_shift),
        .valid(t0_output),
        .acc_data(acc_data),
        .poke(poke_y),
        .poke_word(poke_word),
        .y_poked(y_poked),
        .y_valid(y_valid),
        .y_coming(y_coming),
        .y_data(y_word)
    );

    wire out_step;

    sample_register_copy u_out_step (
        .clk(clk),
        .d(out_step_next),
        .q(out_step)
    );

    sample_vec_buffer #(
        .WIDTH(VECTOR_WIDTH),
        .LANES(ELEM_LANES),
        .READ(BEAT),
        .WORDS(4),
        .BLOCK(0),
        .INDEX_WIDTH(ELEMENT_WIDTH)
    ) u_out_buffer (
        .clk(clk),
        .write_en(y_valid),
        .write_addr(out_addr),
        .write_data(y_word),
        .en(out_step),
        .index(out_index),
        .data(out_data)
    );

endmodule

`resetall
