// sequence_writer under proof, for any frames that STORE writes, and any memory that answers the bursts that it got. The memory may stay
// silent and answer with errors, and holds an answer until it is taken. In place of word_queue, proved by itself, stands a pass:
// words come at any time, and `room` says that the one that is there is taken.
module proved_word_queue #(
    parameter integer WIDTH = 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             push,
    input  wire [WIDTH-1:0] push_word,
    output wire             room,
    output wire             valid,
    output wire [WIDTH-1:0] word,
    input  wire             take
);

    assign room = take;
    assign valid = push;
    assign word = push_word;

endmodule

module formal_sequence_writer #(
    // Bits of the bus, of a word, and of its place in a line; words and beats of a line.
    parameter integer BUS_WIDTH = 16,
    parameter integer WORD_WIDTH = 4,
    parameter integer SLOT_WIDTH = 8,
    parameter integer WORDS = 2,
    parameter integer PARTS = 1,
    parameter integer BURST = 2,
    parameter integer LINES = 4,
    parameter integer OUTSTANDING = 2
) (
    input  wire                  clk,
    input  wire [51:0]           base_page,
    input  wire                  word_offered,
    input  wire                  word_last,
    // Of the line of a frame: the highest bit and the lowest ones.
    input  wire [4:0]            word_place,
    input  wire [WORD_WIDTH-1:0] word_data,
    // The word is the one to follow.
    input  wire                  mark,
    input  wire                  stop,
    input  wire                  awready,
    input  wire                  wready,
    input  wire                  answer,
    input  wire [1:0]            answer_resp,
    output wire                  bad_aw_stable, seen_aw_stable,
    output wire                  bad_w_stable, seen_w_stable,
    output wire                  bad_within_page, seen_within_page,
    output wire                  bad_data_after_address, seen_data_after_address,
    output wire                  bad_no_gap, seen_no_gap,
    output wire                  bad_last_beat, seen_last_beat,
    output wire                  bad_outstanding_limit, seen_outstanding_limit,
    output wire                  bad_count_of_answers, seen_count_of_answers,
    output wire                  bad_ends_on_error, seen_ends_on_error,
    output wire                  bad_silence, seen_silence,
    output wire                  bad_stops, seen_stops,
    output wire                  bad_order, seen_order,
    output wire                  bad_address, seen_address,
    output wire                  bad_line, seen_line,
    output wire                  bad_strobes, seen_strobes,
    output wire                  bad_none_doubled, seen_none_doubled,
    output wire                  bad_places, seen_places,
    output wire                  bad_written, seen_written
);

    localparam integer BEAT_BYTES = BUS_WIDTH / 8;
    localparam integer LINE_BYTES = BEAT_BYTES * PARTS;
    localparam integer SLOT_BYTES = SLOT_WIDTH / 8;

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    // The memory stays where it is.
    reg [51:0] page;
    always @(posedge clk) if (rst) page <= base_page;
    wire [63:0] base = {page, 12'd0};

    wire                    room, written, drained, silent, awvalid, wvalid, wlast;
    wire [1:0]              status;
    wire [63:0]             awaddr;
    wire [23:0]             offers_line;
    wire [7:0]              awlen;
    wire [BUS_WIDTH-1:0]    wdata;
    wire [BEAT_BYTES-1:0]   wstrb;

    wire [23:0] word_addr = {word_place[4], 19'd0, word_place[3:0]};
    wire       offered = word_offered && !rst;
    wire       write = offered && room;

    // Bursts whose address was taken, and whose data were, that are not answered.
    reg  [1:0] addressed = 2'd0, sent = 2'd0;
    reg        offering = 1'b0;
    reg  [1:0] offered_resp = 2'd0;
    wire       bvalid = !rst && addressed != 2'd0 && sent != 2'd0 && (answer || offering);
    wire [1:0] bresp = offering ? offered_resp : answer_resp;
    wire       bready;

    proved_sequence_writer #(
        .BUS_WIDTH(BUS_WIDTH), .WORD_WIDTH(WORD_WIDTH), .SLOT_WIDTH(SLOT_WIDTH), .BURST(BURST), .LINES(LINES), .OUTSTANDING(OUTSTANDING),
        .TIMEOUT_WIDTH(3)
    ) dut (
        .clk(clk), .rst(rst), .offers_line(offers_line), .write(offered), .write_last(word_last), .write_addr(word_addr), .write_data(word_data), .room(room),
        .written(written), .base(base), .stop(stop), .drained(drained), .silent(silent), .status(status),
        .m_axi_awaddr(awaddr), .m_axi_awlen(awlen), .m_axi_awsize(), .m_axi_awburst(), .m_axi_awcache(), .m_axi_awprot(),
        .m_axi_awvalid(awvalid), .m_axi_awready(awready), .m_axi_wdata(wdata), .m_axi_wstrb(wstrb), .m_axi_wlast(wlast),
        .m_axi_wvalid(wvalid), .m_axi_wready(wready), .m_axi_bresp(bresp), .m_axi_bvalid(bvalid), .m_axi_bready(bready)
    );

    wire aw_taken = awvalid && awready && !rst;
    wire w_taken = wvalid && wready && !rst;
    wire b_taken = bvalid && bready;

    // ---- The cycle before -----------------------------------------------------------------------------------------------
    reg        past = 1'b0;
    reg        aw_stalled = 1'b0, w_stalled = 1'b0, was_valid = 1'b0, was_taken = 1'b0;
    reg        failed = 1'b0, was_ended = 1'b0;
    reg [1:0]  failure = 2'd0;
    reg [63:0] held_addr = 0;
    reg [7:0]  held_len = 0;
    reg [BUS_WIDTH+BEAT_BYTES:0] held_beat = 0;

    always @(posedge clk) begin
        past <= !rst;
        aw_stalled <= !rst && awvalid && !awready;
        w_stalled <= !rst && wvalid && !wready;
        was_valid <= !rst && awvalid;
        was_taken <= aw_taken;
        held_addr <= awaddr;
        held_len <= awlen;
        held_beat <= {wdata, wstrb, wlast};
        was_ended <= stop || status != 2'd0;
        failed <= b_taken && bresp[1] && status == 2'd0;
        failure <= bresp;
        offering <= bvalid && !bready;
        offered_resp <= bresp;
    end

    // ---- Bursts ---------------------------------------------------------------------------------------------------------
    // A burst offered for the first time; those whose data have not all been taken, the oldest first.
    wire       fresh = past && awvalid && (!was_valid || was_taken);
    reg [1:0]  waiting = 2'd0;
    // Where they begin; the line of the burst that is offered, and its address.
    reg [23:0] offered_line = 0, line_0 = 0, line_1 = 0;
    reg [63:0] offered_addr = 0;
    reg [7:0]  len_0 = 0, len_1 = 0;
    reg [7:0]  beat = 8'd0;
    wire [23:0] burst_line = (waiting == 2'd0) ? offered_line : line_0;
    wire [7:0]  len = (waiting == 2'd0) ? awlen : len_0;
    wire        w_done = w_taken && wlast;
    // Bursts that are not answered.
    reg  [1:0] under_way = 2'd0;
    wire [2:0] under_way_now = under_way + fresh;

    always @(posedge clk) begin
        offered_line <= offers_line;
        offered_addr <= base + offers_line * LINE_BYTES;
        addressed <= addressed + aw_taken - b_taken;
        sent <= sent + w_done - b_taken;
        under_way <= under_way_now - b_taken;
        waiting <= waiting + fresh - w_done;
        if (w_done) begin
            line_0 <= (waiting > 2'd1) ? line_1 : offered_line;
            len_0 <= (waiting > 2'd1) ? len_1 : awlen;
        end else if (fresh && waiting == 2'd0) begin
            line_0 <= offered_line;
            len_0 <= awlen;
        end
        if (fresh) begin
            line_1 <= offered_line;
            len_1 <= awlen;
        end
        if (w_taken) beat <= wlast ? 8'd0 : beat + 8'd1;
    end

    // ---- Words ----------------------------------------------------------------------------------------------------------
    // Where a word that is written belongs.
    reg         at_first = 1'b1;
    reg  [23:0] at_line = 24'd0;
    reg         at_place = 1'b0;
    wire [23:0] line = at_first ? word_addr : at_line;
    wire        line_ends = word_last || WORDS == 1 || at_place;
    // Complete lines that have not been sent; lines that ever were complete and sent, modulo those that can wait.
    localparam integer NUMBER_BITS = $clog2(LINES);
    reg  [NUMBER_BITS:0]   pending = 0;
    reg  [NUMBER_BITS-1:0] came = 0, left = 0;
    wire        line_last = PARTS == 1 || beat[0];
    wire        leaves = w_taken && line_last;
    // The marked word: what it is, and the number of its line.
    reg         marked = 1'b0;
    reg  [NUMBER_BITS-1:0] number = 0;
    reg  [WORD_WIDTH-1:0] marked_data = 0;
    reg  [23:0] marked_line = 0;
    reg         marked_place = 1'b0;
    reg         marked_last = 1'b0;
    wire        shown = wvalid && marked && left == number;
    // Words in the line on the bus.
    wire [1:0]  here = (WORDS == 1) ? 2'd1 : wstrb[0] + wstrb[BEAT_BYTES-1];

    always @(posedge clk) begin
        pending <= pending + (write && line_ends) - leaves;
        if (write) begin
            at_first <= word_last;
            at_line <= line + line_ends;
            at_place <= !line_ends;
            if (line_ends) came <= came + 1'b1;
        end
        if (leaves) left <= left + 1'b1;
        if (mark && write && !marked) begin
            marked <= 1'b1;
            number <= came;
            marked_data <= word_data;
            marked_line <= line;
            marked_place <= at_place;
            marked_last <= word_last;
        end else if (shown && leaves) begin
            marked <= 1'b0;
        end
    end

    // What the line on the bus should show of the marked word.
    localparam integer PADDED = BUS_WIDTH * PARTS;
    wire [PADDED-1:0] slot = marked_data;
    wire [PADDED-1:0] shown_now = (PARTS == 1) ? (wdata >> (marked_place ? SLOT_WIDTH : 0)) : wdata;
    wire [PADDED-1:0] mask = (PARTS == 1) ? {PADDED{1'b1}} >> (PADDED - SLOT_WIDTH) : {PADDED{1'b1}} >> (PADDED - BUS_WIDTH);
    wire [PADDED-1:0] wanted = (PARTS == 1) ? slot : slot >> (beat[0] ? BUS_WIDTH : 0);
    wire [7:0]        line_of_beat = (PARTS == 1) ? beat : beat >> 1;

    // ---- Silence --------------------------------------------------------------------------------------------------------
    reg  [3:0] quiet = 4'd0;
    wire       nothing = under_way_now == 3'd0;

    always @(posedge clk) begin
        quiet <= (rst || nothing || aw_taken || w_taken || b_taken) ? 4'd0 : (quiet == 4'd8) ? 4'd8 : quiet + 4'd1;
    end

    // ---- Properties -----------------------------------------------------------------------------------------------------
    assign bad_aw_stable = aw_stalled && !(awvalid && awaddr == held_addr && awlen == held_len);
    assign seen_aw_stable = aw_stalled && awvalid && stop && status != 2'd0;
    assign bad_w_stable = w_stalled && !(wvalid && {wdata, wstrb, wlast} == held_beat);
    assign seen_w_stable = w_stalled && wvalid && !wlast && status != 2'd0;
    // A burst stays within BURST lines that begin at a multiple of BURST, and so within 4 KB; it consists of whole lines.
    wire [8:0] beats = awlen + 9'd1;
    assign bad_within_page = past && awvalid && (awaddr % LINE_BYTES != 0 || beats % PARTS != 0
                             || (awaddr / LINE_BYTES) % BURST + beats / PARTS > BURST);
    assign seen_within_page = past && awvalid && beats == (BURST - 1) * PARTS && (awaddr / LINE_BYTES) % BURST == 1 && awaddr[63];
    // Data are offered only for an address that was offered, without a gap, and end where the burst does.
    assign bad_data_after_address = past && wvalid && waiting == 2'd0 && !fresh;
    assign seen_data_after_address = w_taken && fresh && !awready;
    assign bad_no_gap = past && (waiting != 2'd0 || fresh) && !wvalid;
    assign seen_no_gap = waiting == 2'd2 && stop;
    assign bad_last_beat = past && wvalid && wlast != (beat == len);
    assign seen_last_beat = w_done && beat == BURST * PARTS - 1;
    assign bad_outstanding_limit = past && under_way_now > OUTSTANDING;
    assign seen_outstanding_limit = under_way == OUTSTANDING && sent == OUTSTANDING;
    // `drained` exactly where nothing is offered and every burst is answered. Answers are taken at once.
    assign bad_count_of_answers = past && (drained != (under_way_now == 3'd0 && !awvalid) || !bready);
    assign seen_count_of_answers = past && drained && stop && bvalid == 1'b0 && at_line != 24'd0;
    assign bad_ends_on_error = past && failed && status != failure;
    assign seen_ends_on_error = past && status == 2'd3 && awvalid && wvalid;
    // The memory is given up where it neither took nor answered anything for as long as it may.
    assign bad_silence = past && ((silent && status == 2'd0) != (quiet == 4'd7 && status == 2'd0) || (status == 2'd1 && !silent));
    assign seen_silence = past && status == 2'd1;
    // After an error or a stop no burst begins; those that were offered go to their ends.
    assign bad_stops = past && was_ended && fresh;
    assign seen_stops = past && stop && wvalid && !wlast && w_stalled;
    // The marked word stands in its line, the line behind the one that its burst begins with, and that at its address.
    assign bad_order = past && shown && ((shown_now ^ wanted) & mask) != 0;
    assign seen_order = shown && marked_place == (WORDS == 2) && marked_data != 0 && w_taken;
    assign bad_line = past && shown && burst_line + line_of_beat != marked_line;
    assign seen_line = shown && line_of_beat == 8'd1 && marked_line[23];
    assign bad_address = fresh && awaddr != offered_addr;
    assign seen_address = fresh && awaddr[63] && offered_line[23] && offered_line[0];
    // Strobes cover whole words from the first on; the line of a frame's last word ends with it.
    assign bad_strobes = past && wvalid && (wstrb[0] == 1'b0 || (WORDS == 1 && !(&wstrb))
                         || (WORDS == 2 && wstrb[BEAT_BYTES-1:SLOT_BYTES] != {(BEAT_BYTES - SLOT_BYTES){wstrb[BEAT_BYTES-1]}})
                         || (shown && (marked_last ? here != marked_place + 2'd1 : here < marked_place + 2'd1)));
    assign seen_strobes = shown && marked_last && !marked_place;
    // Lines are sent once, as many as there are, and never more wait than there are places.
    assign bad_none_doubled = past && wvalid && pending == 0;
    assign seen_none_doubled = past && w_taken && pending == 1;
    assign bad_places = past && pending > LINES;
    assign seen_places = past && pending == LINES && w_taken;
    // Behind a frame, `written` says that it is where a read finds it.
    assign bad_written = past && written && at_first && (pending != 0 || under_way_now != 3'd0);
    assign seen_written = past && written && number != 0;

endmodule
