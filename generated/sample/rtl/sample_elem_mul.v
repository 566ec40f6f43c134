// elem_mul: the element-wise part of one channel, ELEM_LANES cells every four cycles.
//
// Its parameters come from memories that all channels share: {peephole, bias} of the gate and cell at
// hand, for every lane.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_elem_mul #(
    // Cells handled side by side.
    parameter integer ELEM_LANES = 2,
    // Bits of a gate sum, over all groups.
    parameter integer ACC_WIDTH = 31,
    // Bits of a word number.
    parameter integer WORD_WIDTH = 4,
    // Bits of a vector element.
    parameter integer VECTOR_WIDTH = 16,
    // Folder of the tables.
    parameter MEM_DIR = "mem/"
) (
    input  wire                               clk,
    input  wire                               rst,
    // Load of the tables: {tanh, sigmoid, address, word}.
    input  wire [28:0]                        table_load,
    // Begin of a frame and its formats (see elem_lane).
    input  wire                               start,
    input  wire                               first,
    input  wire                               active,
    input  wire [5:0]                         z_shift,
    input  wire [4:0]                         peep_shift,
    input  wire [3:0]                         state_frac,
    // From gather.
    input  wire [ELEM_LANES*42-1:0]           params,
    input  wire                               state_read,
    input  wire [WORD_WIDTH-1:0]              state_addr,
    input  wire                               t0_cell,
    input  wire [1:0]                         t0_slot,
    input  wire [ELEM_LANES*ACC_WIDTH-1:0]    acc_data,
    // Cell state from outside (see state_access).
    input  wire                               peek,
    input  wire                               poke,
    input  wire [7:0]                         peek_lane,
    input  wire [WORD_WIDTH-1:0]              peek_word,
    input  wire [VECTOR_WIDTH-1:0]            poke_value,
    output wire [VECTOR_WIDTH-1:0]            found,
    // Words of m, in order.
    output wire                               m_valid,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] m_data
);

    localparam integer CELLS = 8;
    localparam integer PARAM_WIDTH = 42;
    localparam integer STATE_ADDR = $clog2(CELLS);

    wire [ELEM_LANES-1:0]              lane_valid;
    wire [ELEM_LANES*VECTOR_WIDTH-1:0] lane_found;
    wire [31:0]                        found_lane = {24'd0, peek_lane};
    reg  [VECTOR_WIDTH-1:0]            found_reg;

    always @(posedge clk) found_reg <= lane_found[found_lane*VECTOR_WIDTH+:VECTOR_WIDTH];

    assign found = found_reg;

    genvar e;
    generate
        for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_lane
            localparam [7:0] NUMBER = e;

            wire [PARAM_WIDTH-1:0] param_word = params[e*PARAM_WIDTH+:PARAM_WIDTH];

            sample_elem_lane #(
                .MEM_DIR(MEM_DIR)
            ) u_elem_lane (
                .clk(clk),
                .rst(rst),
                .table_load(table_load),
                .start(start),
                .first(first),
                .active(active),
                .z_shift(z_shift),
                .peep_shift(peep_shift),
                .state_frac(state_frac),
                .state_read(state_read),
                .state_addr(state_addr[STATE_ADDR-1:0]),
                .t0_cell(t0_cell),
                .t0_slot(t0_slot),
                .acc(acc_data[e*ACC_WIDTH+:ACC_WIDTH]),
                .bias(param_word[25:0]),
                .peephole(param_word[PARAM_WIDTH-1:26]),
                .peek(peek),
                .poke(poke && peek_lane == NUMBER),
                .peek_addr(peek_word[STATE_ADDR-1:0]),
                .poke_value(poke_value),
                .found(lane_found[e*VECTOR_WIDTH+:VECTOR_WIDTH]),
                .m_valid(lane_valid[e]),
                .m_data(m_data[e*VECTOR_WIDTH+:VECTOR_WIDTH])
            );
        end
    endgenerate

    wire unused_address = &{1'b0, state_addr, peek_word, lane_valid};

    assign m_valid = lane_valid[0];

endmodule

`resetall
