// SPDX-License-Identifier: Apache-2.0
// frame_out: sends the output frames of a batch to a stream, channel by channel, following their writers.
//
// A beat is BEAT elements. Channels without a frame in the batch are passed over.
//
// Pipeline (step = 1):   cycle 0   index_reg, channel_reg -> vec_buffers of the channels
//                        cycle 1   word latches of the vec_buffers
//                        cycle 2   m_valid; m_channel selects among the vec_buffers' data
// The pipeline holds while the stream takes nothing. `idle` means that the buffers may be written anew.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_frame_out #(
    // Channels.
    parameter integer CHANNELS = 1,
    // Elements of a beat.
    parameter integer BEAT = 1,
    // Bits of an element index, and of a channel number.
    parameter integer INDEX_WIDTH = 6,
    parameter integer DEST_WIDTH = 1
) (
    input  wire                   clk,
    input  wire                   rst,
    // While idle: begin frames of `size` elements from the channels in `active`, at least one.
    input  wire                   start,
    input  wire [INDEX_WIDTH-1:0] size,
    input  wire [CHANNELS-1:0]    active,
    output wire                   idle,
    // Control of the vec_buffers; they fill in step, so one count stands for all.
    input  wire [INDEX_WIDTH-1:0] available,
    output wire [INDEX_WIDTH-1:0] index,
    // Stream control.
    output wire                   m_valid,
    output wire                   m_last,
    output wire [DEST_WIDTH-1:0]  m_channel,
    input  wire                   m_ready,
    // Value of m_ready in the next cycle, and whether the pipeline moves in it.
    input  wire                   m_ready_next,
    output wire                   step_next
);

    localparam [INDEX_WIDTH-1:0] STRIDE = BEAT[INDEX_WIDTH-1:0];
    localparam [DEST_WIDTH-1:0] LAST_CHANNEL = 1'd0;

    reg                   busy_reg;
    reg [CHANNELS-1:0]    active_reg;
    reg [INDEX_WIDTH-1:0] index_reg;
    reg [INDEX_WIDTH-1:0] size_reg;
    reg [DEST_WIDTH-1:0]  channel_reg;
    reg                   moved_reg;
    reg                   s1_valid_reg, s2_valid_reg;
    reg                   s1_last_reg, s2_last_reg;
    reg [DEST_WIDTH-1:0]  s1_channel_reg, s2_channel_reg;

    // The vec_buffers of the channels move on in the same cycles.
    wire step;
    assign step = !s2_valid_reg || m_ready;
    wire s2_valid = !rst && (step ? s1_valid_reg : s2_valid_reg);

    // The active channels shift down as their frames are sent, a cycle later.
    wire [CHANNELS-1:0] rest = active_reg >> 1;
    wire                present = moved_reg ? rest[0] : active_reg[0];
    wire                issue = busy_reg && present && index_reg < available;
    wire                is_last = size_reg <= index_reg + STRIDE;
    wire                channel_done = busy_reg && (!present || (step && issue && is_last));

    always @(posedge clk) begin
        if (!busy_reg) begin
            size_reg   <= size;
            active_reg <= active;
        end else if (moved_reg) begin
            active_reg <= rest;
        end
        moved_reg <= channel_done;
        if (step) begin
            s1_last_reg    <= is_last;
            s2_last_reg    <= s1_last_reg;
            s1_channel_reg <= channel_reg;
            s2_channel_reg <= s1_channel_reg;
        end
        s2_valid_reg <= s2_valid;
        if (rst) begin
            busy_reg     <= 1'b0;
            index_reg    <= {INDEX_WIDTH{1'b0}};
            channel_reg  <= {DEST_WIDTH{1'b0}};
            s1_valid_reg <= 1'b0;
        end else begin
            if (start) begin
                busy_reg    <= 1'b1;
                index_reg   <= {INDEX_WIDTH{1'b0}};
                channel_reg <= {DEST_WIDTH{1'b0}};
            end else if (channel_done) begin
                busy_reg    <= channel_reg != LAST_CHANNEL;
                index_reg   <= {INDEX_WIDTH{1'b0}};
                channel_reg <= channel_reg + 1'b1;
            end else if (step && issue) begin
                index_reg <= index_reg + STRIDE;
            end
            if (step) s1_valid_reg <= issue;
        end
    end

    assign idle = !busy_reg;
    assign index = index_reg;
    assign m_valid = s2_valid_reg;
    assign m_last = s2_last_reg;
    assign m_channel = s2_channel_reg;
    assign step_next = !s2_valid || m_ready_next;

endmodule

`resetall
