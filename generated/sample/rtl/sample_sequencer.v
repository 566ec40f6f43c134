// SPDX-License-Identifier: Apache-2.0
// sequencer: starts the element-wise part of each frame.
//
//   CELLS    when all lanes have passed the marker of the gate sums: ElemMul on these sums
//   OUTPUTS  when all lanes have passed the marker of the projection: Assemble on its sums
//
// A step without `marker` does not wait for one: the lanes have passed the last marker before it, too. The sequencer reads the
// same schedule as the issuers and passes over their steps. What it starts runs by itself; the issuers see the elements as they
// appear. Which channels have a frame, and which start an utterance, comes with the gate marker of group 0.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_sequencer #(
    // Channels that share the weights.
    parameter integer CHANNELS = 1,
    // Bits of a column or element number.
    parameter integer INDEX_WIDTH = 6,
    // Bits of a word number of ElemMul.
    parameter integer WORD_WIDTH = 4,
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
    // Gate marker sent, and the batch of its frame.
    input  wire                            frame_marked,
    input  wire                            frame_parity,
    input  wire [CHANNELS-1:0]             frame_active,
    input  wire [CHANNELS-1:0]             frame_first,
    // All lanes have passed a marker; done_clear takes it, a cycle after what it starts.
    input  wire                            all_done,
    output wire                            done_clear,
    // Element-wise part: done with all that was started; ready for more cells of the same frame; a bank is drained.
    input  wire                            gather_idle,
    input  wire                            bank_drained,
    input  wire                            out_idle,
    output wire                            start_cells,
    output wire                            start_outputs,
    output wire                            start_parity,
    output wire [CHANNELS-1:0]             start_active,
    output wire [CHANNELS-1:0]             start_first,
    output wire [WORD_WIDTH-1:0]           start_words,
    output wire [INDEX_WIDTH-1:0]          start_size,
    output wire [5:0]                      start_shift,
    output wire [4:0]                      start_peep_shift,
    output wire [3:0]                      start_state_frac,
    // Frames whose cells are done, modulo 4.
    output wire [1:0]                      cells_done
);

    localparam [1:0] OP_CELLS = 2'd1;
    localparam [1:0] OP_OUTPUTS = 2'd2;

    localparam integer STEP_WIDTH = 54;

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

    reg                parity_reg;
    reg                ready_reg;
    reg                clear_reg;
    reg [1:0]          cells_done_reg;
    reg                even_marked_reg, odd_marked_reg;
    reg [CHANNELS-1:0] even_active_reg, odd_active_reg;
    reg [CHANNELS-1:0] even_first_reg, odd_first_reg;

    wire cells = run && op == OP_CELLS;
    wire marked = ready_reg || !marker;
    wire rests = gather_idle;
    wire outputs = run && op == OP_OUTPUTS;
    wire cells_go = cells && marked && rests;
    wire outputs_go = outputs && marked && gather_idle && out_idle;
    wire go = cells_go || outputs_go;
    wire step_done = run && ((op != OP_CELLS && op != OP_OUTPUTS) || go);
    wire clear = go && marker;

    sample_step_rom #(
        .STEP_WIDTH(STEP_WIDTH),
        .STEPS(STEPS),
        .USED(54'h3fff8003c3f033),
        .LOAD_ADDR(LOAD_ADDR),
        .LOAD_DATA(LOAD_DATA),
        .FILE(FILE)
    ) u_step_rom (
        .clk(clk),
        .rst(rst),
        .load(load),
        .enable(gather_idle),
        .run(run),
        .en(step_done),
        .step(step),
        .step_behind(step_behind)
    );

    always @(posedge clk) begin
        // The issuer holds its batch for a cycle.
        even_marked_reg <= frame_marked && !frame_parity;
        odd_marked_reg  <= frame_marked && frame_parity;
        if (even_marked_reg) begin
            even_active_reg <= frame_active;
            even_first_reg  <= frame_first;
        end
        if (odd_marked_reg) begin
            odd_active_reg <= frame_active;
            odd_first_reg  <= frame_first;
        end

        if (rst) begin
            parity_reg     <= 1'b0;
            ready_reg      <= 1'b0;
            clear_reg      <= 1'b0;
            cells_done_reg <= 2'd0;
        end else begin
            // A cycle after `clear` the lanes still show the marker that it takes.
            ready_reg <= all_done && !clear && !clear_reg;
            clear_reg <= clear;
            if (step_done && last) parity_reg <= !parity_reg;
            if (bank_drained) cells_done_reg <= cells_done_reg + 2'd1;
        end
    end

    assign done_clear = clear_reg;
    assign start_cells = cells_go;
    assign start_outputs = outputs_go;
    assign start_parity = parity_reg;
    assign start_active = parity_reg ? odd_active_reg : even_active_reg;
    assign start_first = parity_reg ? odd_first_reg : even_first_reg;
    assign start_words = words;
    assign start_size = size;
    assign start_shift = shift;
    assign start_peep_shift = peep_shift;
    assign start_state_frac = state_frac;
    assign cells_done = cells_done_reg;

    wire unused_fields = &{1'b0, step_behind, when_field, follow, release_field, source, bank, start_word, pointer, base };

endmodule

`resetall
