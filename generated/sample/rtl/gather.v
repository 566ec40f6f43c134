// gather: drains the accumulators of all lanes in the order in which ElemMul and Assemble want them.
//
// A word is ELEM_LANES neighbouring elements (cells or outputs). Element r sits in lane r mod LANES, so word w is row
// w / PHASES of the lanes [q ELEM_LANES, (q + 1) ELEM_LANES) with the phase q = w mod PHASES, PHASES = LANES / ELEM_LANES.
//
// Cells:     a word takes four cycles, one a gate. The output gate needs the new cell state, so it is read three words
//            later:
//              slot      0      1      2      3
//              gate      i(w)   f(w)   g(w)   o(w - 3)
// Outputs:   a word takes one cycle.
//
// Pipeline:  cycle 0   drain_en, drain_row to the lanes; param_addr to the parameter memory; state_read to the cell state
//            cycle 1   rows in the lanes' drain_data
//            cycle 2   acc_data, with t0_* beside it
// After reset all rows are cleared once; `idle` stays low until then.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module gather #(
    // Lanes of the array.
    parameter integer LANES = 4,
    // Lanes of ElemMul, a power of two that divides LANES.
    parameter integer ELEM_LANES = 2,
    // Bits of an accumulator.
    parameter integer ACC_WIDTH = 31,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Bits of a word number.
    parameter integer WORD_WIDTH = 4
) (
    input  wire                            clk,
    input  wire                            rst,
    // Begin `words` words of cells, or of outputs, from a bank.
    input  wire                            start_cells,
    input  wire                            start_outputs,
    input  wire [WORD_WIDTH-1:0]           words,
    input  wire                            bank,
    output wire                            idle,
    // Drain ports of the lanes.
    output wire                            sweep,
    output wire [LANES-1:0]                drain_en,
    output wire [1:0]                      drain_bank,
    output wire [ROW_WIDTH-1:0]            drain_row,
    input  wire [LANES*ACC_WIDTH-1:0]      drain_data,
    // Parameter memory and cell state.
    output wire [WORD_WIDTH+1:0]           param_addr,
    output wire                            state_read,
    output wire [WORD_WIDTH-1:0]           state_addr,
    // Accumulators of a word, in step with the parameter memory.
    output wire                            t0_cell,
    output wire [1:0]                      t0_slot,
    output wire                            t0_output,
    output wire [ELEM_LANES*ACC_WIDTH-1:0] acc_data
);

    localparam integer PHASES = LANES / ELEM_LANES;
    localparam integer PHASE_WIDTH = $clog2(PHASES);
    localparam integer GROUP_WIDTH = ELEM_LANES * ACC_WIDTH;
    // The output gate lags by this many words.
    localparam [WORD_WIDTH:0] LAG = 5'd3;

    localparam [1:0] S_SWEEP = 2'd0;
    localparam [1:0] S_IDLE = 2'd1;
    localparam [1:0] S_CELLS = 2'd2;
    localparam [1:0] S_OUTPUTS = 2'd3;

    reg [1:0]            state_reg;
    reg [ROW_WIDTH-1:0]  sweep_row_reg;
    reg [WORD_WIDTH:0]   word_reg;
    reg [WORD_WIDTH:0]   words_reg;
    reg [1:0]            slot_reg;
    reg                  bank_reg;

    wire cells = state_reg == S_CELLS;
    wire tail = word_reg >= words_reg;
    wire lag_slot = slot_reg == 2'd3;
    wire outputs = state_reg == S_OUTPUTS;
    wire start = start_cells || start_outputs;

    always @(posedge clk) begin
        if (start) begin
            words_reg <= {1'b0, words};
            bank_reg  <= bank;
        end
        if (start) word_reg <= {(WORD_WIDTH + 1){1'b0}};
        else if (outputs || (cells && lag_slot)) word_reg <= word_reg + 1'b1;
        if (rst) begin
            state_reg     <= S_SWEEP;
            sweep_row_reg <= {ROW_WIDTH{1'b0}};
            slot_reg      <= 2'd0;
        end else begin
            slot_reg <= start ? 2'd0 : slot_reg + 2'd1;
            case (state_reg)
                S_SWEEP: begin
                    sweep_row_reg <= sweep_row_reg + 1'b1;
                    if (&sweep_row_reg) state_reg <= S_IDLE;
                end
                S_IDLE: begin
                    if (start_cells) state_reg <= S_CELLS;
                    else if (start_outputs) state_reg <= S_OUTPUTS;
                end
                S_CELLS: begin
                    if (lag_slot && word_reg + 1'b1 == words_reg + LAG) state_reg <= S_IDLE;
                end
                S_OUTPUTS: begin
                    if (word_reg + 1'b1 == words_reg) state_reg <= S_IDLE;
                end
            endcase
        end
    end

    // The word of this cycle, its row and its phase.
    wire [WORD_WIDTH:0]   lagged = word_reg - LAG;
    wire [WORD_WIDTH-1:0] word = (cells && lag_slot) ? lagged[WORD_WIDTH-1:0] : word_reg[WORD_WIDTH-1:0];
    wire                  unused_lagged = &{1'b0, lagged[WORD_WIDTH]};
    wire                  cell_en = cells && (lag_slot ? word_reg >= LAG : !tail);
    wire                  read_en = cell_en || outputs;

    wire [ROW_WIDTH-1:0]           gate_row;
    wire [GROUP_WIDTH-1:0]         group_data;
    wire [WORD_WIDTH-1:0]          element_row;

    genvar p;
    generate
        if (PHASES == 1) begin : gen_one_phase
            assign element_row = word;
            assign drain_en = {LANES{read_en}};
            assign group_data = drain_data;
        end else begin : gen_phases
            wire [PHASE_WIDTH-1:0] phase = word[PHASE_WIDTH-1:0];
            reg  [PHASE_WIDTH-1:0] phase_reg;

            assign element_row = { {PHASE_WIDTH{1'b0}}, word[WORD_WIDTH-1:PHASE_WIDTH]};

            for (p = 0; p < PHASES; p = p + 1) begin : gen_enable
                localparam [PHASE_WIDTH-1:0] PHASE = p;
                assign drain_en[p*ELEM_LANES+:ELEM_LANES] = {ELEM_LANES{read_en && phase == PHASE}};
            end

            always @(posedge clk) phase_reg <= phase;
            assign group_data = drain_data[phase_reg*GROUP_WIDTH+:GROUP_WIDTH];
        end

        if (ROW_WIDTH > WORD_WIDTH + 2) begin : gen_extend_row
            assign gate_row = { {(ROW_WIDTH - WORD_WIDTH - 2){1'b0}}, element_row, slot_reg};
        end else if (ROW_WIDTH == WORD_WIDTH + 2) begin : gen_full_row
            assign gate_row = {element_row, slot_reg};
        end else begin : gen_part_row
            wire unused_row = &{1'b0, element_row};
            assign gate_row = {element_row[ROW_WIDTH-3:0], slot_reg};
        end
    endgenerate

    wire [ROW_WIDTH-1:0] out_row;

    generate
        if (ROW_WIDTH > WORD_WIDTH) begin : gen_extend_out
            assign out_row = { {(ROW_WIDTH - WORD_WIDTH){1'b0}}, element_row};
        end else begin : gen_part_out
            assign out_row = element_row[ROW_WIDTH-1:0];
        end
    endgenerate

    // Cycles 1 and 2.
    reg                   s1_cell_reg, s2_cell_reg;
    reg [1:0]             s1_slot_reg, s2_slot_reg;
    reg [GROUP_WIDTH-1:0] acc_reg;
    reg                   s1_output_reg, s2_output_reg;

    always @(posedge clk) begin
        s1_slot_reg <= slot_reg;
        s2_slot_reg <= s1_slot_reg;
        acc_reg     <= group_data;
        if (rst) begin
            s1_cell_reg <= 1'b0;
            s2_cell_reg <= 1'b0;
            s1_output_reg <= 1'b0;
            s2_output_reg <= 1'b0;
        end else begin
            s1_cell_reg <= cells && slot_reg == 2'd0 && !tail;
            s2_cell_reg <= s1_cell_reg;
            s1_output_reg <= outputs;
            s2_output_reg <= s1_output_reg;
        end
    end

    assign idle = state_reg == S_IDLE;
    assign sweep = state_reg == S_SWEEP;
    assign drain_bank = outputs ? 2'd2 : {1'b0, bank_reg};
    assign drain_row = sweep ? sweep_row_reg : outputs ? out_row : gate_row;
    assign param_addr = {word, slot_reg};
    assign state_read = cells && slot_reg == 2'd0 && !tail;
    assign state_addr = word_reg[WORD_WIDTH-1:0];
    assign t0_cell = s2_cell_reg;
    assign t0_slot = s2_slot_reg;
    assign t0_output = s2_output_reg;
    assign acc_data = acc_reg;

endmodule

`resetall
