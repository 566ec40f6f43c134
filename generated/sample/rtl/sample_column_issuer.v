// SPDX-License-Identifier: Apache-2.0
// column_issuer: executes the columns of the schedule for one group, once a frame.
//
// A step of the schedule with op SPMV broadcasts `size` columns of a vector to the lanes of the group; the sums go to a bank
// of the accumulators. `when`:
//   ALWAYS     every frame
//   CURRENT    x of this frame; waits for the batch, left out if the step below ran ahead for it
//   NEXT       x of the next frame, if its batch has arrived; left out otherwise
//   RECURRENT  y of the frame before; no columns where all voices are in the first frame of an utterance
// With `marker` set, a marker follows the columns; it tells when a lane has finished them. Other steps belong to the sequencer
// and are passed over: the issuer never waits for it, but for the elements that it has made. A column of y or m is broadcast as
// soon as its element is there; `generation` tells the vector of the frame at hand from an older one.
//
// One column a cycle (advance = 1). Gate banks 0 and 1 change roles with every frame. Columns of frame f are held back until
// the bank is drained, that is until the cells of frame f - 2 are done; frames are counted modulo 4.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_column_issuer #(
    // Channels that share the weights.
    parameter integer CHANNELS = 1,
    // Bits of a column or element number.
    parameter integer INDEX_WIDTH = 6,
    // Bits of a pointer address.
    parameter integer POINTER_WIDTH = 6,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7,
    // Steps of the schedule, at least 2.
    parameter integer STEPS = 6,
    // Bits of an address and of a word on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54,
    // Path of the schedule.
    parameter FILE = "mem/sample_schedule.mem"
) (
    input  wire                            clk,
    input  wire                            rst,
    // Load bus.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0] load,
    // The accumulators are clear.
    input  wire                            enable,
    // Batches of input frames, by slot: complete; channels with a frame; channels at the start of an utterance.
    input  wire [1:0]                      batch_ready,
    input  wire [2*CHANNELS-1:0]           batch_active,
    input  wire [2*CHANNELS-1:0]           batch_first,
    output wire                            batch_slot,
    output wire                            release_batch,
    // Batch of the frame whose gate marker is being sent.
    output wire                            frame_marked,
    output wire                            frame_parity,
    output wire [CHANNELS-1:0]             frame_active,
    output wire [CHANNELS-1:0]             frame_first,
    // Channels whose next frame goes on with an utterance, or starts one.
    input  wire [CHANNELS-1:0]             utterance_goes_on,
    input  wire [CHANNELS-1:0]             utterance_starts,
    // Frames whose cells are done, modulo 4.
    input  wire [1:0]                      cells_done,
    // Elements of the vectors.
    input  wire                            y_generation,
    input  wire [INDEX_WIDTH-1:0]          y_available,
    input  wire                            m_generation,
    input  wire [INDEX_WIDTH-1:0]          m_available,
    // Columns out.
    input  wire                            advance,
    output wire                            col_valid,
    output wire                            col_first,
    output wire                            col_marker,
    output wire [1:0]                      col_source,
    output wire [1:0]                      col_bank,
    output wire [3:0]                      col_shift,
    output wire [CHANNELS-1:0]             col_zero,
    output wire [INDEX_WIDTH-1:0]          col_index,
    // Element of y to read: that of the column, or with `peek`, while nothing is issued, one for the host a cycle later.
    input  wire                            peek,
    input  wire [INDEX_WIDTH-1:0]          peek_column,
    output wire [INDEX_WIDTH-1:0]          y_index,
    output wire [POINTER_WIDTH-1:0]        col_pointer,
    output wire [ADDR_WIDTH-1:0]           col_base
);

    localparam [1:0] OP_SPMV = 2'd0;
    localparam [1:0] WHEN_CURRENT = 2'd1;
    localparam [1:0] WHEN_NEXT = 2'd2;
    localparam [1:0] WHEN_RECURRENT = 2'd3;
    localparam [1:0] BANK_CURRENT = 2'd0;
    localparam [1:0] BANK_NEXT = 2'd1;

    localparam integer STEP_WIDTH = 54;
    localparam [INDEX_WIDTH-1:0] ONE = { {(INDEX_WIDTH - 1){1'b0}}, 1'b1};

    // A step is at hand: the step, and its fields.
    wire                  run;
    wire [STEP_WIDTH-1:0] step;
    wire [STEP_WIDTH-1:0] step_behind;
    wire [1:0]            op = step[1:0];
    wire [1:0]            when_field = step[3:2];
    wire                  last = step[4];
    wire                  marker = step[5];
    wire                  follow = step[6];
    wire                  release_field = step[7];
    wire [1:0]            source = step[9:8];
    wire [1:0]            bank = step[11:10];
    wire [5:0]            size = step[17:12];
    wire [3:0]            start_word = step[21:18];
    wire [3:0]            words = step[25:22];
    wire [5:0]            pointer = step[31:26];
    wire [6:0]            base = step[38:32];
    wire [5:0]            shift = step[44:39];
    wire [4:0]            peep_shift = step[49:45];
    wire [3:0]            state_frac = step[53:50];

    reg [INDEX_WIDTH-1:0]   index_reg;
    reg [INDEX_WIDTH-1:0]   index_next_reg;
    reg [INDEX_WIDTH-1:0]   y_index_reg;
    // Where the word count of the column is.
    reg [POINTER_WIDTH-1:0] pointer_reg;
    // The step, decoded as it is taken: one of columns, or one to pass over.
    reg                     spmv_reg;
    reg                     pass_reg;
    reg                     current_reg, next_reg, recurrent_reg;
    // Of the columns of the step, none is left; one is.
    reg                     none_left_reg;
    reg                     one_left_reg;
    // No element has to be written for what comes, or it was there a cycle ago.
    reg                     present_reg;
    reg [1:0]               frame_reg;
    // Frame of the step.
    reg [1:0]               step_frame_reg;
    reg                     slot_reg;
    reg                     prefetched_reg;
    reg [CHANNELS-1:0]      started_reg;
    // Channels with a frame, and those that start an utterance: of the batch at hand a cycle ago, of this frame, of the next one.
    reg [CHANNELS-1:0]      batch_active_reg, batch_first_reg;
    reg [CHANNELS-1:0]      active_reg, first_reg;
    reg [CHANNELS-1:0]      next_active_reg, next_first_reg;
    // All channels with a frame start an utterance, in this frame and in the next one.
    reg                     all_first_reg;
    reg                     next_all_first_reg;
    // In the cycle before, a batch of this or of the next frame was read to its end; or this frame took over one that was read ahead.
    reg                     current_read_reg;
    reg                     next_read_reg;
    reg                     taken_over_reg;

    wire parity = frame_reg[0];

    // The batch at hand; a channel that had no frame since reset starts an utterance.
    wire [CHANNELS-1:0] batch = slot_reg ? batch_active[CHANNELS+:CHANNELS] : batch_active[0+:CHANNELS];
    wire [CHANNELS-1:0] marked = slot_reg ? batch_first[CHANNELS+:CHANNELS] : batch_first[0+:CHANNELS];
    wire [CHANNELS-1:0] started = (started_reg | utterance_goes_on
        | ((current_read_reg || next_read_reg) ? batch_active_reg : {CHANNELS{1'b0}})) & ~utterance_starts;
    wire [CHANNELS-1:0] starting = marked | ~started;
    wire                all_starting = &(starting | ~batch);
    // Of the frame at hand.
    wire [CHANNELS-1:0] active = current_read_reg ? batch_active_reg : taken_over_reg ? next_active_reg : active_reg;
    wire [CHANNELS-1:0] first = current_read_reg ? batch_first_reg : taken_over_reg ? next_first_reg : first_reg;

    // Whether the step can run.
    wire       from_batch = current_reg || next_reg;
    // Frames f - cells_done of 0 or 1 have a bank of their own.
    wire [1:0] ahead = step_frame_reg - cells_done;
    wire       batch_here = batch_ready[slot_reg] && ahead <= 2'd1;
    // Columns: the frame before has none where all channels start; `index` is 0 then.
    wire       all_first = recurrent_reg && all_first_reg;
    wire       at_end = none_left_reg || all_first;
    // x of the next frame is left out: the batch is not there.
    wire       left_out = !batch_here;
    wire       await_batch = current_reg && !batch_here;
    wire       nothing = !marker && at_end;
    wire       read_ahead = current_reg && prefetched_reg;
    wire       skip = pass_reg || (spmv_reg && (read_ahead || (next_reg && left_out) || nothing));

    wire                   last_item = marker ? at_end : one_left_reg;
    wire                   fresh = source[1] ? m_generation == parity : y_generation != parity;
    wire [INDEX_WIDTH-1:0] available = source[1] ? m_available : y_available;
    // The element of the column is there, and that of the next one.
    wire                   written = index_reg < available;
    wire                   next_written = index_next_reg < available;
    wire [INDEX_WIDTH-1:0] index_behind = index_next_reg + 1'b1;
    wire                   present = present_reg || all_first;
    wire                   issue = spmv_reg && !skip && !await_batch && present;
    wire                   issued = issue && advance;
    wire                   spmv_done = issued && last_item;
    wire                   step_done = skip || spmv_done;
    // The frame of the step behind, and what it is.
    wire [1:0]             frame = last ? frame_reg + 2'd1 : frame_reg;
    wire                   behind_spmv = step_behind[1:0] == OP_SPMV;
    wire                   behind_current = step_behind[3:2] == WHEN_CURRENT;
    wire                   behind_next = step_behind[3:2] == WHEN_NEXT;
    wire                   behind_empty = step_behind[17:12] == {INDEX_WIDTH{1'b0}};
    // The batch has been read; it was read ahead, and the frame takes it over.
    wire                   batch_done = spmv_done && from_batch && release_field;
    wire                   taken_over = spmv_reg && read_ahead && release_field;

    sample_step_rom #(
        .STEP_WIDTH(STEP_WIDTH),
        .STEPS(STEPS),
        .USED(54'h1ffffc03ffbf),
        .LOAD_ADDR(LOAD_ADDR),
        .LOAD_DATA(LOAD_DATA),
        .FILE(FILE)
    ) u_step_rom (
        .clk(clk),
        .rst(rst),
        .load(load),
        .enable(enable),
        .run(run),
        .en(step_done),
        .step(step),
        .step_behind(step_behind)
    );

    always @(posedge clk) begin
        batch_active_reg <= batch;
        batch_first_reg  <= starting;
        active_reg       <= active;
        first_reg        <= first;
        if (next_read_reg) begin
            next_active_reg <= batch_active_reg;
            next_first_reg  <= batch_first_reg;
        end
        // What the last cycle of the step leaves there is read.
        if (current_reg && release_field) all_first_reg <= prefetched_reg ? next_all_first_reg : all_starting;
        if (next_reg && release_field) next_all_first_reg <= all_starting;

        if (rst || step_done) index_reg <= {INDEX_WIDTH{1'b0}};
        else if (issued) index_reg <= index_next_reg;
        // Chosen apart from index_reg, so that both are cleared and moved by pins of their registers.
        if ((rst || step_done) && !peek) y_index_reg <= {INDEX_WIDTH{1'b0}};
        else if (issued && !peek) y_index_reg <= index_next_reg;
        else y_index_reg <= peek ? peek_column : index_reg;
        if (step_done || !run) begin
            current_reg    <= behind_current;
            next_reg       <= behind_next;
            recurrent_reg  <= step_behind[3:2] == WHEN_RECURRENT;
            step_frame_reg <= behind_next ? frame + 2'd1 : frame;
            pointer_reg    <= step_behind[31:26];
            none_left_reg  <= behind_empty;
            one_left_reg   <= step_behind[17:12] == ONE;
            present_reg    <= behind_current || behind_next || behind_empty;
        end else if (issued) begin
            pointer_reg    <= pointer_reg + 1'b1;
            none_left_reg  <= one_left_reg;
            one_left_reg   <= index_behind == size;
            present_reg    <= from_batch || one_left_reg || (fresh && next_written);
        end else begin
            present_reg    <= from_batch || none_left_reg || (fresh && written);
        end

        if (rst) begin
            spmv_reg         <= 1'b0;
            pass_reg         <= 1'b0;
            index_next_reg   <= ONE;
            frame_reg        <= 2'd0;
            slot_reg         <= 1'b0;
            prefetched_reg   <= 1'b0;
            current_read_reg <= 1'b0;
            next_read_reg    <= 1'b0;
            taken_over_reg   <= 1'b0;
            started_reg      <= {CHANNELS{1'b0}};
        end else begin
            if (step_done || !run) begin
                spmv_reg <= (run || enable) && behind_spmv;
                pass_reg <= (run || enable) && !behind_spmv;
            end
            if (step_done) index_next_reg <= ONE;
            else if (issued) index_next_reg <= index_behind;
            if (batch_done) slot_reg <= !slot_reg;
            current_read_reg <= batch_done && current_reg;
            next_read_reg    <= batch_done && next_reg;
            taken_over_reg   <= taken_over;
            started_reg      <= started;
            if (spmv_done && next_reg) prefetched_reg <= 1'b1;
            else if (taken_over) prefetched_reg <= 1'b0;
            if (step_done) frame_reg <= frame;
        end
    end

    assign batch_slot = slot_reg;
    assign release_batch = batch_done;
    assign frame_marked = spmv_done && recurrent_reg && marker;
    assign frame_parity = parity;
    assign frame_active = active;
    assign frame_first = first;
    assign col_valid = issue;
    assign col_first = index_reg == {INDEX_WIDTH{1'b0}};
    assign col_marker = marker && at_end;
    assign col_source = source;
    assign col_bank = bank == BANK_CURRENT ? {1'b0, parity} : bank == BANK_NEXT ? {1'b0, !parity} : bank;
    assign col_shift = shift[3:0];
    assign col_zero = first;
    assign col_index = index_reg;
    assign y_index = y_index_reg;
    assign col_pointer = pointer_reg;
    assign col_base = base;

    wire unused_fields = &{1'b0, step_behind, op, when_field, pointer, follow, start_word, words, peep_shift, state_frac, shift[5:4]};

endmodule

`resetall
