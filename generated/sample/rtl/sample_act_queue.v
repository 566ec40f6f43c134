// SPDX-License-Identifier: Apache-2.0
// act_queue: the activation FIFO in front of a PE.
//
// It takes up the difference between lanes: a lane with few non-zeros in a column runs ahead of one with many, by
// up to DEPTH non-empty columns. Order is kept; a word pushed in cycle t is at the head in cycle t + 1.
// s_ready and m_valid come straight from registers, so a full queue takes no word in the cycle in which it gives one.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_act_queue #(
    // Bits of an entry.
    parameter integer WIDTH = 13,
    // Entries, 1 to 64.
    parameter integer DEPTH = 4
) (
    input  wire             clk,
    input  wire             rst,
    // Entries in.
    input  wire [WIDTH-1:0] s_data,
    input  wire             s_valid,
    output wire             s_ready,
    // s_ready of the next cycle.
    output wire             ready_next,
    // Entries out.
    output wire [WIDTH-1:0] m_data,
    output wire             m_valid,
    input  wire             m_ready,
    // Bit n: more than n entries.
    output wire [DEPTH-1:0] reached
);

    wire push = s_valid && s_ready;
    wire pop = m_valid && m_ready;

    generate
        if (DEPTH == 1) begin : gen_register
            reg             full_reg;
            reg [WIDTH-1:0] data_reg;

            always @(posedge clk) begin
                if (push) data_reg <= s_data;
                if (rst) full_reg <= 1'b0;
                else if (push) full_reg <= 1'b1;
                else if (pop) full_reg <= 1'b0;
            end

            assign ready_next = !push && (!full_reg || pop);

            assign s_ready = !full_reg;
            assign m_valid = full_reg;
            assign m_data = data_reg;
            assign reached = full_reg;
        end else begin : gen_ring
            localparam integer POINTER_WIDTH = $clog2(DEPTH);
            localparam integer LEVEL_WIDTH = $clog2(DEPTH + 1);
            localparam [POINTER_WIDTH-1:0] LAST = DEPTH[POINTER_WIDTH-1:0] - 1'b1;
            localparam [LEVEL_WIDTH-1:0] FULL = DEPTH[LEVEL_WIDTH-1:0];

            (* ram_style = "distributed" *)
            reg [WIDTH-1:0]         mem [0:DEPTH-1];
            reg [POINTER_WIDTH-1:0] write_reg;
            reg [POINTER_WIDTH-1:0] read_reg;
            reg [LEVEL_WIDTH-1:0]   level_reg;
            reg                     ready_reg;
            reg                     valid_reg;

            wire [LEVEL_WIDTH-1:0] level_next = (push && !pop) ? level_reg + 1'b1
                                              : (pop && !push) ? level_reg - 1'b1 : level_reg;

            always @(posedge clk) begin
                if (push) mem[write_reg] <= s_data;
            end

            always @(posedge clk) begin
                if (rst) begin
                    write_reg <= {POINTER_WIDTH{1'b0}};
                    read_reg  <= {POINTER_WIDTH{1'b0}};
                    level_reg <= {LEVEL_WIDTH{1'b0}};
                    ready_reg <= 1'b0;
                    valid_reg <= 1'b0;
                end else begin
                    if (push) write_reg <= (write_reg == LAST) ? {POINTER_WIDTH{1'b0}} : write_reg + 1'b1;
                    if (pop) read_reg <= (read_reg == LAST) ? {POINTER_WIDTH{1'b0}} : read_reg + 1'b1;
                    level_reg <= level_next;
                    ready_reg <= level_next != FULL;
                    valid_reg <= level_next != {LEVEL_WIDTH{1'b0}};
                end
            end

            assign ready_next = level_next != FULL;
            assign s_ready = ready_reg;
            assign m_valid = valid_reg;
            assign m_data = mem[read_reg];

            genvar n;
            for (n = 0; n < DEPTH; n = n + 1) begin : gen_reached
                localparam [LEVEL_WIDTH-1:0] NUMBER = n;
                assign reached[n] = level_reg > NUMBER;
            end
        end
    endgenerate

endmodule

`resetall
