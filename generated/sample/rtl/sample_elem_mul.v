// SPDX-License-Identifier: Apache-2.0
// elem_mul: the element-wise part of one channel, ELEM_LANES cells every four cycles.
//
// Its parameters come from memories that all channels share: {peephole, bias} of the gate and cell at
// hand, for every lane. Neighbouring lanes have a copy of what holds for the frame.
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
    // Load of the tables: {tanh, sigmoid, address, word}; address and word come a cycle later.
    input  wire [28:0]                        table_load,
    // Begin of a frame; from the next cycle on, its formats (see elem_lane).
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
    input  wire [1:0]                         slot_next,
    input  wire [ELEM_LANES*ACC_WIDTH-1:0]    acc_data,
    // Cell state from outside (see state_access).
    input  wire                               poke,
    input  wire [7:0]                         peek_lane,
    input  wire [WORD_WIDTH-1:0]              peek_word,
    input  wire [VECTOR_WIDTH-1:0]            poke_value,
    output wire [VECTOR_WIDTH-1:0]            found,
    // Words of m, in order, a cycle after m_coming.
    output wire                               m_coming,
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0] m_data
);

    localparam integer CELLS = 8;
    localparam integer PARAM_WIDTH = 42;
    localparam integer STATE_ADDR = $clog2(CELLS);

    // Lanes that share a copy of the formats.
    localparam integer TILE = 2;
    localparam integer TILES = ELEM_LANES / TILE;
    localparam integer FORMATS = 17;

    // Lanes that share a register of the enables of their tables.
    localparam integer TABLE_TILE = 2;
    localparam integer TABLE_TILES = ELEM_LANES / TABLE_TILE;

    wire [TILES*FORMATS-1:0]           copies;
    wire [TABLE_TILES*2-1:0]           table_en;
    wire [ELEM_LANES*VECTOR_WIDTH-1:0] lane_found;
    reg  [7:0]                         found_lane_reg;
    wire [31:0]                        found_lane = {24'd0, found_lane_reg};
    reg  [VECTOR_WIDTH-1:0]            found_reg;

    always @(posedge clk) begin
        found_lane_reg <= peek_lane;
        found_reg      <= lane_found[found_lane*VECTOR_WIDTH+:VECTOR_WIDTH];
    end

    // Valid cells, by their age in cycles.
    reg [25:1] cell_reg;

    always @(posedge clk) begin
        if (rst) cell_reg <= 25'd0;
        else cell_reg <= {cell_reg[24:1], t0_cell};
    end

    // Where the next cell states are written; one from outside is written a cycle after `poke`.
    reg                  start_reg;
    reg [STATE_ADDR-1:0] write_addr_reg;

    always @(posedge clk) begin
        start_reg <= start;
        if (start_reg) write_addr_reg <= {STATE_ADDR{1'b0}};
        else if (poke) write_addr_reg <= peek_word[STATE_ADDR-1:0];
        else if (cell_reg[14]) write_addr_reg <= write_addr_reg + 1'b1;
    end

    assign found = found_reg;

    genvar t;
    genvar e;
    generate
        for (t = 0; t < TILES; t = t + 1) begin : gen_copy
            sample_register_copy #(
                .WIDTH(FORMATS)
            ) u_copy (
                .clk(clk),
                .d({first, active, z_shift, peep_shift, state_frac}),
                .q(copies[t*FORMATS+:FORMATS])
            );
        end

        for (t = 0; t < TABLE_TILES; t = t + 1) begin : gen_table
            sample_register_copy #(
                .WIDTH(2)
            ) u_enable (
                .clk(clk),
                .d(table_load[28:27]),
                .q(table_en[2*t+:2])
            );
        end

        for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_lane
            localparam [7:0] NUMBER = e;

            wire [PARAM_WIDTH-1:0] param_word = params[e*PARAM_WIDTH+:PARAM_WIDTH];
            wire                   own_first;
            wire                   own_active;
            wire [5:0]             own_z_shift;
            wire [4:0]             own_peep_shift;
            wire [3:0]             own_state_frac;

            assign {own_first, own_active, own_z_shift, own_peep_shift, own_state_frac}
                = copies[(e/TILE)*FORMATS+:FORMATS];

            sample_elem_lane #(
                .MEM_DIR(MEM_DIR)
            ) u_elem_lane (
                .clk(clk),
                .rst(rst),
                .table_load({table_en[2*(e/TABLE_TILE)+:2], table_load[26:0]}),
                .first(own_first),
                .active(own_active),
                .z_shift(own_z_shift),
                .peep_shift(own_peep_shift),
                .state_frac(own_state_frac),
                .state_read(state_read),
                .state_addr(state_addr[STATE_ADDR-1:0]),
                .slot_next(slot_next),
                .acc(acc_data[e*ACC_WIDTH+:ACC_WIDTH]),
                .bias(param_word[25:0]),
                .peephole(param_word[PARAM_WIDTH-1:26]),
                .cell_done(cell_reg[14]),
                .write_addr(write_addr_reg),
                .poke(poke && peek_lane == NUMBER),
                .poke_value(poke_value),
                .found(lane_found[e*VECTOR_WIDTH+:VECTOR_WIDTH]),
                .m_data(m_data[e*VECTOR_WIDTH+:VECTOR_WIDTH])
            );
        end
    endgenerate

    wire unused_address = &{1'b0, state_addr, peek_word};

    wire unused_cell = &{1'b0, cell_reg[25]};

    assign m_coming = cell_reg[24];

endmodule

`resetall
