// SPDX-License-Identifier: Apache-2.0
// state_access: reads and writes c and y of a channel, an element at a time, while the core is idle.
//
//   place -> c    element e is in lane e mod ELEM_LANES of ElemMul, word e / ELEM_LANES
//            y    element e is in group e mod GROUPS, column e / GROUPS
//
// c is written at once. y is written in words of ELEM_LANES elements, as Assemble writes it: from element 0 on, in order,
// to the last element of the model; the word at hand and the rest of a round over the groups then follow by themselves.
//
//   read    cycle 0      place_en
//           cycle 2      peek, addresses
//           cycle 7      read_valid, read_value
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_state_access #(
    // Channels, column groups, lanes of ElemMul: powers of two.
    parameter integer CHANNELS = 1,
    parameter integer GROUPS = 1,
    parameter integer ELEM_LANES = 2,
    // Words of a round over the groups.
    parameter integer SPREAD = 1,
    // Bits of a vector element, of a word number of ElemMul, and of an element number.
    parameter integer VECTOR_WIDTH = 16,
    parameter integer WORD_WIDTH = 4,
    parameter integer ELEMENT_WIDTH = 6
) (
    input  wire                                    clk,
    input  wire                                    rst,
    // Accesses count only while the core is idle.
    input  wire                                    idle,
    // Outputs of the model.
    input  wire [31:0]                             outputs,
    // Registers: place {vector (bit 24: y), channel, element}; a value to write; clear and resume of the channel at the
    // place.
    input  wire                                    place_en,
    input  wire [31:0]                             place,
    input  wire                                    write_en,
    input  wire [31:0]                             write,
    input  wire                                    clear,
    input  wire                                    resume,
    output wire                                    read_valid,
    output wire [15:0]                             read_value,
    // Cell states.
    output wire                                    peek,
    output wire [CHANNELS-1:0]                     poke,
    output wire [7:0]                              lane,
    output wire [WORD_WIDTH-1:0]                   word,
    output wire [VECTOR_WIDTH-1:0]                 value,
    input  wire [CHANNELS*VECTOR_WIDTH-1:0]        cells,
    // y.
    output wire [ELEMENT_WIDTH-1:0]                column,
    input  wire [GROUPS*CHANNELS*VECTOR_WIDTH-1:0] elements,
    output wire                                    y_start,
    output wire                                    y_write,
    // The word, a cycle after y_write.
    output wire [ELEM_LANES*VECTOR_WIDTH-1:0]      y_word,
    // The channel, one bit hot, where it is to start an utterance, or to go on with one.
    output wire [CHANNELS-1:0]                     channel,
    output wire [CHANNELS-1:0]                     utterance_starts,
    output wire [CHANNELS-1:0]                     utterance_goes_on
);

    localparam integer LANE_WIDTH = $clog2(ELEM_LANES);
    localparam integer GROUP_WIDTH = $clog2(GROUPS);
    localparam [15:0] LAST_LANE = ELEM_LANES[15:0] - 16'd1;
    localparam [15:0] LAST_GROUP = GROUPS[15:0] - 16'd1;
    localparam [15:0] LAST_OF_ROUND = SPREAD[15:0] - 16'd1;

    reg [15:0]                        element_reg;
    reg [7:0]                         channel_reg;
    reg                               y_reg;
    reg [5:0]                         wait_reg;
    reg                               valid_reg;
    reg                               poke_reg;
    reg [15:0]                        poke_element_reg;
    reg [VECTOR_WIDTH-1:0]            value_reg;
    // Elements of y are awaited; a word of it is full; the round is being filled up.
    reg                               filling_reg;
    reg                               full_reg;
    reg                               padding_reg;
    reg                               y_start_reg;
    reg                               y_write_reg;
    reg [15:0]                        words_reg;
    reg [ELEM_LANES*VECTOR_WIDTH-1:0] y_word_reg;
    reg [ELEM_LANES*VECTOR_WIDTH-1:0] y_sent_reg;
    // Lane that the value goes to.
    reg [ELEM_LANES-1:0]              lanes_reg;

    wire [15:0] lane_number = element_reg & LAST_LANE;
    wire        accepted = write_en && idle;
    wire        y_first = element_reg == 16'd0;
    wire        y_value = accepted && y_reg && (y_first || filling_reg);
    wire        y_last = {16'd0, element_reg} + 32'd1 == outputs;
    wire        round_full = (words_reg & LAST_OF_ROUND) == LAST_OF_ROUND;

    genvar c;
    genvar e;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            localparam [7:0] NUMBER = c;
            assign channel[c] = channel_reg == NUMBER;
        end

        for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_lane
            localparam [15:0] NUMBER = e;
            always @(posedge clk) begin
                lanes_reg[e] <= y_value && lane_number == NUMBER;
                if (lanes_reg[e]) y_word_reg[e*VECTOR_WIDTH+:VECTOR_WIDTH] <= value_reg;
                else if (y_write_reg) y_word_reg[e*VECTOR_WIDTH+:VECTOR_WIDTH] <= {VECTOR_WIDTH{1'b0}};
            end
        end
    endgenerate

    always @(posedge clk) begin
        value_reg        <= write[VECTOR_WIDTH-1:0];
        poke_element_reg <= element_reg;
        if (place_en) begin
            element_reg <= place[15:0];
            channel_reg <= place[23:16];
            y_reg       <= place[24];
        end else if (accepted) begin
            element_reg <= element_reg + 16'd1;
        end
        if (y_start_reg) words_reg <= 16'd0;
        else if (y_write_reg) words_reg <= words_reg + 16'd1;

        if (rst) begin
            wait_reg    <= 6'd0;
            valid_reg   <= 1'b0;
            poke_reg    <= 1'b0;
            filling_reg <= 1'b0;
            full_reg    <= 1'b0;
            padding_reg <= 1'b0;
            y_start_reg <= 1'b0;
            y_write_reg <= 1'b0;
        end else begin
            wait_reg    <= {wait_reg[4:0], place_en && idle};
            valid_reg   <= idle && !place_en && !accepted && (valid_reg || wait_reg[5]);
            poke_reg    <= accepted && !y_reg;
            filling_reg <= !place_en && (y_value ? !y_last : filling_reg);
            full_reg    <= y_value && (lane_number == LAST_LANE || y_last);
            y_start_reg <= y_value && y_first;
            y_write_reg <= full_reg || (padding_reg && y_write_reg && !round_full);
            padding_reg <= (y_value && y_last) || (padding_reg && !(y_write_reg && round_full));
        end
    end

    assign y_start = y_start_reg;
    assign y_write = y_write_reg;
    assign y_word = y_sent_reg;
    assign utterance_starts = (clear && idle) ? channel : {CHANNELS{1'b0}};
    assign utterance_goes_on = (resume && idle) ? channel : {CHANNELS{1'b0}};

    wire [15:0] cell_element = poke_reg ? poke_element_reg : element_reg;
    wire [15:0] cell_lane = cell_element & LAST_LANE;
    wire [15:0] cell_word = cell_element >> LANE_WIDTH;
    wire [15:0] y_column = element_reg >> GROUP_WIDTH;

    // To the channels and groups.
    reg                     peek_reg;
    reg [CHANNELS-1:0]      pokes_reg;
    reg [7:0]               lane_reg;
    reg [WORD_WIDTH-1:0]    word_reg;
    reg [VECTOR_WIDTH-1:0]  poke_value_reg;
    reg [ELEMENT_WIDTH-1:0] column_reg;

    always @(posedge clk) begin
        lane_reg       <= cell_lane[7:0];
        word_reg       <= cell_word[WORD_WIDTH-1:0];
        poke_value_reg <= value_reg;
        column_reg     <= y_column[ELEMENT_WIDTH-1:0];
        y_sent_reg     <= y_word_reg;
        if (rst) begin
            peek_reg  <= 1'b0;
            pokes_reg <= {CHANNELS{1'b0}};
        end else begin
            peek_reg  <= idle && !poke_reg;
            pokes_reg <= (poke_reg && idle) ? channel : {CHANNELS{1'b0}};
        end
    end

    assign peek = peek_reg;
    assign poke = pokes_reg;
    assign lane = lane_reg;
    assign word = word_reg;
    assign value = poke_value_reg;
    assign column = column_reg;

    // ---- What is read ---------------------------------------------------------------------------------------------------
    reg  [VECTOR_WIDTH-1:0] found_reg;
    // Among the values of all channels, and those of all channels of all groups.
    wire [7:0]              cell_at;
    wire [31:0]             cell_place = {24'd0, cell_at};
    wire [31:0]             y_place;

    sample_register_copy #(
        .WIDTH(8)
    ) u_cell_at (
        .clk(clk),
        .d(channel_reg),
        .q(cell_at)
    );

    sample_register_copy #(
        .WIDTH(32)
    ) u_y_at (
        .clk(clk),
        .d({16'd0, element_reg & LAST_GROUP} * CHANNELS + {24'd0, channel_reg}),
        .q(y_place)
    );

    always @(posedge clk) begin
        if (!valid_reg) begin
            found_reg <= y_reg ? elements[y_place*VECTOR_WIDTH+:VECTOR_WIDTH]
                               : cells[cell_place*VECTOR_WIDTH+:VECTOR_WIDTH];
        end
    end

    assign read_valid = valid_reg;
    assign read_value = found_reg;

    wire unused_bits = &{1'b0, place[31:25], write, cell_lane, cell_word, y_column};

endmodule

`resetall
