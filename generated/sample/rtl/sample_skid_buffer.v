// SPDX-License-Identifier: Apache-2.0
// skid_buffer: register slice of a stream; valid, data and ready all come from registers.
//
// While the output is stalled, one more word, already under way, is kept in the skid register. Full throughput.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_skid_buffer #(
    // Bits of a word.
    parameter integer WIDTH = 20
) (
    input  wire             clk,
    input  wire             rst,
    // Words in.
    input  wire [WIDTH-1:0] s_data,
    input  wire             s_valid,
    output wire             s_ready,
    // Value of s_ready in the next cycle.
    output wire             s_ready_next,
    // Words out.
    output wire [WIDTH-1:0] m_data,
    output wire             m_valid,
    input  wire             m_ready
);

    reg [WIDTH-1:0] data_reg;
    reg             valid_reg;
    reg [WIDTH-1:0] skid_data_reg;
    reg             skid_valid_reg;
    reg             ready_reg;

    wire accept = s_valid && ready_reg;
    wire free = !valid_reg || m_ready;
    wire ready = !rst && (free || !(skid_valid_reg || accept));

    always @(posedge clk) begin
        if (free) data_reg <= skid_valid_reg ? skid_data_reg : s_data;
        // While it takes words it keeps none: what comes last stays.
        if (ready_reg) skid_data_reg <= s_data;
        ready_reg <= ready;
        if (rst) begin
            valid_reg      <= 1'b0;
            skid_valid_reg <= 1'b0;
        end else if (free) begin
            valid_reg      <= skid_valid_reg || accept;
            skid_valid_reg <= 1'b0;
        end else begin
            skid_valid_reg <= skid_valid_reg || accept;
        end
    end

    assign s_ready = ready_reg;
    assign s_ready_next = ready;
    assign m_data = data_reg;
    assign m_valid = valid_reg;

endmodule

`resetall
