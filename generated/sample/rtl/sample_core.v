// SPDX-License-Identifier: Apache-2.0
// core: the accelerator without its registers.
//
// Frames of 12 elements come in on s_axis, one element a beat, `last` on the final one; user[0] on the first beat
// marks the start of an utterance, at which c and y are zero (so are they after reset). For each frame one of 8
// elements leaves on m_axis, 1 a beat. Elements are signed, 16 bits, sign-extended to 16: x has 13 fraction
// bits, y has 15.
//
// `frame_error` is a pulse: a frame of another length came in and
// was dropped.
//
// `rst` can come at any time, and forgets all frames that came in before; the streams keep to their protocol:
//   s_axis   an input frame that the reset cuts in two is taken to its end and dropped (`dropping`); later ones wait
//            meanwhile
//   m_axis   a beat on offer stays there until it is taken; an output frame that the reset cuts in two is closed by one
//            more beat, of value 0 and with `last`, before any other frame
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_core #(
    // Bits of an address and of a word on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54,
    // Folder of the memory files, with its closing slash; relative to where the tool runs.
    parameter MEM_DIR = "mem/"
) (
    input  wire                            clk,
    // Synchronous, active high. port_rst resets the streams as well; it is never active without rst.
    input  wire                            rst,
    input  wire                            port_rst,
    // The same as rst, for the array.
    input  wire                            array_rst,
    // Load bus (see image_loader), and elements of an input frame of the model that is loaded; only while rst is active.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0] load,
    input  wire [31:0]                     inputs,
    // Take input frames; 0 leaves them on offer from the end of the one at hand on.
    input  wire                            take,
    output wire                            dropping,
    // Input frames.
    input  wire [15:0]                     s_axis_tdata,
    input  wire                            s_axis_tuser,
    input  wire                            s_axis_tlast,
    input  wire                            s_axis_tvalid,
    output wire                            s_axis_tready,
    // Output frames.
    output wire [15:0]                     m_axis_tdata,
    output wire                            m_axis_tlast,
    output wire                            m_axis_tvalid,
    input  wire                            m_axis_tready,
    // State from outside (see state_access), and whether the core is idle for it.
    output wire                            idle,
    input  wire [31:0]                     outputs,
    input  wire                            place_en,
    input  wire [31:0]                     place,
    input  wire                            state_write_en,
    input  wire [31:0]                     state_write,
    input  wire                            state_clear,
    input  wire                            state_resume,
    output wire                            state_valid,
    output wire [15:0]                     state_value,
    // Lanes that multiply by a weight other than 0; bit n where an activation queue has more than n entries.
    output wire [3:0]                      lane_macs,
    output wire [3:0]                      reached,
    // An output frame has left; an input frame was dropped.
    output wire                            frame_sent,
    output wire                            frame_error,
    // Frames are under way, or the accumulators are being cleared after reset.
    output wire                            busy
);

    localparam integer CHANNELS = 1;
    localparam integer GROUPS = 1;
    localparam integer BEAT = 1;
    localparam integer VECTOR_WIDTH = 16;
    localparam integer ELEMENT_WIDTH = 6;
    localparam integer SLOT_WIDTH = 4;
    localparam integer DEST_WIDTH = 1;

    // ---- Input ----------------------------------------------------------------------------------------------------------
    wire [VECTOR_WIDTH-1:0] in_data;
    wire [DEST_WIDTH-1:0]   in_dest;
    wire [1:0]              in_user;
    wire                    in_last;
    wire                    in_valid;
    wire                    in_ready;
    wire [1:0]              user = {1'b1, s_axis_tuser};
    wire [DEST_WIDTH-1:0]   dest = {DEST_WIDTH{1'b0}};

    // Within a frame at s_axis, and within one that a reset has cut in two.
    reg  open_reg;
    reg  drop_reg;
    wire slice_ready;
    wire open = (s_axis_tvalid && s_axis_tready) ? !s_axis_tlast : open_reg;

    always @(posedge clk) begin
        if (port_rst) begin
            open_reg <= 1'b0;
            drop_reg <= 1'b0;
        end else begin
            open_reg <= open;
            drop_reg <= (rst || drop_reg) && open;
        end
    end

    assign s_axis_tready = slice_ready || drop_reg;
    assign dropping = drop_reg;

    // A frame that has begun goes on to its end.
    reg  within_reg;
    wire taking = take || within_reg;
    wire slice_valid;
    wire slice_ready_next;
    wire unused_ready = &{1'b0, slice_ready_next};

    sample_skid_buffer #(
        .WIDTH(VECTOR_WIDTH + DEST_WIDTH + 3)
    ) u_in_slice (
        .clk(clk),
        .rst(rst || drop_reg),
        .s_data({dest, user, s_axis_tlast, s_axis_tdata[VECTOR_WIDTH-1:0]}),
        .s_valid(s_axis_tvalid),
        .s_ready(slice_ready),
        .s_ready_next(slice_ready_next),
        .m_data({in_dest, in_user, in_last, in_data}),
        .m_valid(slice_valid),
        .m_ready(in_ready && taking)
    );

    assign in_valid = slice_valid && taking;

    always @(posedge clk) begin
        if (rst) within_reg <= 1'b0;
        else if (in_valid && in_ready) within_reg <= !in_last;
    end

    // Number of the last element of a frame.
    wire [31:0]              last = inputs - 32'd1;
    reg  [ELEMENT_WIDTH-1:0] last_reg;

    always @(posedge clk) begin
        if (rst) last_reg <= last[ELEMENT_WIDTH-1:0];
    end

    wire unused_last = &{1'b0, last};

    wire [CHANNELS-1:0]   write_channel;
    wire [GROUPS-1:0]     write_group;
    wire [SLOT_WIDTH:0]   write_addr;
    wire [1:0]            batch_ready;
    wire [2*CHANNELS-1:0] batch_active;
    wire [2*CHANNELS-1:0] batch_first;
    wire [GROUPS-1:0]     release_batch;
    wire [GROUPS-1:0]     release_slot;
    wire                  frame_taken;

    sample_frame_in #(
        .CHANNELS(CHANNELS),
        .GROUPS(GROUPS),
        .INDEX_WIDTH(ELEMENT_WIDTH),
        .SLOT_WIDTH(SLOT_WIDTH),
        .DEST_WIDTH(DEST_WIDTH)
    ) u_frame_in (
        .clk(clk),
        .rst(rst),
        .last(last_reg),
        .s_dest(in_dest),
        .s_user(in_user),
        .s_last(in_last),
        .s_valid(in_valid),
        .s_ready(in_ready),
        .write_channel(write_channel),
        .write_group(write_group),
        .write_addr(write_addr),
        .batch_ready(batch_ready),
        .batch_active(batch_active),
        .batch_first(batch_first),
        .release_batch(release_batch),
        .release_slot(release_slot),
        .frame_taken(frame_taken),
        .frame_error(frame_error)
    );

    // ---- Array ----------------------------------------------------------------------------------------------------------
    wire                                  out_start;
    wire [ELEMENT_WIDTH-1:0]              out_size;
    wire [CHANNELS-1:0]                   out_active;
    wire                                  out_idle;
    wire [ELEMENT_WIDTH-1:0]              out_available;
    wire [ELEMENT_WIDTH-1:0]              out_index;
    wire [CHANNELS*BEAT*VECTOR_WIDTH-1:0] out_data;
    wire                                  out_valid;
    wire                                  slice_free;
    wire                                  slice_free_next;
    wire                                  out_step_next;
    reg                                   close_reg;
    wire                                  clearing;

    sample_array #(
        .MEM_DIR(MEM_DIR)
    ) u_array (
        .clk(clk),
        .rst(array_rst),
        .load(load),
        .write_channel(write_channel),
        .write_group(write_group),
        .write_addr(write_addr),
        .write_element(in_data),
        .batch_ready(batch_ready),
        .batch_active(batch_active),
        .batch_first(batch_first),
        .release_batch(release_batch),
        .release_slot(release_slot),
        .out_start(out_start),
        .out_size(out_size),
        .out_active(out_active),
        .out_idle(out_idle),
        .out_available(out_available),
        .out_step_next(out_step_next),
        .out_index(out_index),
        .out_data(out_data),
        .state_idle(idle),
        .outputs(outputs),
        .place_en(place_en),
        .place(place),
        .state_write_en(state_write_en),
        .state_write(state_write),
        .state_clear(state_clear),
        .state_resume(state_resume),
        .state_valid(state_valid),
        .state_value(state_value),
        .lane_macs(lane_macs),
        .reached(reached),
        .clearing(clearing)
    );

    // ---- Output ---------------------------------------------------------------------------------------------------------
    wire                         out_last;
    wire [DEST_WIDTH-1:0]        out_channel;
    wire                         out_ready;
    wire [BEAT*VECTOR_WIDTH-1:0] beat_data;
    wire [DEST_WIDTH-1:0]        y_channel;
    wire [BEAT*VECTOR_WIDTH-1:0] y_data;

    sample_frame_out #(
        .CHANNELS(CHANNELS),
        .BEAT(BEAT),
        .INDEX_WIDTH(ELEMENT_WIDTH),
        .DEST_WIDTH(DEST_WIDTH)
    ) u_frame_out (
        .clk(clk),
        .rst(rst),
        .start(out_start),
        .size(out_size),
        .active(out_active),
        .idle(out_idle),
        .available(out_available),
        .index(out_index),
        .m_valid(out_valid),
        .m_last(out_last),
        .m_channel(out_channel),
        .m_ready(out_ready),
        .m_ready_next(out_ready_next),
        .step_next(out_step_next)
    );

    assign beat_data = out_data;

    // Within a frame behind the slice; a reset then makes the closing beat due. `closed` goes along with it.
    reg                   begun_reg;
    reg  [DEST_WIDTH-1:0] begun_channel_reg;
    wire                  beat_valid = out_valid && !rst && !close_reg;
    wire                  beat_taken = beat_valid && slice_free;
    wire                  begun = beat_taken ? !out_last : begun_reg;
    wire                  closed;

    wire close = !port_rst && ((rst && begun) || (close_reg && !slice_free));
    wire out_ready_next = slice_free_next && !close;

    assign out_ready = slice_free && !close_reg;

    always @(posedge clk) begin
        if (beat_taken) begun_channel_reg <= out_channel;
        begun_reg <= begun && !rst && !port_rst;
        close_reg <= close;
    end

    sample_skid_buffer #(
        .WIDTH(BEAT * VECTOR_WIDTH + DEST_WIDTH + 2)
    ) u_out_slice (
        .clk(clk),
        .rst(port_rst),
        .s_data(close_reg ? {1'b1, begun_channel_reg, 1'b1, {(BEAT * VECTOR_WIDTH){1'b0}}}
                          : {1'b0, out_channel, out_last, beat_data}),
        .s_valid(beat_valid || close_reg),
        .s_ready(slice_free),
        .s_ready_next(slice_free_next),
        .m_data({closed, y_channel, m_axis_tlast, y_data}),
        .m_valid(m_axis_tvalid),
        .m_ready(m_axis_tready)
    );

    genvar b;
    generate
        for (b = 0; b < BEAT; b = b + 1) begin : gen_element
            assign m_axis_tdata[16*b+:16] = y_data[b*VECTOR_WIDTH+:VECTOR_WIDTH];
        end
    endgenerate

    wire unused_channel = &{1'b0, y_channel};

    // ---- Status ---------------------------------------------------------------------------------------------------------
    // At most two batches wait, one is worked on and one is sent.
    localparam integer LEVEL_WIDTH = $clog2(4 * CHANNELS + 1);

    reg [LEVEL_WIDTH-1:0] frames_reg;

    wire answered = beat_taken && out_last;

    always @(posedge clk) begin
        if (rst) frames_reg <= {LEVEL_WIDTH{1'b0}};
        else if (frame_taken && !answered) frames_reg <= frames_reg + 1'b1;
        else if (answered && !frame_taken) frames_reg <= frames_reg - 1'b1;
    end

    assign frame_sent = m_axis_tvalid && m_axis_tready && m_axis_tlast && !closed;
    assign busy = (clearing && !rst) || frames_reg != {LEVEL_WIDTH{1'b0}} || within_reg || m_axis_tvalid;

    // Paused, and all frames answered.
    reg idle_reg;

    always @(posedge clk) idle_reg <= !rst && !take && !busy;

    assign idle = idle_reg;

`ifdef ESEGEN_ASSERT
    // Simulation only: ends with an error where it would happen after a reset.
    reg assert_reg = 1'b0;

    always @(posedge clk) begin
        if (rst) assert_reg <= 1'b1;
        else if (assert_reg && port_rst) begin
            $display("%m: port_rst without rst");
            $stop;
        end
    end
`endif

endmodule

`resetall
