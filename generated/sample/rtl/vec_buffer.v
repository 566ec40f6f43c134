// vec_buffer: a vector that is written in words of LANES elements and read one element at a time.
//
// Words arrive in order; `available` counts the elements written since `clear`, so a reader can follow the writer.
//
// Read (en = 1):   cycle 0   index       -> memory
//                  cycle 1   word latch  -> element select
//                  cycle 2   data
`resetall
`timescale 1ns / 1ps
`default_nettype none

module vec_buffer #(
    // Bits of an element.
    parameter integer WIDTH = 16,
    // Elements of a word, a power of two.
    parameter integer LANES = 2,
    // Words, at least 2.
    parameter integer WORDS = 4,
    // Bits of an element index.
    parameter integer INDEX_WIDTH = 6
) (
    input  wire                   clk,
    input  wire                   rst,
    // Write side.
    input  wire                   clear,
    input  wire                   write_en,
    input  wire [LANES*WIDTH-1:0] write_data,
    output wire [INDEX_WIDTH-1:0] available,
    // Read side.
    input  wire                   en,
    input  wire [INDEX_WIDTH-1:0] index,
    output wire [WIDTH-1:0]       data
);

    localparam integer WORD_WIDTH = $clog2(WORDS);
    localparam integer SELECT_WIDTH = $clog2(LANES);
    localparam [INDEX_WIDTH-1:0] STEP = LANES[INDEX_WIDTH-1:0];

    reg  [WORD_WIDTH-1:0]  write_addr_reg;
    reg  [INDEX_WIDTH-1:0] available_reg;
    reg  [WIDTH-1:0]       data_reg;
    wire [LANES*WIDTH-1:0] word;

    always @(posedge clk) begin
        if (rst || clear) begin
            write_addr_reg <= {WORD_WIDTH{1'b0}};
            available_reg  <= {INDEX_WIDTH{1'b0}};
        end else if (write_en) begin
            write_addr_reg <= write_addr_reg + 1'b1;
            available_reg  <= available_reg + STEP;
        end
    end

    wire unused_index = &{1'b0, index};

    sdp_ram #(
        .WIDTH(LANES * WIDTH),
        .DEPTH(WORDS),
        .BLOCK(0)
    ) u_ram (
        .clk(clk),
        .write_en(write_en),
        .write_addr(write_addr_reg),
        .write_data(write_data),
        .read_en(en),
        .read_addr(index[SELECT_WIDTH+:WORD_WIDTH]),
        .read_data(word)
    );

    generate
        if (LANES == 1) begin : gen_single
            always @(posedge clk) begin
                if (en) data_reg <= word;
            end
        end else begin : gen_select
            reg [SELECT_WIDTH-1:0] select_reg;

            always @(posedge clk) begin
                if (en) begin
                    select_reg <= index[SELECT_WIDTH-1:0];
                    data_reg   <= word[select_reg*WIDTH+:WIDTH];
                end
            end
        end
    endgenerate

    assign available = available_reg;
    assign data = data_reg;

endmodule

`resetall
