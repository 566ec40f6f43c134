// act_queue under proof: an arbitrary word is followed from the push to the pop.
module formal_act_queue #(
    parameter integer WIDTH = 2,
    parameter integer DEPTH = 4
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] s_data,
    input  wire             s_valid,
    input  wire             m_ready,
    // The word pushed now is the one to follow.
    input  wire             mark,
    output wire             bad_order, seen_order,
    output wire             bad_none_lost, seen_none_lost,
    output wire             bad_none_doubled, seen_none_doubled,
    output wire             bad_no_overflow, seen_no_overflow,
    output wire             bad_valid_until_taken, seen_valid_until_taken,
    output wire             bad_ready_until_used, seen_ready_until_used,
    output wire             bad_takes_words, seen_takes_words,
    output wire             bad_reached_is_level, seen_reached_is_level
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire             s_ready;
    wire [WIDTH-1:0] m_data;
    wire             m_valid;
    wire [DEPTH-1:0] reached;

    proved_act_queue #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (
        .clk(clk), .rst(rst), .s_data(s_data), .s_valid(s_valid && !rst), .s_ready(s_ready),
        .m_data(m_data), .m_valid(m_valid), .m_ready(m_ready && !rst), .reached(reached)
    );

    wire push = s_valid && s_ready && !rst;
    wire pop = m_valid && m_ready && !rst;

    // Words inside, words in front of the followed one, and that word.
    reg [3:0]       level = 4'd0;
    reg             following = 1'b0;
    reg [3:0]       ahead = 4'd0;
    reg [WIDTH-1:0] word = 0;
    // The cycle before.
    reg             past = 1'b0;
    reg             stalled = 1'b0;
    reg             offered = 1'b0;
    reg [WIDTH-1:0] held = 0;

    reg             started = 1'b0;

    always @(posedge clk) started <= past;

    wire at_head = following && ahead == 4'd0;

    always @(posedge clk) begin
        past <= !rst;
        stalled <= !rst && m_valid && !m_ready;
        offered <= !rst && s_ready && !s_valid;
        held <= m_data;
        level <= level + push - pop;
        if (mark && push && !following) begin
            following <= 1'b1;
            ahead <= level - pop;
            word <= s_data;
        end else if (following && pop) begin
            if (at_head) following <= 1'b0;
            else ahead <= ahead - 4'd1;
        end
    end

    integer n;
    reg [DEPTH-1:0] expected;
    always @* for (n = 0; n < DEPTH; n = n + 1) expected[n] = level > n;

    assign bad_order = !rst && pop && at_head && m_data != word;
    assign seen_order = pop && at_head && word == 2'd2;
    assign bad_none_lost = !rst && level != 4'd0 && !m_valid;
    assign seen_none_lost = level == DEPTH && pop;
    assign bad_none_doubled = !rst && level == 4'd0 && m_valid;
    assign seen_none_doubled = past && !m_valid && level == 4'd0 && word == 2'd1;
    assign bad_no_overflow = level > DEPTH || (!rst && level == DEPTH && s_ready);
    assign seen_no_overflow = level == DEPTH && s_valid;
    assign bad_valid_until_taken = stalled && !rst && (!m_valid || m_data != held);
    assign seen_valid_until_taken = stalled && m_valid && held == 2'd3;
    assign bad_ready_until_used = offered && !rst && !s_ready;
    assign seen_ready_until_used = offered && push;
    // Ready in every cycle with room, from the second after the reset on.
    assign bad_takes_words = started && level < DEPTH && !s_ready;
    assign seen_takes_words = past && level == DEPTH - 1 && push;
    assign bad_reached_is_level = !rst && reached != expected;
    assign seen_reached_is_level = reached == {DEPTH{1'b1}};

endmodule
