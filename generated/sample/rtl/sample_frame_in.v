// SPDX-License-Identifier: Apache-2.0
// frame_in: takes input frames from a stream into batches of at most one frame a channel.
//
// A frame has the elements 0 to `last`, one a beat, and ends with `s_last`. user[0] on its first beat marks the start of an
// utterance. With one channel every frame is a batch: dest and user[1] are ignored. One batch can be read while the next
// one arrives.
//
// A frame of another length is dropped with a pulse of `frame_error`; its start-of-utterance mark is kept for the next
// frame.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_frame_in #(
    // Channels.
    parameter integer CHANNELS = 1,
    // Column groups, a power of two.
    parameter integer GROUPS = 1,
    // Bits of an element number, of an address in a group's half buffer, and of a channel number.
    parameter integer INDEX_WIDTH = 6,
    parameter integer SLOT_WIDTH = 4,
    parameter integer DEST_WIDTH = 1
) (
    input  wire                   clk,
    input  wire                   rst,
    // Number of the last element of a frame.
    input  wire [INDEX_WIDTH-1:0] last,
    // Frames in.
    input  wire [DEST_WIDTH-1:0]  s_dest,
    input  wire [1:0]             s_user,
    input  wire                   s_last,
    input  wire                   s_valid,
    output wire                   s_ready,
    // Element at hand: its channel and group, and where it goes in their buffer.
    output wire [CHANNELS-1:0]    write_channel,
    output wire [GROUPS-1:0]      write_group,
    output wire [SLOT_WIDTH:0]    write_addr,
    // Batches by slot; every group releases the slot that it has read.
    output wire [1:0]             batch_ready,
    output wire [2*CHANNELS-1:0]  batch_active,
    output wire [2*CHANNELS-1:0]  batch_first,
    input  wire [GROUPS-1:0]      release_batch,
    input  wire [GROUPS-1:0]      release_slot,
    // A frame was taken, or dropped.
    output wire                   frame_taken,
    output wire                   frame_error
);

    localparam integer GROUP_WIDTH = $clog2(GROUPS);
    localparam [INDEX_WIDTH-1:0] ZERO = {INDEX_WIDTH{1'b0}};

    reg                   slot_reg;
    reg [1:0]             full_reg;
    reg [CHANNELS-1:0]    active0_reg, active1_reg;
    reg [CHANNELS-1:0]    first0_reg, first1_reg;
    reg [CHANNELS-1:0]    pending_first_reg;
    reg [GROUPS-1:0]      released0_reg, released1_reg;
    reg [INDEX_WIDTH-1:0] count_reg;
    reg                   overrun_reg;
    reg [CHANNELS-1:0]    channel_reg;
    reg                   end_reg;
    reg                   error_reg;

    // A slot is free again when all groups have released it. It can be written in this cycle, and is marked as empty behind
    // it.
    wire free0 = &released0_reg;
    wire free1 = &released1_reg;

    wire accept = s_valid && s_ready;
    wire at_start = count_reg == ZERO && !overrun_reg;

    // Channel of the frame, one bit hot.
    wire [CHANNELS-1:0] named;

    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            localparam [DEST_WIDTH-1:0] NUMBER = c;
            assign named[c] = s_dest == NUMBER;
        end
    endgenerate

    wire [CHANNELS-1:0] channel = at_start ? named : channel_reg;
    wire                is_end = 1'b1;
    wire                unused_user = &{1'b0, s_user[1], end_reg};
    wire [CHANNELS-1:0] pending = pending_first_reg | ((at_start && s_user[0]) ? channel : {CHANNELS{1'b0}});
    wire [CHANNELS-1:0] active0 = free0 ? {CHANNELS{1'b0}} : active0_reg;
    wire [CHANNELS-1:0] active1 = free1 ? {CHANNELS{1'b0}} : active1_reg;
    wire [CHANNELS-1:0] taken = slot_reg ? active1 : active0;
    wire                whole = count_reg == last && !overrun_reg && channel != {CHANNELS{1'b0}};
    wire                complete = whole && (channel & taken) == {CHANNELS{1'b0}};
    wire                frame_end = accept && s_last;
    wire [CHANNELS-1:0] added = (frame_end && complete) ? channel : {CHANNELS{1'b0}};
    // The batch has a frame: an earlier one, or this one.
    wire                commit = frame_end && is_end && (whole || taken != {CHANNELS{1'b0}});

    always @(posedge clk) begin
        if (accept) begin
            channel_reg <= channel;
            end_reg     <= is_end;
        end
        if (!slot_reg) first0_reg <= (first0_reg & ~added) | (pending & added);
        if (slot_reg) first1_reg <= (first1_reg & ~added) | (pending & added);
        if (rst) begin
            slot_reg          <= 1'b0;
            full_reg          <= 2'b00;
            active0_reg       <= {CHANNELS{1'b0}};
            active1_reg       <= {CHANNELS{1'b0}};
            pending_first_reg <= {CHANNELS{1'b0}};
            released0_reg     <= {GROUPS{1'b0}};
            released1_reg     <= {GROUPS{1'b0}};
            count_reg         <= ZERO;
            overrun_reg       <= 1'b0;
            error_reg         <= 1'b0;
        end else begin
            error_reg <= frame_end && !complete;
            if (accept) begin
                pending_first_reg <= pending & ~added;
                if (s_last) begin
                    count_reg   <= ZERO;
                    overrun_reg <= 1'b0;
                end else if (count_reg == last) begin
                    overrun_reg <= 1'b1;
                end else begin
                    count_reg <= count_reg + 1'b1;
                end
            end
            if (commit) slot_reg <= !slot_reg;
            active0_reg   <= slot_reg ? active0 : active0 | added;
            active1_reg   <= slot_reg ? active1 | added : active1;
            released0_reg <= (free0 ? {GROUPS{1'b0}} : released0_reg) | (release_batch & ~release_slot);
            released1_reg <= (free1 ? {GROUPS{1'b0}} : released1_reg) | (release_batch & release_slot);
            full_reg[0]   <= (commit && !slot_reg) || (full_reg[0] && !free0);
            full_reg[1]   <= (commit && slot_reg) || (full_reg[1] && !free1);
        end
    end

    generate
        if (GROUPS == 1) begin : gen_one_group
            assign write_group = 1'b1;
        end else begin : gen_groups
            genvar g;
            for (g = 0; g < GROUPS; g = g + 1) begin : gen_group
                localparam [GROUP_WIDTH-1:0] NUMBER = g;
                assign write_group[g] = count_reg[GROUP_WIDTH-1:0] == NUMBER;
            end
        end
    endgenerate

    wire unused_count = &{1'b0, count_reg};

    assign s_ready = slot_reg ? !full_reg[1] || free1 : !full_reg[0] || free0;
    assign write_channel = accept ? channel & ~taken : {CHANNELS{1'b0}};
    assign write_addr = {slot_reg, count_reg[GROUP_WIDTH+:SLOT_WIDTH]};
    assign batch_ready = full_reg;
    assign batch_active = {active1_reg, active0_reg};
    assign batch_first = {first1_reg, first0_reg};
    assign frame_taken = added != {CHANNELS{1'b0}};
    assign frame_error = error_reg;

endmodule

`resetall
