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
    reg                   free0_reg, free1_reg;
    reg                   start_reg;
    reg [INDEX_WIDTH-1:0] count_reg;
    reg                   overrun_reg;
    reg [CHANNELS-1:0]    channel_reg;
    reg                   end_reg;
    reg                   error_reg;

    wire accept = s_valid && s_ready;

    // Channel of the frame, one bit hot. The register has it until the cycle behind the last beat.
    wire [CHANNELS-1:0] named;

    genvar c;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            localparam [DEST_WIDTH-1:0] NUMBER = c;
            assign named[c] = s_dest == NUMBER;
        end
    endgenerate

    wire [CHANNELS-1:0] channel = start_reg ? named : channel_reg;
    wire                is_end = 1'b1;
    wire                unused_user = &{1'b0, s_user[1], end_reg};

    // A start of an utterance, and a frame that is taken into a slot, are entered a cycle later; until then the outputs have them from here.
    reg                 marked_reg;
    reg                 added0_reg, added1_reg;
    wire [CHANNELS-1:0] added0 = added0_reg ? channel_reg : {CHANNELS{1'b0}};
    wire [CHANNELS-1:0] added1 = added1_reg ? channel_reg : {CHANNELS{1'b0}};
    wire [CHANNELS-1:0] pending = pending_first_reg | (marked_reg ? channel_reg : {CHANNELS{1'b0}});
    wire [CHANNELS-1:0] active0 = active0_reg | added0;
    wire [CHANNELS-1:0] active1 = active1_reg | added1;
    wire [CHANNELS-1:0] first0 = (first0_reg & ~added0) | (pending & added0);
    wire [CHANNELS-1:0] first1 = (first1_reg & ~added1) | (pending & added1);

    // A slot is free again when all groups have released it. It can be written in this cycle, and is marked as empty behind
    // it.
    wire                free = slot_reg ? free1_reg : free0_reg;
    wire [CHANNELS-1:0] taken = free ? {CHANNELS{1'b0}} : slot_reg ? active1 : active0;
    wire                whole = count_reg == last && !overrun_reg && channel != {CHANNELS{1'b0}};
    wire                complete = whole && (channel & taken) == {CHANNELS{1'b0}};
    wire                frame_end = accept && s_last;
    wire                added = frame_end && complete;
    // The batch has a frame: an earlier one, or this one.
    wire                commit = frame_end && is_end && (whole || taken != {CHANNELS{1'b0}});
    wire [GROUPS-1:0]   released0 = (free0_reg ? {GROUPS{1'b0}} : released0_reg) | (release_batch & ~release_slot);
    wire [GROUPS-1:0]   released1 = (free1_reg ? {GROUPS{1'b0}} : released1_reg) | (release_batch & release_slot);

    always @(posedge clk) begin
        if (start_reg) begin
            channel_reg <= channel;
            end_reg     <= is_end;
        end
        first0_reg <= first0;
        first1_reg <= first1;
        if (rst) begin
            slot_reg          <= 1'b0;
            full_reg          <= 2'b00;
            active0_reg       <= {CHANNELS{1'b0}};
            active1_reg       <= {CHANNELS{1'b0}};
            pending_first_reg <= {CHANNELS{1'b0}};
            released0_reg     <= {GROUPS{1'b0}};
            released1_reg     <= {GROUPS{1'b0}};
            free0_reg         <= 1'b0;
            free1_reg         <= 1'b0;
            start_reg         <= 1'b1;
            count_reg         <= ZERO;
            overrun_reg       <= 1'b0;
            marked_reg        <= 1'b0;
            added0_reg        <= 1'b0;
            added1_reg        <= 1'b0;
            error_reg         <= 1'b0;
        end else begin
            error_reg  <= frame_end && !complete;
            marked_reg <= accept && start_reg && s_user[0];
            added0_reg <= added && !slot_reg;
            added1_reg <= added && slot_reg;
            if (accept) begin
                start_reg <= s_last;
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
            pending_first_reg <= pending & ~added0 & ~added1;
            active0_reg       <= free0_reg ? {CHANNELS{1'b0}} : active0;
            active1_reg       <= free1_reg ? {CHANNELS{1'b0}} : active1;
            released0_reg     <= released0;
            released1_reg     <= released1;
            free0_reg         <= &released0;
            free1_reg         <= &released1;
            full_reg[0]       <= (commit && !slot_reg) || (full_reg[0] && !free0_reg);
            full_reg[1]       <= (commit && slot_reg) || (full_reg[1] && !free1_reg);
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

    assign s_ready = free || !(slot_reg ? full_reg[1] : full_reg[0]);
    // A place is written until an element is accepted for it; those that a batch holds already are not.
    assign write_channel = channel & ~taken;
    assign write_addr = {slot_reg, count_reg[GROUP_WIDTH+:SLOT_WIDTH]};
    assign batch_ready = full_reg;
    assign batch_active = {active1, active0};
    assign batch_first = {first1, first0};
    assign frame_taken = added;
    assign frame_error = error_reg;

endmodule

`resetall
