// skid_buffer under proof: the stream rules at its output, and an arbitrary word followed through it.
module formal_skid_buffer #(
    parameter integer WIDTH = 2
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] s_data,
    input  wire             s_valid,
    input  wire             m_ready,
    // The word accepted now is the one to follow.
    input  wire             mark,
    output wire             bad_valid_until_ready, seen_valid_until_ready,
    output wire             bad_data_stable, seen_data_stable,
    output wire             bad_order, seen_order,
    output wire             bad_none_lost, seen_none_lost,
    output wire             bad_none_doubled, seen_none_doubled,
    output wire             bad_full_throughput, seen_full_throughput
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire             s_ready;
    wire [WIDTH-1:0] m_data;
    wire             m_valid;

    proved_skid_buffer #(.WIDTH(WIDTH)) dut (
        .clk(clk), .rst(rst), .s_data(s_data), .s_valid(s_valid), .s_ready(s_ready),
        .m_data(m_data), .m_valid(m_valid), .m_ready(m_ready)
    );

    wire push = s_valid && s_ready && !rst;
    wire pop = m_valid && m_ready && !rst;

    reg [1:0]       level = 2'd0;
    reg             following = 1'b0;
    reg [1:0]       ahead = 2'd0;
    reg [WIDTH-1:0] word = 0;
    reg             stalled = 1'b0;
    reg             flowing = 1'b0;
    reg [WIDTH-1:0] held = 0;

    wire at_head = following && ahead == 2'd0;

    always @(posedge clk) begin
        stalled <= !rst && m_valid && !m_ready;
        flowing <= push && m_ready;
        held <= m_data;
        level <= level + push - pop;
        if (mark && push && !following) begin
            following <= 1'b1;
            ahead <= level - pop;
            word <= s_data;
        end else if (following && pop) begin
            if (at_head) following <= 1'b0;
            else ahead <= ahead - 2'd1;
        end
    end

    assign bad_valid_until_ready = stalled && !m_valid;
    assign seen_valid_until_ready = stalled && m_valid && push;
    assign bad_data_stable = stalled && m_valid && m_data != held;
    assign seen_data_stable = stalled && level == 2'd2 && m_data == 2'd2;
    assign bad_order = pop && at_head && m_data != word;
    assign seen_order = pop && at_head && word == 2'd2;
    assign bad_none_lost = !rst && level != 2'd0 && !m_valid;
    assign seen_none_lost = level == 2'd2 && pop;
    assign bad_none_doubled = !rst && level == 2'd0 && m_valid;
    assign seen_none_doubled = !rst && level == 2'd0 && word == 2'd1;
    // Where a word came in and the output was taken, the next word can come in.
    assign bad_full_throughput = flowing && !s_ready;
    assign seen_full_throughput = flowing && push && pop;

endmodule
