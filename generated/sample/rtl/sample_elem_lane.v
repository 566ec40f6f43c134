// SPDX-License-Identifier: Apache-2.0
// elem_lane: one lane of ElemMul, a cell every four cycles.
//
//   z = acc + bias + peephole * c   (c: previous state for i and f, new state for o, none for g)
//   c = sigmoid(z_f) * c' + sigmoid(z_i) * tanh(z_g)          m = sigmoid(z_o) * tanh(c)
//
// Pipeline of the cell that enters in cycles 0 (i), 1 (f), 2 (g) and, three cells later in the stream, 15 (o):
//
//   cycle          i    f    g    o
//   t0             0    1    2   15   acc, bias, peephole
//   sum            1-3  2-4  3-5 16-18 peephole product, its alignment, sum_reg
//   z_reg          5    6    7   20   rounded to Z_WIDTH bits, saturated
//   table          7    8    9   22   word of the sigmoid (i, f, o) or tanh (g) table
//   multiply            8    9   22   operands taken: f c', i g, o tanh(c)
//   c             12-14               i g aligned, sum, state_reg: rounded; written to the cell state memory
//   tanh(c)       17                  second port of the tanh table, kept in tanh_c_reg
//   m             25                  m_data, m_valid
//
// One multiplier serves the three products: they fall into the phases 0, 1 and 2 of the four-cycle frame `t0_slot`.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_elem_lane #(
    // Bits of a gate sum, over all groups.
    parameter integer ACC_WIDTH = 31,
    // Bits of a bias, in the fraction bits of the accumulator.
    parameter integer BIAS_WIDTH = 26,
    // Bits of a peephole weight.
    parameter integer PEEP_WIDTH = 16,
    // Bits of the exact gate sum.
    parameter integer SUM_WIDTH = 33,
    // Bits of a vector element (c, m).
    parameter integer VECTOR_WIDTH = 16,
    // Words of the cell state memory, at least 2.
    parameter integer CELLS = 8,
    // Logarithm of the table steps, in units of a gate sum of Z_WIDTH bits.
    parameter integer SIGMOID_SHIFT = 4,
    parameter integer TANH_SHIFT = 3,
    // Folder of the tables.
    parameter MEM_DIR = "mem/"
) (
    input  wire                         clk,
    input  wire                         rst,
    // Load of the tables: {tanh, sigmoid, address, word}.
    input  wire [28:0]                  table_load,
    // `first` takes the previous cell state as zero, without `active` the cell state is kept.
    input  wire                         first,
    input  wire                         active,
    // Right shift of the gate sum, left shift of the peephole product, fraction bits of the cell state.
    input  wire [5:0]                   z_shift,
    input  wire [4:0]                   peep_shift,
    input  wire [3:0]                   state_frac,
    // Read of the previous cell state, two cycles ahead of t0.
    input  wire                         state_read,
    input  wire [$clog2(CELLS)-1:0]     state_addr,
    // Gate sums and their parameters. slot_next is the slot of the next cycle.
    input  wire [1:0]                   slot_next,
    input  wire signed [ACC_WIDTH-1:0]  acc,
    input  wire signed [BIAS_WIDTH-1:0] bias,
    input  wire signed [PEEP_WIDTH-1:0] peephole,
    // A cell is in cycle 14; where its state is written.
    input  wire                         cell_done,
    input  wire [$clog2(CELLS)-1:0]     write_addr,
    // Cell state from outside, while nothing is computed: found follows state_addr by a cycle; poke is written in the next one.
    input  wire                         poke,
    input  wire [VECTOR_WIDTH-1:0]      poke_value,
    output wire [VECTOR_WIDTH-1:0]      found,
    // Cell outputs, in order.
    output wire [VECTOR_WIDTH-1:0]      m_data
);

    localparam integer Z_WIDTH = 16;
    localparam integer WORD_WIDTH = 16;
    localparam integer PRODUCT_WIDTH = 2 * WORD_WIDTH;
    // Fraction bits of a table step, seen from the cell state.
    localparam integer STATE_STEP = 8;
    localparam integer STATE_INDEX_WIDTH = VECTOR_WIDTH + STATE_STEP;
    // m has VECTOR_WIDTH - 1 fraction bits, the product 30.
    localparam integer M_SHIFT = 31 - VECTOR_WIDTH;

    // Phase of the four-cycle frame.
    (* keep = "true" *)
    reg  [1:0] slot_reg;
    wire       phase0 = slot_reg == 2'd0;
    wire       phase1 = slot_reg == 2'd1;
    wire       phase2 = slot_reg == 2'd2;
    wire       phase3 = slot_reg == 2'd3;

    always @(posedge clk) slot_reg <= slot_next;

    // ---- Previous cell state: cycles 0 to 3, kept until cycle 11 ----------------------------------------------------
    reg  signed [VECTOR_WIDTH-1:0] state_reg;
    reg                            state_read_reg;
    reg  signed [VECTOR_WIDTH-1:0] old_reg, old1_reg, old2_reg;
    reg                            poke_reg;
    wire [VECTOR_WIDTH-1:0]        old_word;

    sample_sdp_ram #(
        .WIDTH(VECTOR_WIDTH),
        .DEPTH(CELLS),
        .BLOCK(0)
    ) u_state (
        .clk(clk),
        .write_en((cell_done && active) || poke_reg),
        .write_addr(write_addr),
        .write_data(state_reg),
        .read_en(state_read),
        .read_addr(state_addr),
        .read_data(old_word)
    );

    always @(posedge clk) begin
        if (state_read_reg) old_reg <= first ? {VECTOR_WIDTH{1'b0}} : old_word;
        if (phase3) begin
            old1_reg <= old_reg;
            old2_reg <= old1_reg;
        end
        state_read_reg <= state_read;
        if (rst) poke_reg <= 1'b0;
        else poke_reg <= poke;
    end

    // ---- Gate sum: cycles 1 to 5 -------------------------------------------------------------------------------------
    reg  signed [SUM_WIDTH-1:0] base1_reg, base2_reg, sum_reg;
    reg  signed [SUM_WIDTH:0]   scaled_reg;
    reg  signed [Z_WIDTH-1:0]   z_reg;
    wire signed [SUM_WIDTH-1:0] acc_sum = { {(SUM_WIDTH - ACC_WIDTH){acc[ACC_WIDTH-1]}}, acc};
    wire signed [SUM_WIDTH-1:0] bias_sum = { {(SUM_WIDTH - BIAS_WIDTH){bias[BIAS_WIDTH-1]}}, bias};
    wire signed [SUM_WIDTH:0]   twice_sum = {sum_reg, 1'b0};
    wire signed [SUM_WIDTH+1:0] z_round = {scaled_reg[SUM_WIDTH], scaled_reg} + { {(SUM_WIDTH + 1){1'b0}}, 1'b1};
    wire                        z_negative = z_round[SUM_WIDTH+1];
    wire                        z_outside = z_round[SUM_WIDTH+1:Z_WIDTH] != {(SUM_WIDTH + 2 - Z_WIDTH){z_negative}};
    wire                        unused_z = &{1'b0, z_round[0]};

    localparam integer PEEP_PRODUCT = PEEP_WIDTH + VECTOR_WIDTH;

    reg  signed [PEEP_PRODUCT-1:0] peep_reg;
    reg  signed [SUM_WIDTH-1:0]    peep_aligned_reg;
    wire signed [VECTOR_WIDTH-1:0] peep_state = phase3 ? state_reg : old_reg;
    wire signed [SUM_WIDTH-1:0]    peep_sum = { {(SUM_WIDTH - PEEP_PRODUCT){peep_reg[PEEP_PRODUCT-1]}}, peep_reg};

    always @(posedge clk) begin
        base1_reg  <= acc_sum + bias_sum;
        base2_reg  <= base1_reg;
        sum_reg    <= base2_reg + peep_aligned_reg;
        scaled_reg <= twice_sum >>> z_shift;
        z_reg      <= z_outside ? {z_negative, {(Z_WIDTH - 1){!z_negative}}} : z_round[Z_WIDTH:1];

        peep_reg         <= peephole * peep_state;
        peep_aligned_reg <= peep_sum <<< peep_shift;
    end

    // ---- Tables: cycles 5 to 7, and 15 to 17 for the new state --------------------------------------------------------
    wire [10:0]                         sigmoid_index;
    wire [10:0]                         tanh_index;
    wire [10:0]                         tanh_c_index;
    wire signed [WORD_WIDTH-1:0]        sigmoid;
    wire signed [WORD_WIDTH-1:0]        tanh;
    wire signed [WORD_WIDTH-1:0]        tanh_c;
    reg  signed [STATE_INDEX_WIDTH-1:0] state_index_reg;

    sample_table_index #(
        .WIDTH(Z_WIDTH),
        .SHIFT(SIGMOID_SHIFT)
    ) u_sigmoid_index (
        .value(z_reg),
        .index(sigmoid_index)
    );

    sample_table_index #(
        .WIDTH(Z_WIDTH),
        .SHIFT(TANH_SHIFT)
    ) u_tanh_index (
        .value(z_reg),
        .index(tanh_index)
    );

    sample_table_index #(
        .WIDTH(STATE_INDEX_WIDTH),
        .SHIFT(0)
    ) u_tanh_c_index (
        .value(state_index_reg),
        .index(tanh_c_index)
    );

    sample_sigmoid #(
        .FILE({MEM_DIR, "sample_sigmoid.mem"})
    ) u_sigmoid (
        .clk(clk),
        .load_en(table_load[27]),
        .load_addr(table_load[26:16]),
        .load_data(table_load[15:0]),
        .index(sigmoid_index),
        .value(sigmoid)
    );

    sample_tanh #(
        .FILE({MEM_DIR, "sample_tanh.mem"})
    ) u_tanh (
        .clk(clk),
        .load_en(table_load[28]),
        .load_addr(table_load[26:16]),
        .load_data(table_load[15:0]),
        .a_index(tanh_index),
        .a_value(tanh),
        .b_index(tanh_c_index),
        .b_value(tanh_c)
    );

    // ---- Products: operands in cycle 8 (phase 0), 9 (phase 1) and 22 (phase 2) ---------------------------------------
    reg signed [WORD_WIDTH-1:0]    sigmoid_i_reg;
    reg signed [WORD_WIDTH-1:0]    tanh_c_reg;
    reg signed [WORD_WIDTH-1:0]    factor_a_reg;
    reg signed [WORD_WIDTH-1:0]    factor_b_reg;
    reg signed [PRODUCT_WIDTH-1:0] product_reg;

    wire signed [WORD_WIDTH-1:0] old_factor = old2_reg;

    always @(posedge clk) begin
        if (phase3) sigmoid_i_reg <= sigmoid;
        if (phase0) tanh_c_reg <= tanh_c;
        factor_a_reg <= phase1 ? sigmoid_i_reg : sigmoid;
        factor_b_reg <= phase0 ? old_factor : phase1 ? tanh : tanh_c_reg;
        product_reg  <= factor_a_reg * factor_b_reg;
    end

    // ---- New cell state: cycle 10 (phase 2) to 14 ---------------------------------------------------------------------
    // f c' has 15 + state_frac fraction bits, i g has 30. The bits of i g below those of f c' cannot change the rounded state:
    // they are less than its last bit, and the half that rounds has none of them.
    localparam integer STATE_SUM_WIDTH = PRODUCT_WIDTH + 1;
    localparam signed [STATE_SUM_WIDTH:0] STATE_HALF = 1 <<< 14;

    reg  signed [PRODUCT_WIDTH-1:0]     kept_reg;
    reg  signed [PRODUCT_WIDTH-1:0]     added_reg;
    reg  signed [STATE_SUM_WIDTH-1:0]   state_sum_reg;
    wire signed [STATE_SUM_WIDTH:0]     state_round = {state_sum_reg[STATE_SUM_WIDTH-1], state_sum_reg} + STATE_HALF;
    wire                                state_negative = state_round[STATE_SUM_WIDTH];
    wire                                state_outside = state_round[STATE_SUM_WIDTH:VECTOR_WIDTH+14]
        != {(STATE_SUM_WIDTH - VECTOR_WIDTH - 13){state_negative}};
    wire                                unused_state = &{1'b0, state_round[14:0]};
    wire signed [STATE_INDEX_WIDTH-1:0] state_steps = {state_reg, {STATE_STEP{1'b0}}};

    always @(posedge clk) begin
        if (phase2) kept_reg <= product_reg;
        added_reg <= product_reg >>> (4'd15 - state_frac);
        if (phase0) begin
            state_sum_reg <= {kept_reg[PRODUCT_WIDTH-1], kept_reg} + {added_reg[PRODUCT_WIDTH-1], added_reg};
        end
        if (phase1 || poke) begin
            state_reg <= poke ? poke_value
                       : state_outside ? {state_negative, {(VECTOR_WIDTH - 1){!state_negative}}} : state_round[15+:VECTOR_WIDTH];
        end
        if (phase2) state_index_reg <= state_steps >>> state_frac;
    end

    // ---- Cell output: cycle 24 (phase 0) and 25 -----------------------------------------------------------------------
    localparam signed [PRODUCT_WIDTH-1:0] M_HALF = 32'sd1 <<< (M_SHIFT - 1);

    reg  [VECTOR_WIDTH-1:0]         m_reg;
    wire signed [PRODUCT_WIDTH-1:0] m_round = product_reg + M_HALF;
    wire                            m_negative = m_round[PRODUCT_WIDTH-1];
    wire                            m_outside = m_round[PRODUCT_WIDTH-2] != m_negative;
    wire                            unused_m = &{1'b0, m_round[M_SHIFT-1:0]};

    always @(posedge clk) begin
        m_reg <= m_outside ? {m_negative, {(VECTOR_WIDTH - 1){!m_negative}}} : m_round[PRODUCT_WIDTH-2:M_SHIFT];
    end

    assign found = old_word;
    assign m_data = m_reg;

endmodule

`resetall
