// frame_out: sends the elements of an output frame from a vec_buffer to a stream, following its writer.
//
// Pipeline (step = 1):   cycle 0   index_reg -> vec_buffer
//                        cycle 1   word latch of vec_buffer
//                        cycle 2   m_data = data of vec_buffer, m_valid
// The pipeline holds while the stream takes nothing. `idle` means that the buffer may be written anew.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module frame_out #(
    // Bits of an element index.
    parameter integer INDEX_WIDTH = 6
) (
    input  wire                   clk,
    input  wire                   rst,
    // Begin a frame of `size` elements.
    input  wire                   start,
    input  wire [INDEX_WIDTH-1:0] size,
    output wire                   idle,
    // Control of the vec_buffer; its data is the stream's data.
    input  wire [INDEX_WIDTH-1:0] available,
    output wire                   step,
    output wire [INDEX_WIDTH-1:0] index,
    // Stream control.
    output wire                   m_valid,
    output wire                   m_last,
    input  wire                   m_ready
);

    reg                   busy_reg;
    reg [INDEX_WIDTH-1:0] index_reg;
    reg [INDEX_WIDTH-1:0] last_reg;
    reg                   s1_valid_reg, s2_valid_reg;
    reg                   s1_last_reg, s2_last_reg;

    wire issue = busy_reg && index_reg < available;
    wire is_last = index_reg == last_reg;

    always @(posedge clk) begin
        if (start) last_reg <= size - 1'b1;
        if (step) begin
            s1_last_reg <= is_last;
            s2_last_reg <= s1_last_reg;
        end
        if (rst) begin
            busy_reg     <= 1'b0;
            index_reg    <= {INDEX_WIDTH{1'b0}};
            s1_valid_reg <= 1'b0;
            s2_valid_reg <= 1'b0;
        end else begin
            if (start) begin
                busy_reg  <= 1'b1;
                index_reg <= {INDEX_WIDTH{1'b0}};
            end else if (step && issue) begin
                busy_reg  <= !is_last;
                index_reg <= index_reg + 1'b1;
            end
            if (step) begin
                s1_valid_reg <= issue;
                s2_valid_reg <= s1_valid_reg;
            end
        end
    end

    assign step = !s2_valid_reg || m_ready;
    assign idle = !busy_reg;
    assign index = index_reg;
    assign m_valid = s2_valid_reg;
    assign m_last = s2_last_reg;

endmodule

`resetall
