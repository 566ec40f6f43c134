// sequencer: starts the element-wise part of each frame.
//
//   CELLS    when all lanes have passed the marker of the gate sums: ElemMul on these sums
//   OUTPUTS  when all lanes have passed the marker of the projection: Assemble on its sums
//
// It reads the same schedule as the issuers and passes over their steps. What it starts runs by itself; the issuers see the
// elements as they appear. Which channels have a frame, and which start an utterance, comes with the gate marker of group 0.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sequencer #(
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
    parameter integer LOAD_DATA = 48,
    // Path of the schedule.
    parameter FILE = "mem/schedule.mem"
) (
    input  wire                   clk,
    input  wire                   rst,
    // Load bus.
    input  wire [LOAD_ADDR+LOAD_DATA+15:0] load,
    // Gate marker sent, and the batch of its frame.
    input  wire                   frame_marked,
    input  wire                   frame_parity,
    input  wire [CHANNELS-1:0]    frame_active,
    input  wire [CHANNELS-1:0]    frame_first,
    // All lanes have passed a marker; done_clear takes it.
    input  wire                   all_done,
    output wire                   done_clear,
    // Element-wise part.
    input  wire                   gather_idle,
    input  wire                   cells_drained,
    input  wire                   out_idle,
    output wire                   start_cells,
    output wire                   start_outputs,
    output wire                   start_parity,
    output wire [CHANNELS-1:0]    start_active,
    output wire [CHANNELS-1:0]    start_first,
    output wire [WORD_WIDTH-1:0]  start_words,
    output wire [INDEX_WIDTH-1:0] start_size,
    output wire [5:0]             start_shift,
    output wire [4:0]             start_peep_shift,
    output wire [3:0]             start_state_frac,
    // Frames whose cells are done, modulo 4.
    output wire [1:0]             cells_done
);

    localparam [1:0] OP_CELLS = 2'd1;
    localparam [1:0] OP_OUTPUTS = 2'd2;

    localparam integer STEP_WIDTH = 48;
    localparam integer PC_WIDTH = $clog2(STEPS);

    wire                     load_en;
    wire [$clog2(STEPS)-1:0] load_addr;
    wire [STEP_WIDTH-1:0]    load_data;

    load_decode #(
        .KIND(5),
        .ADDR_WIDTH($clog2(STEPS)),
        .WIDTH(STEP_WIDTH),
        .LOAD_ADDR(LOAD_ADDR),
        .LOAD_DATA(LOAD_DATA)
    ) u_load_decode (
        .load(load),
        .number(12'd0),
        .en(load_en),
        .addr(load_addr),
        .data(load_data)
    );

    reg [STEP_WIDTH-1:0] schedule [0:STEPS-1];

    initial $readmemh(FILE, schedule);

    always @(posedge clk) begin
        if (load_en) schedule[load_addr] <= load_data;
    end

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

    reg                  run_reg;
    reg [PC_WIDTH-1:0]   pc_reg;
    reg                  parity_reg;
    reg                  ready_reg;
    reg [1:0]            cells_done_reg;
    reg [CHANNELS-1:0]   even_active_reg, odd_active_reg;
    reg [CHANNELS-1:0]   even_first_reg, odd_first_reg;
    reg [CHANNELS-1:0]   active_reg;

    wire cells = run_reg && op == OP_CELLS;
    wire outputs = run_reg && op == OP_OUTPUTS;
    wire cells_go = cells && ready_reg && gather_idle;
    wire outputs_go = outputs && ready_reg && gather_idle && out_idle;
    wire go = cells_go || outputs_go;
    wire step_done = run_reg && ((op != OP_CELLS && op != OP_OUTPUTS) || go);
    wire [PC_WIDTH-1:0] pc_next = (!run_reg || last) ? {PC_WIDTH{1'b0}} : pc_reg + 1'b1;
    wire [CHANNELS-1:0] active = parity_reg ? odd_active_reg : even_active_reg;

    always @(posedge clk) begin
        if (!run_reg || step_done) step_reg <= schedule[pc_next];

        if (frame_marked && !frame_parity) begin
            even_active_reg <= frame_active;
            even_first_reg  <= frame_first;
        end
        if (frame_marked && frame_parity) begin
            odd_active_reg <= frame_active;
            odd_first_reg  <= frame_first;
        end
        if (cells_go) active_reg <= active;

        if (rst) begin
            run_reg        <= 1'b0;
            pc_reg         <= {PC_WIDTH{1'b0}};
            parity_reg     <= 1'b0;
            ready_reg      <= 1'b0;
            cells_done_reg <= 2'd0;
        end else begin
            if (gather_idle) run_reg <= 1'b1;
            ready_reg <= all_done && !go;
            if (step_done) pc_reg <= pc_next;
            if (step_done && last) parity_reg <= !parity_reg;
            if (cells_drained) cells_done_reg <= cells_done_reg + 2'd1;
        end
    end

    assign done_clear = go;
    assign start_cells = cells_go;
    assign start_outputs = outputs_go;
    assign start_active = cells_go ? active : active_reg;
    assign start_parity = parity_reg;
    assign start_first = parity_reg ? odd_first_reg : even_first_reg;
    assign start_words = words;
    assign start_size = size;
    assign start_shift = shift;
    assign start_peep_shift = peep_shift;
    assign start_state_frac = state_frac;
    assign cells_done = cells_done_reg;

    wire unused_fields = &{1'b0, when_field, marker, source, bank, pointer, base };

endmodule

`resetall
