// controller: executes the compiled schedule, once a frame.
//
// A step is one word of the schedule memory:
//   SPMV     broadcast `size` columns of a vector to the lanes; the sums go to a bank of the accumulators. `when`:
//              ALWAYS     every frame
//              CURRENT    x of this frame; waits for the frame, left out if the step below ran ahead for it
//              NEXT       x of the next frame, if that frame has arrived; left out otherwise
//              RECURRENT  no columns in the first frame of an utterance, where y is zero
//            With `marker` set, a marker follows the columns; it tells when all lanes have finished them.
//   CELLS    when the marker has passed: start ElemMul on the gate sums, and go on while it works
//   OUTPUTS  when the marker has passed: round the sums of the projection to y, and go on while that is done
//
// A column of y or m is broadcast as soon as its element is there. One column a cycle (advance = 1). Banks 0 and 1 of the
// accumulators change roles with every frame: `parity` is the bank of the current frame.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module controller #(
    // Lanes of the array.
    parameter integer LANES = 4,
    // Bits of a column or element number.
    parameter integer INDEX_WIDTH = 6,
    // Bits of a pointer address.
    parameter integer POINTER_WIDTH = 6,
    // Bits of a weight address.
    parameter integer ADDR_WIDTH = 7,
    // Bits of a word number of ElemMul.
    parameter integer WORD_WIDTH = 4,
    // Steps of the schedule, at least 2.
    parameter integer STEPS = 6,
    // Path of the schedule.
    parameter FILE = "mem/schedule.mem"
) (
    input  wire                     clk,
    input  wire                     rst,
    output wire                     busy,
    // Input frames.
    input  wire                     frame_ready,
    input  wire                     frame_first,
    output wire                     release_frame,
    // Elements of the vectors that are there.
    input  wire [INDEX_WIDTH-1:0]   y_available,
    input  wire [INDEX_WIDTH-1:0]   m_available,
    // Columns out.
    input  wire                     advance,
    output wire                     col_valid,
    output wire                     col_first,
    output wire                     col_marker,
    output wire [1:0]               col_source,
    output wire [1:0]               col_bank,
    output wire [3:0]               col_shift,
    output wire [INDEX_WIDTH-1:0]   col_index,
    output wire [POINTER_WIDTH-1:0] col_pointer,
    output wire [ADDR_WIDTH-1:0]    col_base,
    // Markers of the lanes.
    input  wire [LANES-1:0]         lane_done,
    output wire                     done_clear,
    // Element-wise part.
    input  wire                     gather_idle,
    input  wire                     out_idle,
    output wire                     start_cells,
    output wire                     start_outputs,
    output wire                     start_bank,
    output wire                     start_first,
    output wire [WORD_WIDTH-1:0]    start_words,
    output wire [INDEX_WIDTH-1:0]   start_size,
    output wire [5:0]               start_shift,
    output wire [4:0]               start_peep_shift,
    output wire [3:0]               start_state_frac
);

    localparam [1:0] OP_SPMV = 2'd0;
    localparam [1:0] OP_CELLS = 2'd1;
    localparam [1:0] OP_OUTPUTS = 2'd2;
    localparam [1:0] WHEN_CURRENT = 2'd1;
    localparam [1:0] WHEN_NEXT = 2'd2;
    localparam [1:0] WHEN_RECURRENT = 2'd3;
    localparam [1:0] BANK_CURRENT = 2'd0;
    localparam [1:0] BANK_NEXT = 2'd1;

    localparam integer STEP_WIDTH = 48;
    localparam integer PC_WIDTH = $clog2(STEPS);

    reg [STEP_WIDTH-1:0] schedule [0:STEPS-1];

    initial $readmemh(FILE, schedule);

    // The current step and its fields.
    reg [STEP_WIDTH-1:0] step_reg;
    wire [1:0] op = step_reg[1:0];
    wire [1:0] when_field = step_reg[3:2];
    wire last = step_reg[4];
    wire marker = step_reg[5];
    wire [1:0] source = step_reg[7:6];
    wire [1:0] bank = step_reg[9:8];
    wire [5:0] size = step_reg[15:10];
    wire [3:0] words = step_reg[19:16];
    wire [5:0] pointer = step_reg[25:20];
    wire [6:0] base = step_reg[32:26];
    wire [5:0] shift = step_reg[38:33];
    wire [4:0] peep_shift = step_reg[43:39];
    wire [3:0] state_frac = step_reg[47:44];

    reg                   run_reg;
    reg [PC_WIDTH-1:0]    pc_reg;
    reg [INDEX_WIDTH-1:0] index_reg;
    reg                   parity_reg;
    reg                   started_reg;
    reg                   prefetched_reg;
    reg                   first_reg;
    reg                   next_first_reg;
    reg                   all_done_reg;

    wire spmv = run_reg && op == OP_SPMV;
    wire from_frame = when_field == WHEN_CURRENT || when_field == WHEN_NEXT;
    wire skip = spmv && ((when_field == WHEN_CURRENT && prefetched_reg) || (when_field == WHEN_NEXT && !frame_ready));
    wire await = spmv && when_field == WHEN_CURRENT && !prefetched_reg && !frame_ready;

    // Columns.
    wire                   no_columns = when_field == WHEN_RECURRENT && first_reg;
    wire [INDEX_WIDTH-1:0] columns = no_columns ? {INDEX_WIDTH{1'b0}} : size;
    wire                   at_end = index_reg == columns;
    wire                   last_item = marker ? at_end : index_reg + 1'b1 == columns;
    wire [INDEX_WIDTH-1:0] available = source[1] ? m_available : y_available;
    wire                   present = from_frame || at_end || index_reg < available;
    wire                   issue = spmv && !skip && !await && present;
    wire                   issued = issue && advance;
    wire                   spmv_done = issued && last_item;

    // Element-wise part.
    wire cells_go = run_reg && op == OP_CELLS && all_done_reg && gather_idle;
    wire outputs_go = run_reg && op == OP_OUTPUTS && all_done_reg && gather_idle && out_idle;
    wire step_done = skip || spmv_done || cells_go || outputs_go;

    wire frame_done = step_done && last;
    wire [PC_WIDTH-1:0] pc_next = (!run_reg || last) ? {PC_WIDTH{1'b0}} : pc_reg + 1'b1;

    always @(posedge clk) begin
        if (!run_reg || step_done) step_reg <= schedule[pc_next];

        if (rst) begin
            run_reg        <= 1'b0;
            pc_reg         <= {PC_WIDTH{1'b0}};
            index_reg      <= {INDEX_WIDTH{1'b0}};
            parity_reg     <= 1'b0;
            started_reg    <= 1'b0;
            prefetched_reg <= 1'b0;
            first_reg      <= 1'b1;
            next_first_reg <= 1'b0;
            all_done_reg   <= 1'b0;
        end else begin
            // Accumulators are cleared after reset; gather is idle from then on.
            if (gather_idle) run_reg <= 1'b1;
            all_done_reg <= &lane_done && !done_clear;
            if (step_done) begin
                pc_reg    <= pc_next;
                index_reg <= {INDEX_WIDTH{1'b0}};
            end else if (issued) begin
                index_reg <= index_reg + 1'b1;
            end
            if (spmv_done && when_field == WHEN_CURRENT) begin
                first_reg   <= frame_first || !started_reg;
                started_reg <= 1'b1;
            end
            if (spmv_done && when_field == WHEN_NEXT) begin
                next_first_reg <= frame_first;
                prefetched_reg <= 1'b1;
            end
            if (skip && when_field == WHEN_CURRENT) begin
                first_reg      <= next_first_reg;
                prefetched_reg <= 1'b0;
            end
            if (frame_done) parity_reg <= !parity_reg;
        end
    end

    assign busy = run_reg && !(await && out_idle && gather_idle);
    assign release_frame = spmv_done && from_frame;
    assign col_valid = issue;
    assign col_first = index_reg == {INDEX_WIDTH{1'b0}};
    assign col_marker = marker && at_end;
    assign col_source = source;
    assign col_bank = bank == BANK_CURRENT ? {1'b0, parity_reg} : bank == BANK_NEXT ? {1'b0, !parity_reg} : bank;
    assign col_shift = shift[3:0];
    assign col_index = index_reg;
    assign col_pointer = pointer + index_reg[POINTER_WIDTH-1:0];
    assign col_base = base;
    assign done_clear = cells_go || outputs_go;
    assign start_outputs = outputs_go;
    assign start_cells = cells_go;
    assign start_bank = parity_reg;
    assign start_first = first_reg;
    assign start_words = words;
    assign start_size = size;
    assign start_shift = shift;
    assign start_peep_shift = peep_shift;
    assign start_state_frac = state_frac;

endmodule

`resetall
