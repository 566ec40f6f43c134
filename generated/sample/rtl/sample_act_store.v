// SPDX-License-Identifier: Apache-2.0
// act_store: activations of the columns in a queue (see act_queue), each in a place of its own beside it.
//
// A column is written into its place as long as it stands before the queue (`here`), and has it from `push` on. LAG cycles after its entry
// was taken, when its first word is decoded, it is the place at the output, until the next one is: what waits is a place,
// not a copy. Places are there as many as entries, and LAG more: a full queue takes no entry in the cycle in which it gives one, so behind
// what fills it no more than LAG - 2 were taken since, and there are the column at the output and that before the queue.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_act_store #(
    // Bits of the activations.
    parameter integer WIDTH = 18,
    // Entries of the queue.
    parameter integer DEPTH = 4,
    // Cycles from `take` to the one ahead of the output.
    parameter integer LAG = 3
) (
    input  wire             clk,
    input  wire             rst,
    // Activations of the column that stands before the queue; it is put in.
    input  wire             here,
    input  wire             push,
    input  wire [WIDTH-1:0] s_data,
    // An entry is taken.
    input  wire             take,
    output wire [WIDTH-1:0] m_data
);

    localparam integer PLACE_WIDTH = $clog2(DEPTH + LAG);

    (* ram_style = "distributed" *)
    reg [WIDTH-1:0] mem [0:(1 << PLACE_WIDTH)-1];
    (* keep = "true" *)
    reg [PLACE_WIDTH-1:0] write_reg;
    // Place at the output.
    (* keep = "true" *)
    reg [PLACE_WIDTH-1:0] read_reg;
    // Entries that were taken 1 to LAG cycles ago.
    (* keep = "true" *)
    reg [LAG-1:0] take_reg;

    always @(posedge clk) begin
        if (here) mem[write_reg] <= s_data;
    end

    always @(posedge clk) begin
        if (rst) begin
            write_reg <= {PLACE_WIDTH{1'b0}};
            read_reg  <= {PLACE_WIDTH{1'b1}};
            take_reg  <= {LAG{1'b0}};
        end else begin
            if (push) write_reg <= write_reg + 1'b1;
            if (take_reg[LAG-1]) read_reg <= read_reg + 1'b1;
            take_reg <= {take_reg[LAG-2:0], take};
        end
    end

    assign m_data = mem[read_reg];

endmodule

`resetall
