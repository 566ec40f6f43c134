// SPDX-License-Identifier: Apache-2.0
// image_loader: takes the image of a model word by word, and writes it into the memories of the model.
//
//   check   header, sections, length and CRC are checked, nothing is written
//   load    the same image once more, and written; only after a check that found no fault, and while the core is held
//
//              +---------------- wrong: an error, and IDLE ----------------+
//   IDLE -> HEADER -+-> SECTION -> COUNT -> ENTRIES -+-> CRC -> IDLE       |
//                   |      ^            |            |                     |
//                   |      +------------+------------+                     |
//                   +------------------------------------------------------+
//
//   image    10 words of header: magic, version, words in all, hash of the design (2), inputs, cells, outputs,
//            bytes and CRC-32 of the weights in external memory (not checked here)
//            sections: {0, kind (3 bits), number of the memory (12 bits)}, entries, then the entries from address 0 on,
//            each of as many words as it needs, the lower ones first
//            CRC-32 (IEEE 802.3, as in zip) of all words before, bytes in little-endian order
//
// A word takes two cycles: what is wrong with it and where it leads, then the step, or back to IDLE. In each of them the
// CRC takes in half of it; in the second, what the next word is compared with is decided.
//
// `model_ok` falls when a load has begun to write, and rises again when it is complete: in between the core must not start.
// It and the sizes of the model have initial values and no reset: `rst` leaves the memories as they are, so it leaves what
// is known of them.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_image_loader #(
    // Hash of the design, which an image must carry.
    parameter [63:0] HASH = 64'heeb093085f468268,
    // Largest model.
    parameter integer MAX_INPUTS = 12,
    // Bits of a word and of an address on the load bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54
) (
    input  wire                            clk,
    input  wire                            rst,
    // Begin of a pass, and the words of the image; at most one of these every other cycle.
    input  wire                            check,
    input  wire                            load,
    input  wire                            word_en,
    input  wire [31:0]                     word,
    // The core is in reset.
    input  wire                            held,
    // A pass is under way, and it is a load; the last check found no fault; the memories hold a whole model, and the core
    // may start.
    output wire                            busy,
    output wire                            loading,
    output wire                            checked,
    output wire                            model_ok,
    output wire                            ready,
    // What is wrong, pulses: magic, image version, design, contents, CRC, not now.
    output wire [5:0]                      errors,
    // Sizes of the model in the memories.
    output wire [31:0]                     inputs,
    output wire [31:0]                     cells,
    output wire [31:0]                     outputs,
    // Load bus.
    output wire [LOAD_ADDR+LOAD_DATA+15:0] bus
);

    localparam [31:0] MAGIC = 32'h4553454d;
    localparam [31:0] IMAGE_VERSION = 32'd2;
    localparam [31:0] MOST = MAX_INPUTS;
    localparam integer MOST_WIDTH = $clog2(MOST + 2);
    // Words of an entry at most.
    localparam integer PARTS = (LOAD_DATA + 31) / 32;

    localparam [2:0] IDLE = 3'd0;
    localparam [2:0] HEADER = 3'd1;
    localparam [2:0] SECTION = 3'd2;
    localparam [2:0] COUNT = 3'd3;
    localparam [2:0] ENTRIES = 3'd4;
    localparam [2:0] CRC = 3'd5;

    reg [2:0]           state_reg;
    reg                 step_reg;
    reg [2:0]           next_reg;
    reg                 ready_reg;
    reg                 loading_reg;
    reg                 checked_reg;
    reg                 model_ok_reg;
    reg [5:0]           errors_reg;
    reg [3:0]           header_reg;
    // Words that are left with the one at hand, and 2: the length as it is in the header counts from there on.
    reg [31:0]          left_reg;
    // Of the word at hand: only the CRC comes behind it; there is a memory of its number; its entry is the last of its section.
    reg                 last_reg;
    reg                 known_reg;
    reg                 final_reg;
    reg [31:0]          crc_reg;
    reg [31:0]          checked_crc_reg;
    reg [31:0]          new_inputs_reg, new_cells_reg, new_outputs_reg;
    reg [31:0]          inputs_reg, cells_reg, outputs_reg;
    reg [2:0]           kind_reg;
    reg [11:0]          number_reg;
    reg [LOAD_ADDR:0]   entries_reg;
    reg [LOAD_ADDR-1:0] addr_reg;
    reg [1:0]           part_reg;
    reg [32*PARTS-1:0]  entry_reg;
    reg                 write_reg;
    reg [LOAD_ADDR-1:0] write_addr_reg;

    // Memories of a kind, words of a memory, and parts of a word after the first.
    reg [12:0]        kind_count_reg;
    reg [LOAD_ADDR:0] kind_depth_reg;
    reg [1:0]         kind_parts_reg;

    always @(posedge clk) begin
        if (word_en && state_reg == SECTION) begin
            case (word[14:12])
                3'd0: begin // weights
                    kind_count_reg <= 13'd4;
                    kind_depth_reg <= 12'd88;
                    kind_parts_reg <= 2'd0;
                end
                3'd1: begin // pointers
                    kind_count_reg <= 13'd4;
                    kind_depth_reg <= 12'd36;
                    kind_parts_reg <= 2'd0;
                end
                3'd2: begin // elem
                    kind_count_reg <= 13'd2;
                    kind_depth_reg <= 12'd32;
                    kind_parts_reg <= 2'd1;
                end
                3'd3: begin // sigmoid
                    kind_count_reg <= 13'd1;
                    kind_depth_reg <= 12'd2048;
                    kind_parts_reg <= 2'd0;
                end
                3'd4: begin // tanh
                    kind_count_reg <= 13'd1;
                    kind_depth_reg <= 12'd2048;
                    kind_parts_reg <= 2'd0;
                end
                3'd5: begin // schedule
                    kind_count_reg <= 13'd1;
                    kind_depth_reg <= 12'd6;
                    kind_parts_reg <= 2'd1;
                end
                default: begin
                    kind_count_reg <= 13'd0;
                    kind_depth_reg <= {(LOAD_ADDR + 1){1'b0}};
                    kind_parts_reg <= 2'd0;
                end
            endcase
        end
    end

    genvar p;
    generate
        for (p = 0; p < PARTS; p = p + 1) begin : gen_part
            localparam [1:0] NUMBER = p;
            always @(posedge clk) begin
                if (word_en && state_reg == ENTRIES && part_reg == NUMBER) entry_reg[32*p+:32] <= word;
            end
        end
    endgenerate

    // CRC-32 half a word further, least significant bit first.
    function [31:0] crc_half(input [31:0] crc);
        integer bit_number;
        begin
            crc_half = crc;
            for (bit_number = 0; bit_number < 16; bit_number = bit_number + 1) begin
                crc_half = {1'b0, crc_half[31:1]} ^ (crc_half[0] ? 32'hedb88320 : 32'd0);
            end
        end
    endfunction

    wire begins = check || (load && checked_reg && held);
    wire refused = (load && !(checked_reg && held)) || (word_en && state_reg == IDLE);
    wire entry_done = part_reg == kind_parts_reg;
    wire above_most = word[31:MOST_WIDTH] != {(32 - MOST_WIDTH){1'b0}} || word[MOST_WIDTH-1:0] > MOST[MOST_WIDTH-1:0];
    wire section_ok = word[31:15] == 17'd0 && !last_reg;
    wire count_ok = known_reg && word[31:LOAD_ADDR+1] == {(31 - LOAD_ADDR){1'b0}}
        && word[LOAD_ADDR:0] <= kind_depth_reg && (word == 32'd0 || !last_reg);
    wire entries_ok = !last_reg || (entry_done && final_reg);
    wire crc_ok = word == ~crc_reg && (!loading_reg || word == checked_crc_reg);
    wire section_ends = (state_reg == COUNT && word == 32'd0)
        || (state_reg == ENTRIES && entry_done && final_reg);

    // Faults of the word at hand.
    reg [4:0] wrong;

    always @(*) begin
        wrong = 5'd0;
        case (state_reg)
            HEADER: begin
                case (header_reg)
                    4'd0: wrong[0] = word != MAGIC;
                    4'd1: wrong[1] = word != IMAGE_VERSION;
                    4'd2: wrong[3] = word[31:4] == 28'd0 && word[3:0] < 4'd11;
                    4'd3: wrong[2] = word != HASH[31:0];
                    4'd4: wrong[2] = word != HASH[63:32];
                    4'd5: wrong[3] = word == 32'd0 || above_most;
                    default: wrong = 5'd0;
                endcase
            end
            SECTION: wrong[3] = !section_ok;
            COUNT: wrong[3] = !count_ok;
            ENTRIES: wrong[3] = !entries_ok;
            CRC: wrong[4] = !crc_ok;
            default: wrong = 5'd0;
        endcase
    end

    // Where it leads.
    reg [2:0] next;

    always @(*) begin
        case (state_reg)
            HEADER: begin
                if (header_reg != 4'd9) next = HEADER;
                else next = last_reg ? CRC : SECTION;
            end
            SECTION: next = COUNT;
            COUNT, ENTRIES: begin
                if (!section_ends) next = ENTRIES;
                else next = last_reg ? CRC : SECTION;
            end
            default: next = IDLE;
        endcase
    end

    // The word before was wrong.
    wire fault = errors_reg[4:0] != 5'd0;

    always @(posedge clk) begin
        next_reg  <= next;
        known_reg <= {1'b0, number_reg} < kind_count_reg;
        final_reg <= entries_reg == 12'd1;
        if (begins) begin
            header_reg <= 4'd0;
            crc_reg    <= 32'hffffffff;
        end
        if (word_en) begin
            if (state_reg == HEADER) begin
                header_reg <= header_reg + 4'd1;
                if (header_reg == 4'd2) left_reg <= word;
                if (header_reg == 4'd5) new_inputs_reg <= word;
                if (header_reg == 4'd6) new_cells_reg <= word;
                if (header_reg == 4'd7) new_outputs_reg <= word;
            end
            if (state_reg == SECTION) begin
                kind_reg   <= word[14:12];
                number_reg <= word[11:0];
            end
            if (state_reg == COUNT) begin
                entries_reg <= word[LOAD_ADDR:0];
                addr_reg    <= {LOAD_ADDR{1'b0}};
                part_reg    <= 2'd0;
            end
            if (state_reg == ENTRIES) begin
                part_reg       <= entry_done ? 2'd0 : part_reg + 2'd1;
                write_addr_reg <= addr_reg;
                if (entry_done) begin
                    addr_reg    <= addr_reg + 1'b1;
                    entries_reg <= entries_reg - 1'b1;
                end
            end
            if (state_reg == CRC) checked_crc_reg <= word;
        end
        if (word_en || step_reg) crc_reg <= crc_half(crc_reg ^ (word_en ? word : 32'd0));
        if (step_reg) begin
            left_reg <= left_reg - 32'd1;
            last_reg <= left_reg == 32'd5;
        end
        if (rst) begin
            state_reg   <= IDLE;
            loading_reg <= 1'b0;
            checked_reg <= 1'b0;
            errors_reg  <= 6'd0;
            step_reg    <= 1'b0;
            write_reg   <= 1'b0;
        end else begin
            errors_reg <= {refused, word_en ? wrong : 5'd0};
            step_reg   <= word_en;
            write_reg  <= word_en && state_reg == ENTRIES && loading_reg && entry_done && entries_ok;
            if (begins) begin
                state_reg   <= HEADER;
                loading_reg <= load;
                checked_reg <= 1'b0;
            end else if (step_reg) begin
                state_reg <= fault ? IDLE : next_reg;
                if (fault || state_reg == CRC) loading_reg <= 1'b0;
                if (!fault && state_reg == CRC) checked_reg <= !loading_reg;
            end
        end
    end

    // What the memories hold.
    wire loaded = step_reg && state_reg == CRC && loading_reg && !fault;
    reg  loaded_reg;
    wire writes = step_reg && state_reg == SECTION && loading_reg && !fault;

    initial begin
        model_ok_reg = 1'b1;
        inputs_reg   = 32'd12;
        cells_reg    = 32'd16;
        outputs_reg  = 32'd8;
    end

    always @(posedge clk) begin
        // Falls with the begin of a load.
        ready_reg <= model_ok_reg && !loading_reg && !(begins && load) && !rst;
        loaded_reg <= loaded && !rst;
        if (loaded_reg || (writes && !rst)) model_ok_reg <= loaded_reg;
        if (loaded_reg) begin
            inputs_reg  <= new_inputs_reg;
            cells_reg   <= new_cells_reg;
            outputs_reg <= new_outputs_reg;
        end
    end

    assign busy = state_reg != IDLE;
    assign loading = loading_reg;
    assign checked = checked_reg;
    assign model_ok = model_ok_reg;
    assign ready = ready_reg;
    assign errors = errors_reg;
    assign inputs = inputs_reg;
    assign cells = cells_reg;
    assign outputs = outputs_reg;
    assign bus = {write_reg, kind_reg, number_reg, write_addr_reg, entry_reg[LOAD_DATA-1:0]};

    wire unused_entry = &{1'b0, entry_reg};

endmodule

`resetall
