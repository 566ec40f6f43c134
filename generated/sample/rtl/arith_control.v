// arith_control: what the arithmetic units of all channels of a lane have in common: rows, hazards and markers.
//
// Pipeline:   cycle 0   op_* (registers of spmat_read)      row -> read address of act_buffer
//             cycle 1   product and accumulator in the arithmetic units; from_sum, from_last
//             cycle 2   sum                                 -> write port of act_buffer
//             cycle 3   the sum written last
// A read is two cycles older than the write it would have to see. So the sum of the operation one ahead (from_sum) or two
// ahead (from_last) is taken instead of the accumulator when it is of the same row.
// `done` tells that a marker has passed, that is that every sum before it is written; each `done_clear` takes one marker.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module arith_control #(
    // Bits of a row number.
    parameter integer ROW_WIDTH = 4
) (
    input  wire                 clk,
    input  wire                 rst,
    // Decoded operation.
    input  wire                 op_valid,
    input  wire                 op_marker,
    input  wire [1:0]           op_bank,
    input  wire [ROW_WIDTH-1:0] op_row,
    // Hazards, in cycle 1.
    output wire                 from_sum,
    output wire                 from_last,
    // Write port, in cycle 2.
    output wire                 write_en,
    output wire [1:0]           write_bank,
    output wire [ROW_WIDTH-1:0] write_row,
    // Markers that have passed.
    output wire                 done,
    input  wire                 done_clear
);

    reg                 s1_valid_reg, s2_valid_reg;
    reg                 s1_marker_reg, s2_marker_reg;
    reg [1:0]           s1_bank_reg, s2_bank_reg;
    reg [ROW_WIDTH-1:0] s1_row_reg, s2_row_reg;
    reg                 from_sum_reg;
    reg                 from_last_reg;
    reg [1:0]           markers_reg;

    always @(posedge clk) begin
        s1_bank_reg   <= op_bank;
        s1_row_reg    <= op_row;
        s2_bank_reg   <= s1_bank_reg;
        s2_row_reg    <= s1_row_reg;
        from_sum_reg  <= s1_valid_reg && s1_bank_reg == op_bank && s1_row_reg == op_row;
        from_last_reg <= s2_valid_reg && s2_bank_reg == op_bank && s2_row_reg == op_row;
        if (rst) begin
            s1_valid_reg  <= 1'b0;
            s1_marker_reg <= 1'b0;
            s2_valid_reg  <= 1'b0;
            s2_marker_reg <= 1'b0;
            markers_reg   <= 2'd0;
        end else begin
            s1_valid_reg  <= op_valid;
            s1_marker_reg <= op_marker;
            s2_valid_reg  <= s1_valid_reg;
            s2_marker_reg <= s1_marker_reg;
            if (s2_marker_reg && !done_clear) markers_reg <= markers_reg + 2'd1;
            else if (done_clear && !s2_marker_reg) markers_reg <= markers_reg - 2'd1;
        end
    end

    assign from_sum = from_sum_reg;
    assign from_last = from_last_reg;
    assign write_en = s2_valid_reg;
    assign write_bank = s2_bank_reg;
    assign write_row = s2_row_reg;
    assign done = markers_reg != 2'd0;

endmodule

`resetall
