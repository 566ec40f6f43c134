// vec_buffer: a vector that is written in words of LANES elements and read READ elements at a time.
//
// Words arrive in order; `available` counts the elements written since `start`, so a reader can follow the writer, and
// `generation` is the parity that came with that start, so the reader can tell the vector of this frame from the last one.
// A word that comes without `store` is counted, and leaves the old elements in place. Where more elements are read than a word
// has, words are held until there are enough of them; there must be as many as fill the last read.
//
// Read (en = 1):   cycle 0   index (of the first element, a multiple of READ)  -> memory
//                  cycle 1   word latch                                       -> element select
//                  cycle 2   data
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_vec_buffer #(
    // Bits of an element.
    parameter integer WIDTH = 16,
    // Elements of a word written, and of a word read: powers of two.
    parameter integer LANES = 2,
    parameter integer READ = 1,
    // Words of the larger of the two, at least 2.
    parameter integer WORDS = 4,
    // 1: block RAM, 0: distributed RAM.
    parameter integer BLOCK = 0,
    // Bits of an element index.
    parameter integer INDEX_WIDTH = 6
) (
    input  wire                   clk,
    input  wire                   rst,
    // Write side.
    input  wire                   start,
    input  wire                   start_generation,
    input  wire                   write_en,
    input  wire                   store,
    input  wire [LANES*WIDTH-1:0] write_data,
    output wire                   generation,
    output wire [INDEX_WIDTH-1:0] available,
    // Read side.
    input  wire                   en,
    input  wire [INDEX_WIDTH-1:0] index,
    output wire [READ*WIDTH-1:0]  data
);

    localparam integer WORD_WIDTH = $clog2(WORDS);
    // Elements of a word of the memory.
    localparam integer STORED = (READ > LANES) ? READ : LANES;
    localparam integer SELECT_WIDTH = $clog2(STORED);
    localparam [INDEX_WIDTH-1:0] STEP = STORED[INDEX_WIDTH-1:0];

    reg  [WORD_WIDTH-1:0]   write_addr_reg;
    reg  [INDEX_WIDTH-1:0]  available_reg;
    reg  [READ*WIDTH-1:0]   data_reg;
    reg                     generation_reg;
    wire                    stored_en;
    wire [STORED*WIDTH-1:0] stored;
    wire [STORED*WIDTH-1:0] word;

    generate
        if (READ > LANES) begin : gen_collect
            reg [$clog2(READ/LANES)-1:0] count_reg;
            reg [(READ-LANES)*WIDTH-1:0] held_reg;

            always @(posedge clk) begin
                if (write_en) held_reg <= stored[READ*WIDTH-1:LANES*WIDTH];
                if (rst || start) count_reg <= {$clog2(READ / LANES){1'b0}};
                else if (write_en) count_reg <= count_reg + 1'b1;
            end

            assign stored = {write_data, held_reg};
            assign stored_en = write_en && &count_reg;
        end else begin : gen_direct
            assign stored = write_data;
            assign stored_en = write_en;
        end
    endgenerate

    always @(posedge clk) begin
        if (rst) generation_reg <= 1'b1;
        else if (start) generation_reg <= start_generation;
        if (rst || start) begin
            write_addr_reg <= {WORD_WIDTH{1'b0}};
            available_reg  <= {INDEX_WIDTH{1'b0}};
        end else if (stored_en) begin
            write_addr_reg <= write_addr_reg + 1'b1;
            available_reg  <= available_reg + STEP;
        end
    end

    wire unused_index = &{1'b0, index};

    sample_sdp_ram #(
        .WIDTH(STORED * WIDTH),
        .DEPTH(WORDS),
        .BLOCK(BLOCK)
    ) u_ram (
        .clk(clk),
        .write_en(stored_en && store),
        .write_addr(write_addr_reg),
        .write_data(stored),
        .read_en(en),
        .read_addr(index[SELECT_WIDTH+:WORD_WIDTH]),
        .read_data(word)
    );

    generate
        if (STORED == READ) begin : gen_whole_word
            always @(posedge clk) begin
                if (en) data_reg <= word;
            end
        end else begin : gen_select
            localparam integer PART_WIDTH = $clog2(LANES / READ);

            reg [PART_WIDTH-1:0] part_reg;

            always @(posedge clk) begin
                if (en) begin
                    part_reg <= index[SELECT_WIDTH-1-:PART_WIDTH];
                    data_reg <= word[part_reg*READ*WIDTH+:READ*WIDTH];
                end
            end
        end
    endgenerate

    assign generation = generation_reg;
    assign available = available_reg;
    assign data = data_reg;

endmodule

`resetall
