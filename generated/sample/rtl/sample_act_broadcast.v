// act_broadcast: carries a column from the issuer to all lanes of its group, with the activations of all channels.
//
// Pipeline (advance = 1):   cycle 0   col_* from the issuer -> pointer memories and vector buffers
//                           cycle 1   latches of these memories
//                           cycle 2   their outputs: word counts to the lanes (lane_*), activation to the aligner
//                           cycle 3   share_*: the aligned activation, beside the lanes' ptr_read registers
// The aligner shifts an activation left, so that the products of all matrices of a sum have the same fraction bits. In the
// first frame of an utterance y is taken as zero.
// With advance = 0 every stage holds.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_act_broadcast #(
    // Channels that share the weights.
    parameter integer CHANNELS = 1,
    // Bits of a vector element.
    parameter integer VECTOR_WIDTH = 16,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7,
    // Bits of an aligned activation, at least VECTOR_WIDTH.
    parameter integer ACT_WIDTH = 18
) (
    input  wire                             clk,
    input  wire                             rst,
    input  wire                             advance,
    // Column from the issuer; source 0 is x, 1 is y, 2 is m.
    input  wire                             col_valid,
    input  wire                             col_first,
    input  wire                             col_marker,
    input  wire [1:0]                       col_source,
    input  wire [1:0]                       col_bank,
    input  wire [3:0]                       col_shift,
    input  wire [ADDR_WIDTH-1:0]            col_base,
    input  wire [CHANNELS-1:0]              col_zero,
    // Elements of the vectors, two cycles after the column.
    input  wire [CHANNELS*VECTOR_WIDTH-1:0] x_data,
    input  wire [CHANNELS*VECTOR_WIDTH-1:0] y_data,
    input  wire [CHANNELS*VECTOR_WIDTH-1:0] m_data,
    // Column at the lanes.
    output wire                             lane_valid,
    output wire                             lane_first,
    output wire                             lane_marker,
    output wire [ADDR_WIDTH-1:0]            lane_base,
    // What all lanes put into their queues.
    output wire                             share_marker,
    output wire [1:0]                       share_bank,
    output wire [CHANNELS*ACT_WIDTH-1:0]    share_acts
);

    reg                          s1_valid_reg, s2_valid_reg;
    reg                          s1_first_reg, s2_first_reg;
    reg                          s1_marker_reg, s2_marker_reg, s3_marker_reg;
    reg [1:0]                    s1_source_reg, s2_source_reg;
    reg [1:0]                    s1_bank_reg, s2_bank_reg, s3_bank_reg;
    reg [3:0]                    s1_shift_reg, s2_shift_reg;
    reg [ADDR_WIDTH-1:0]         s1_base_reg, s2_base_reg;
    reg [CHANNELS-1:0]           s1_zero_reg, s2_zero_reg;
    reg [CHANNELS*ACT_WIDTH-1:0] s3_acts_reg;

    wire [CHANNELS*ACT_WIDTH-1:0] aligned;

    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            wire [VECTOR_WIDTH-1:0] x = x_data[c*VECTOR_WIDTH+:VECTOR_WIDTH];
            wire [VECTOR_WIDTH-1:0] y = s2_zero_reg[c] ? {VECTOR_WIDTH{1'b0}} : y_data[c*VECTOR_WIDTH+:VECTOR_WIDTH];
            wire [VECTOR_WIDTH-1:0] m = m_data[c*VECTOR_WIDTH+:VECTOR_WIDTH];
            wire [VECTOR_WIDTH-1:0] element = s2_source_reg[1] ? m : s2_source_reg[0] ? y : x;
            wire [ACT_WIDTH-1:0]    extended;

            if (ACT_WIDTH > VECTOR_WIDTH) begin : gen_extend
                assign extended = { {(ACT_WIDTH - VECTOR_WIDTH){element[VECTOR_WIDTH-1]}}, element};
            end else begin : gen_same
                assign extended = element;
            end

            assign aligned[c*ACT_WIDTH+:ACT_WIDTH] = extended << s2_shift_reg;
        end
    endgenerate

    always @(posedge clk) begin
        if (advance) begin
            s1_first_reg  <= col_first;
            s1_marker_reg <= col_marker;
            s1_source_reg <= col_source;
            s1_bank_reg   <= col_bank;
            s1_shift_reg  <= col_shift;
            s1_base_reg   <= col_base;
            s2_first_reg  <= s1_first_reg;
            s2_marker_reg <= s1_marker_reg;
            s2_source_reg <= s1_source_reg;
            s2_bank_reg   <= s1_bank_reg;
            s2_shift_reg  <= s1_shift_reg;
            s2_base_reg   <= s1_base_reg;
            s3_marker_reg <= s2_marker_reg;
            s3_bank_reg   <= s2_bank_reg;
            s1_zero_reg   <= col_zero;
            s2_zero_reg   <= s1_zero_reg;
            s3_acts_reg   <= aligned;
        end
        if (rst) begin
            s1_valid_reg <= 1'b0;
            s2_valid_reg <= 1'b0;
        end else if (advance) begin
            s1_valid_reg <= col_valid;
            s2_valid_reg <= s1_valid_reg;
        end
    end

    assign lane_valid = s2_valid_reg;
    assign lane_first = s2_first_reg;
    assign lane_marker = s2_marker_reg;
    assign lane_base = s2_base_reg;
    assign share_marker = s3_marker_reg;
    assign share_bank = s3_bank_reg;
    assign share_acts = s3_acts_reg;

endmodule

`resetall
