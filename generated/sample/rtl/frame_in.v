// frame_in: takes input frames from a stream into a double buffer.
//
// A frame is INPUTS beats and ends with `last`. `user` on its first beat marks the start of an utterance. One frame can
// be read while the next one arrives. A frame of another length is dropped and raises `frame_error` until reset; its
// start-of-utterance mark is kept for the frame after it.
//
// Read (en = 1):   cycle 0   index  -> memory,   cycle 1   latch,   cycle 2   data
`resetall
`timescale 1ns / 1ps
`default_nettype none

module frame_in #(
    // Bits of an element.
    parameter integer WIDTH = 16,
    // Elements of a frame.
    parameter integer INPUTS = 12,
    // Bits of an element index.
    parameter integer INDEX_WIDTH = 6
) (
    input  wire                   clk,
    input  wire                   rst,
    // Frames in.
    input  wire [WIDTH-1:0]       s_data,
    input  wire                   s_user,
    input  wire                   s_last,
    input  wire                   s_valid,
    output wire                   s_ready,
    // The oldest complete frame; `release_frame` frees it.
    output wire                   frame_ready,
    output wire                   frame_first,
    input  wire                   release_frame,
    // Its elements.
    input  wire                   en,
    input  wire [INDEX_WIDTH-1:0] index,
    output wire [WIDTH-1:0]       data,
    // A frame of the wrong length was dropped.
    output wire                   frame_error
);

    localparam integer SLOT_WIDTH = 4;
    localparam [INDEX_WIDTH-1:0] LAST = INPUTS[INDEX_WIDTH-1:0] - 1'b1;
    localparam [INDEX_WIDTH-1:0] ZERO = {INDEX_WIDTH{1'b0}};

    reg                   fill_slot_reg;
    reg                   read_slot_reg;
    reg [1:0]             full_reg;
    reg [1:0]             first_reg;
    reg                   pending_first_reg;
    reg [INDEX_WIDTH-1:0] count_reg;
    reg                   overrun_reg;
    reg                   error_reg;

    wire accept = s_valid && s_ready;
    wire at_start = count_reg == ZERO && !overrun_reg;
    wire is_first = pending_first_reg || (at_start && s_user);
    wire complete = count_reg == LAST && !overrun_reg;
    wire commit = accept && s_last && complete;

    always @(posedge clk) begin
        if (commit) first_reg[fill_slot_reg] <= is_first;
        if (rst) begin
            fill_slot_reg     <= 1'b0;
            read_slot_reg     <= 1'b0;
            full_reg          <= 2'b00;
            pending_first_reg <= 1'b0;
            count_reg         <= ZERO;
            overrun_reg       <= 1'b0;
            error_reg         <= 1'b0;
        end else begin
            if (accept) begin
                pending_first_reg <= is_first && !commit;
                if (s_last) begin
                    count_reg   <= ZERO;
                    overrun_reg <= 1'b0;
                    error_reg   <= error_reg || !complete;
                end else if (count_reg == LAST) begin
                    overrun_reg <= 1'b1;
                end else begin
                    count_reg <= count_reg + 1'b1;
                end
            end
            if (commit) begin
                fill_slot_reg           <= !fill_slot_reg;
                full_reg[fill_slot_reg] <= 1'b1;
            end
            if (release_frame) begin
                read_slot_reg           <= !read_slot_reg;
                full_reg[read_slot_reg] <= 1'b0;
            end
        end
    end

    reg  [WIDTH-1:0] data_reg;
    wire [WIDTH-1:0] word;
    wire             unused_index = &{1'b0, index, count_reg};

    sdp_ram #(
        .WIDTH(WIDTH),
        .DEPTH(2 << SLOT_WIDTH),
        .BLOCK(0)
    ) u_ram (
        .clk(clk),
        .write_en(accept),
        .write_addr({fill_slot_reg, count_reg[SLOT_WIDTH-1:0]}),
        .write_data(s_data),
        .read_en(en),
        .read_addr({read_slot_reg, index[SLOT_WIDTH-1:0]}),
        .read_data(word)
    );

    always @(posedge clk) begin
        if (en) data_reg <= word;
    end

    assign s_ready = !full_reg[fill_slot_reg];
    assign frame_ready = full_reg[read_slot_reg];
    assign frame_first = first_reg[read_slot_reg];
    assign data = data_reg;
    assign frame_error = error_reg;

endmodule

`resetall
