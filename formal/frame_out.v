// frame_out under proof, with two channels. Beats under way may belong to older batches than the one begun last, so three are kept.
module formal_frame_out #(
    parameter integer BEAT = 1
) (
    input  wire       clk,
    input  wire       start,
    input  wire [3:0] size,
    input  wire [1:0] active,
    // Elements that have been written since the start of a batch: never fewer than before.
    input  wire [3:0] written,
    input  wire       m_ready,
    output wire       bad_valid_until_ready, seen_valid_until_ready,
    output wire       bad_beat_stable, seen_beat_stable,
    output wire       bad_element_order, seen_element_order,
    output wire       bad_last_at_end, seen_last_at_end,
    output wire       bad_only_active, seen_only_active,
    output wire       bad_only_written, seen_only_written
);

    localparam [3:0] STEP = BEAT;

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire       idle, m_valid, m_last, m_channel;
    wire [3:0] index;

    reg [3:0]  written_before = 4'd0;
    wire [3:0] available = (written > written_before) ? written : written_before;
    wire       begins = start && idle && !rst && size != 4'd0 && size < 4'd8 && active != 2'd0;

    // As the channels compute it.
    wire       step = !m_valid || m_ready;

    proved_frame_out #(.CHANNELS(2), .BEAT(BEAT), .INDEX_WIDTH(4), .DEST_WIDTH(1)) dut (
        .clk(clk), .rst(rst), .start(begins), .size(size), .active(active), .idle(idle),
        .available(available), .index(index),
        .m_valid(m_valid), .m_last(m_last), .m_channel(m_channel), .m_ready(m_ready), .m_ready_next(1'b0), .step_next()
    );

    // The index as the data of a vec_buffer follow it, and whether the element was there.
    reg [3:0] s1_index = 4'd0, s2_index = 4'd0;
    reg       s1_there = 1'b0, s2_there = 1'b0;
    // Batches begun and not sent, the oldest first.
    reg [3:0] size_0 = 4'd0, size_1 = 4'd0, size_2 = 4'd0;
    reg [1:0] active_0 = 2'd0, active_1 = 2'd0, active_2 = 2'd0;
    reg [1:0] batches = 2'd0;
    // What the next beat must be.
    reg [3:0] element = 4'd0;
    reg       second = 1'b0;
    // The cycle before.
    reg       stalled = 1'b0, held_last = 1'b0, held_channel = 1'b0;
    reg [3:0] held_index = 4'd0;

    wire       channel = second || !active_0[0];
    wire       ends = element + STEP >= size_0;
    wire       sent = m_valid && m_ready && !rst;
    wire       batch_sent = sent && ends && (channel || !active_0[1]);
    wire [1:0] left = batches - batch_sent;

    always @(posedge clk) begin
        written_before <= begins ? 4'd0 : available;
        if (step) begin
            s1_index <= index;
            s2_index <= s1_index;
            s1_there <= index < available;
            s2_there <= s1_there;
        end
        if (sent) element <= ends ? 4'd0 : element + STEP;
        if (sent && ends) second <= !batch_sent;
        if (batch_sent) begin
            size_0 <= size_1;
            size_1 <= size_2;
            active_0 <= active_1;
            active_1 <= active_2;
        end
        batches <= left + begins;
        if (begins && left == 2'd0) begin
            size_0 <= size;
            active_0 <= active;
        end
        if (begins && left == 2'd1) begin
            size_1 <= size;
            active_1 <= active;
        end
        if (begins && left == 2'd2) begin
            size_2 <= size;
            active_2 <= active;
        end
        stalled <= !rst && m_valid && !m_ready;
        held_last <= m_last;
        held_channel <= m_channel;
        held_index <= s2_index;
    end

    assign bad_valid_until_ready = stalled && !m_valid;
    assign seen_valid_until_ready = stalled && m_valid && begins;
    assign bad_beat_stable = stalled && {m_last, m_channel, s2_index} != {held_last, held_channel, held_index};
    assign seen_beat_stable = stalled && m_valid && m_last && m_channel && s2_index >= 4'd2;
    assign bad_element_order = !rst && m_valid && s2_index != element;
    assign seen_element_order = m_valid && element == 2 * STEP && batches == 2'd2;
    assign bad_last_at_end = !rst && m_valid && m_last != ends;
    assign seen_last_at_end = m_valid && m_last && size_0 == 4'd5;
    // Beats come for batches begun and their channels only, in order.
    assign bad_only_active = !rst && m_valid && (batches == 2'd0 || m_channel != channel || !active_0[channel]);
    assign seen_only_active = m_valid && m_channel && second && batches == 2'd2;
    assign bad_only_written = !rst && m_valid && !s2_there;
    assign seen_only_written = m_valid && index == available && available == 4'd2;

endmodule
