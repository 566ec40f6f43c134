// SPDX-License-Identifier: Apache-2.0
// gather_control: drains the accumulators of all lanes and channels in the order in which ElemMul and Assemble want them.
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
// Pipeline:  cycle 1           drain_en, drain_row to the lanes (registers)
//            cycle 2           phase
//            cycle 3           rows in the lanes' drain_data
//            cycle DELAY       param_addr to the parameter memory, state_read to the cell state
//            cycle 2 + DELAY   sums of the word at the outputs of gather; t0_* beside them
// After reset all rows are emptied once; `idle` stays low until then.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_gather_control #(
    // Lanes of a group.
    parameter integer LANES = 4,
    // Lanes of ElemMul, a power of two that divides LANES.
    parameter integer ELEM_LANES = 2,
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4,
    // Bits of a word number.
    parameter integer WORD_WIDTH = 4,
    // Cycles of the way to the lanes and out of them, and of the adder tree over the groups.
    parameter integer DELAY = 2
) (
    input  wire                  clk,
    input  wire                  rst,
    // Begin `words` words of cells, or of outputs, from a bank.
    input  wire                  start_cells,
    input  wire                  start_outputs,
    input  wire [WORD_WIDTH-1:0] words,
    input  wire                  bank,
    output wire                  idle,
    // The gate bank is drained.
    output wire                  drained,
    // Drain ports of the lanes, and the phase of what they drain.
    output wire                  sweep,
    output wire [LANES-1:0]      drain_en,
    output wire [1:0]            drain_bank,
    output wire [ROW_WIDTH-1:0]  drain_row,
    output wire [0:0]            phase,
    // Parameter memory and cell state. With `peek`, while nothing is drained, peek_word of the cell state is read a cycle later.
    output wire [WORD_WIDTH+1:0] param_addr,
    input  wire                  peek,
    input  wire [WORD_WIDTH-1:0] peek_word,
    output wire                  state_read,
    output wire [WORD_WIDTH-1:0] state_addr,
    // Marks of the sums of a word; the slot is that of the next cycle.
    output wire                  t0_cell,
    output wire                  t0_output,
    output wire [1:0]            slot_next
);

    // Rows that are emptied after reset.
    localparam integer SWEEP_WIDTH = 4;
    localparam [SWEEP_WIDTH-1:0] SWEEP_LAST = 4'd15;

    localparam integer PHASES = LANES / ELEM_LANES;
    localparam integer PHASE_WIDTH = $clog2(PHASES);
    // The output gate lags by this many words.
    localparam [WORD_WIDTH:0] LAG = 5'd3;

    // Cycles from the last row until ElemMul or Assemble has given its last word.
    localparam [4:0] TAIL = 5'd18;

    localparam [1:0] S_SWEEP = 2'd0;
    localparam [1:0] S_IDLE = 2'd1;
    localparam [1:0] S_CELLS = 2'd2;
    localparam [1:0] S_OUTPUTS = 2'd3;

    reg [1:0]             state_reg;
    reg [SWEEP_WIDTH-1:0] sweep_row_reg;
    reg [WORD_WIDTH:0]    word_reg;
    reg [WORD_WIDTH:0]    words_reg;
    reg [1:0]             slot_reg;
    reg                   bank_reg;
    reg                   drained_reg;
    reg [4:0]             tail_reg;
    reg                   idle_reg;

    wire cells = state_reg == S_CELLS;
    wire tail = word_reg >= words_reg;
    wire swept = state_reg == S_SWEEP && sweep_row_reg == SWEEP_LAST;
    wire lag_slot = slot_reg == 2'd3;
    wire cells_end = cells && lag_slot && word_reg + 1'b1 == words_reg + LAG;
    wire outputs = state_reg == S_OUTPUTS;
    wire outputs_end = outputs && word_reg + 1'b1 == words_reg;
    wire last_row = cells_end || outputs_end;
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
            sweep_row_reg <= {SWEEP_WIDTH{1'b0}};
            slot_reg      <= 2'd0;
            drained_reg   <= 1'b0;
            tail_reg      <= 5'd0;
            idle_reg      <= 1'b0;
        end else begin
            slot_reg    <= start ? 2'd0 : slot_reg + 2'd1;
            drained_reg <= cells_end;
            if (last_row) tail_reg <= TAIL;
            else if (tail_reg != 5'd0) tail_reg <= tail_reg - 5'd1;
            idle_reg    <= !start && (swept || (state_reg == S_IDLE && tail_reg <= 5'd1));
            case (state_reg)
                S_SWEEP: begin
                    sweep_row_reg <= sweep_row_reg + 1'b1;
                    if (swept) state_reg <= S_IDLE;
                end
                S_IDLE: begin
                    if (start_cells) state_reg <= S_CELLS;
                    else if (start_outputs) state_reg <= S_OUTPUTS;
                end
                S_CELLS: begin
                    if (cells_end) state_reg <= S_IDLE;
                end
                S_OUTPUTS: begin
                    if (outputs_end) state_reg <= S_IDLE;
                end
            endcase
        end
    end

    // The word of this cycle, its row and its phase.
    wire [WORD_WIDTH:0]   lagged = word_reg - LAG;
    wire [WORD_WIDTH-1:0] word = (cells && lag_slot) ? lagged[WORD_WIDTH-1:0] : word_reg[WORD_WIDTH-1:0];
    wire                  unused_lagged = &{1'b0, lagged[WORD_WIDTH]};
    wire                  cell_en = cells && (lag_slot ? word_reg >= LAG : !tail);
    wire                  first_slot = cells && slot_reg == 2'd0 && !tail;
    wire                  read_en = cell_en || outputs;

    wire [LANES-1:0]      enabled;
    wire [ROW_WIDTH-1:0]  gate_row;
    wire [WORD_WIDTH-1:0] element_row;

    genvar p;
    generate
        if (PHASES == 1) begin : gen_one_phase
            assign element_row = word;
            assign enabled = {LANES{read_en}};
            assign phase = 1'b0;
        end else begin : gen_phases
            reg [PHASE_WIDTH-1:0] phase1_reg;
            reg [PHASE_WIDTH-1:0] phase2_reg;

            assign element_row = { {PHASE_WIDTH{1'b0}}, word[WORD_WIDTH-1:PHASE_WIDTH]};

            for (p = 0; p < PHASES; p = p + 1) begin : gen_enable
                localparam [PHASE_WIDTH-1:0] PHASE = p;
                assign enabled[p*ELEM_LANES+:ELEM_LANES] =
                    {ELEM_LANES{read_en && word[PHASE_WIDTH-1:0] == PHASE}};
            end

            always @(posedge clk) begin
                phase1_reg <= word[PHASE_WIDTH-1:0];
                phase2_reg <= phase1_reg;
            end

            assign phase = phase2_reg;
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

    // What goes along with the sums: to the memories after DELAY cycles, to ElemMul and Assemble after two more.
    localparam integer TAG_WIDTH = 2 * WORD_WIDTH + 4;

    wire [TAG_WIDTH-1:0] tag_in;
    wire [TAG_WIDTH-1:0] tag;

    assign tag_in = { word, word_reg[WORD_WIDTH-1:0], slot_reg, first_slot, outputs};

    reg  [DELAY*TAG_WIDTH-1:0]     tag_reg;
    wire [(DELAY+1)*TAG_WIDTH-1:0] chain = {tag_reg, tag_in};

    always @(posedge clk) begin
        if (rst) tag_reg <= {(DELAY * TAG_WIDTH){1'b0}};
        else tag_reg <= chain[DELAY*TAG_WIDTH-1:0];
    end

    assign tag = chain[DELAY*TAG_WIDTH+:TAG_WIDTH];

    wire [WORD_WIDTH-1:0] tag_word;
    wire [WORD_WIDTH-1:0] tag_state;
    wire [1:0]            tag_slot;
    wire                  tag_first;
    wire                  tag_output;

    assign {tag_word, tag_state, tag_slot, tag_first, tag_output} = tag;

    // The cell state is read beside the last stage.
    localparam integer LAST_TAG = (DELAY - 1) * TAG_WIDTH;

    wire                  read_state = !rst && (peek || chain[LAST_TAG+1]);
    wire [WORD_WIDTH-1:0] state_at = peek ? peek_word : chain[LAST_TAG+4+:WORD_WIDTH];
    wire                  unused_state = &{1'b0, tag_state};
    reg                   state_read_reg;
    reg  [WORD_WIDTH-1:0] state_addr_reg;

    always @(posedge clk) begin
        state_addr_reg <= state_at;
        state_read_reg <= read_state;
    end

    assign state_read = state_read_reg;
    assign state_addr = state_addr_reg;

    // ---- To the lanes ---------------------------------------------------------------------------------------------------
    wire                 sweeping = state_reg == S_SWEEP;
    wire [1:0]           bank_at = outputs ? 2'd2 : {1'b0, bank_reg};
    wire [ROW_WIDTH-1:0] row_at = sweeping ? sweep_row_reg[ROW_WIDTH-1:0] : outputs ? out_row : gate_row;
    reg  [LANES-1:0]     drain_en_reg;

    always @(posedge clk) begin
        if (rst) drain_en_reg <= {LANES{1'b0}};
        else drain_en_reg <= enabled;
    end

    reg                 sweep_reg;
    reg [1:0]           drain_bank_reg;
    reg [ROW_WIDTH-1:0] drain_row_reg;

    always @(posedge clk) begin
        drain_bank_reg <= bank_at;
        drain_row_reg  <= row_at;
        if (rst) sweep_reg <= 1'b0;
        else sweep_reg <= sweeping;
    end

    assign sweep = sweep_reg;
    assign drain_bank = drain_bank_reg;
    assign drain_row = drain_row_reg;

    // ---- Marks ----------------------------------------------------------------------------------------------------------
    reg       s1_cell_reg, s2_cell_reg;
    reg [1:0] s1_slot_reg;
    reg       s1_output_reg, s2_output_reg;

    always @(posedge clk) begin
        s1_slot_reg <= tag_slot;
        if (rst) begin
            s1_cell_reg   <= 1'b0;
            s2_cell_reg   <= 1'b0;
            s1_output_reg <= 1'b0;
            s2_output_reg <= 1'b0;
        end else begin
            s1_cell_reg   <= tag_first;
            s2_cell_reg   <= s1_cell_reg;
            s1_output_reg <= tag_output;
            s2_output_reg <= s1_output_reg;
        end
    end

    assign idle = idle_reg;
    assign drained = drained_reg;
    assign drain_en = drain_en_reg;
    assign param_addr = {tag_word, tag_slot};
    assign t0_cell = s2_cell_reg;
    assign slot_next = s1_slot_reg;
    assign t0_output = s2_output_reg;

endmodule

`resetall
