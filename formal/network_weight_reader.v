// weight_reader of the network machine under proof, for any segments, any memory that answers what it is asked, and any neighbours. The
// memory may stay silent and answer with errors; it offers a beat only where one is owed, and holds it until it is taken. In place of
// reader_sequencer, which the program checker and simulation answer for, stands one that hands over any segment at any time; in place
// of row_align, proved by itself, one that takes beats as it likes.
module proved_reader_sequencer #(
    parameter integer WIDTH = 83,
    parameter FILE = ""
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [1023:0]    load,
    input  wire             running,
    input  wire             restart,
    input  wire             drop,
    output wire             halted,
    input  wire [63:0]      axis_steps,
    input  wire             axis_known,
    input  wire [67:0]      posts,
    input  wire             idle,
    output wire             work_valid,
    output wire [WIDTH-1:0] work_word,
    output wire [15:0]      work_t,
    output wire [15:0]      work_p,
    output wire [15:0]      work_q,
    output wire [15:0]      work_posts,
    input  wire             work_take,
    output wire             sync_post_valid,
    output wire [15:0]      sync_posts,
    input  wire             sync_post_ready,
    output wire             moving
);

    (* anyseq *) reg             any_valid;
    (* anyseq *) reg [WIDTH-1:0] any_word;

    assign halted = 1'b0;
    assign work_valid = any_valid;
    assign work_word = any_word;
    assign {work_t, work_p, work_q, work_posts, sync_post_valid, sync_posts, moving} = 82'd0;

endmodule

module proved_row_align #(
    parameter integer BUS_WIDTH = 64,
    parameter integer ROW_WIDTH = 64
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 beat_valid,
    input  wire [BUS_WIDTH-1:0] beat_data,
    output wire                 beat_ready,
    output wire                 row_valid,
    output wire [ROW_WIDTH-1:0] row_words
);

    (* anyseq *) reg any_ready;

    assign beat_ready = any_ready;
    assign row_valid = beat_valid && beat_ready;
    assign row_words = beat_data;

endmodule

module formal_network_weight_reader #(
    parameter integer BURST = 4,
    parameter integer OUTSTANDING = 8
) (
    input  wire        clk,
    input  wire [51:0] image_page,
    input  wire        stop,
    input  wire        room,
    input  wire        arready,
    input  wire [63:0] rdata,
    input  wire [1:0]  rresp,
    input  wire        answer,
    output wire        bad_ar_stable, seen_ar_stable,
    output wire        bad_within_page, seen_within_page,
    output wire        bad_segment_addresses, seen_segment_addresses,
    output wire        bad_segment_length, seen_segment_length,
    output wire        bad_outstanding_limit, seen_outstanding_limit,
    output wire        bad_count_of_beats, seen_count_of_beats,
    output wire        bad_beats_passed_on, seen_beats_passed_on,
    output wire        bad_room_only, seen_room_only,
    output wire        bad_ends_on_error, seen_ends_on_error,
    output wire        bad_silence, seen_silence
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    // The image stays where it is.
    reg [51:0] page;
    always @(posedge clk) if (rst) page <= image_page;

    wire [1:0]  status;
    wire        begins;
    wire [5:0]  begins_at, begins_with;
    wire        drained, silent, arvalid, rready, row_valid;
    wire [63:0] araddr, row_words;
    wire [7:0]  arlen;

    // Beats accepted by the memory and not delivered.
    reg [5:0]  owed = 6'd0;
    // The memory offers a beat that was not taken: it keeps to it.
    reg        offering = 1'b0;
    reg [1:0]  offered_resp = 2'd0;
    wire       rvalid = !rst && owed != 6'd0 && (answer || offering);
    wire [1:0] resp = offering ? offered_resp : rresp;

    proved_weight_reader #(
        .BUS_WIDTH(64), .ROW_WIDTH(64), .BURST(BURST), .OUTSTANDING(OUTSTANDING), .BEAT_WIDTH(6), .TIMEOUT_WIDTH(3)
    ) dut (
        .clk(clk), .rst(rst), .load(0), .running(1'b1), .restart(1'b0), .drop(1'b0), .halted(), .axis_steps(0), .axis_known(1'b1),
        .image({page, 12'd0}), .stop(stop), .drained(drained), .silent(silent), .status(status), .room(room),
        .m_axi_araddr(araddr), .m_axi_arlen(arlen), .m_axi_arsize(), .m_axi_arburst(), .m_axi_arcache(), .m_axi_arprot(),
        .m_axi_arvalid(arvalid), .begins(begins), .begins_at(begins_at), .begins_with(begins_with), .m_axi_arready(arready),
        .m_axi_rdata(rdata), .m_axi_rresp(resp), .m_axi_rlast(1'b0), .m_axi_rvalid(rvalid), .m_axi_rready(rready), .row_valid(row_valid),
        .row_words(row_words)
    );

    wire       asked = arvalid && arready && !rst;
    wire       taken = rvalid && rready;
    wire [5:0] length = arlen[4:0] + 6'd1;

    // The cycle before.
    reg        past = 1'b0;
    reg        stalled = 1'b0;
    reg        was_valid = 1'b0;
    reg        was_asked = 1'b0;
    reg        had_room = 1'b0;
    reg        failed = 1'b0;
    reg [63:0] held_addr = 0;
    reg [7:0]  held_len = 0;

    always @(posedge clk) begin
        past <= !rst;
        stalled <= !rst && arvalid && !arready;
        was_valid <= !rst && arvalid;
        was_asked <= asked;
        had_room <= room && !stop && status == 2'd0;
        failed <= !rst && taken && resp[1] && status == 2'd0;
        held_addr <= araddr;
        held_len <= arlen;
        owed <= owed + (asked ? length : 6'd0) - taken;
        offering <= rvalid && !rready;
        offered_resp <= resp;
    end

    // A burst offered for the first time. Beats of the segment that is read: the next one, and how many are not asked for.
    wire      fresh = arvalid && (!was_valid || was_asked) && past;
    reg       began = 1'b0;
    reg [5:0] expected = 6'd0, left = 6'd0;

    wire [5:0] left_now = left - (fresh ? length : 6'd0);

    always @(posedge clk) begin
        if (begins && !rst) begin
            began <= 1'b1;
            expected <= begins_at;
            left <= begins_with;
        end else if (fresh) begin
            expected <= expected + length;
            left <= left_now;
        end
    end

    assign bad_ar_stable = stalled && !(arvalid && araddr == held_addr && arlen == held_len);
    assign seen_ar_stable = stalled && arvalid && stop && status != 2'd0;
    // A burst stays within BURST beats that begin at a multiple of BURST, and so within 4 KB.
    assign bad_within_page = !rst && arvalid && (arlen >= BURST || araddr[2:0] != 3'd0
                             || {1'b0, araddr[11:3]} % BURST + length > BURST);
    assign seen_within_page = arvalid && arlen == BURST - 2 && araddr[3] && araddr[63];
    // Bursts of a segment are at its beats, one behind the other, as many as there are.
    assign bad_segment_addresses = fresh && araddr != {page, 3'd0, expected, 3'd0};
    assign seen_segment_addresses = fresh && left_now != 6'd0 && left != 6'd0 && expected[2:0] == 3'd4;
    assign bad_segment_length = (fresh && length > left) || (past && begins && began && left_now != 6'd0);
    assign seen_segment_length = fresh && length == left && length == 6'd3 && left == 6'd3;
    assign bad_outstanding_limit = owed + (arvalid && !rst ? length : 6'd0) > OUTSTANDING;
    assign seen_outstanding_limit = owed + length == OUTSTANDING && arvalid;
    // `drained` exactly where no beat is owed and none is asked for.
    assign bad_count_of_beats = past && drained != (owed == 6'd0 && !arvalid);
    assign seen_count_of_beats = was_asked && drained == 1'b0 && owed == OUTSTANDING && taken;
    // Every good beat goes on once, as long as all goes well; none that did not come.
    assign bad_beats_passed_on = !rst && (row_valid != (taken && !resp[1] && !stop && status == 2'd0)
                                 || (row_valid && row_words != rdata));
    assign seen_beats_passed_on = row_valid && row_words == 64'h123456789abcdef0;
    assign bad_room_only = fresh && !had_room;
    assign seen_room_only = fresh && was_asked;
    assign bad_ends_on_error = past && failed && status == 2'd0;
    assign seen_ends_on_error = failed && status == 2'd3 && arvalid;

    // The memory is given up where it neither took an address nor gave a beat for as long as it may: one that is slow never pauses so long.
    reg [3:0] quiet = 4'd0;

    always @(posedge clk) begin
        quiet <= (rst || drained || asked || rvalid) ? 4'd0 : (quiet == 4'd8) ? 4'd8 : quiet + 4'd1;
    end

    assign bad_silence = past && ((silent && status == 2'd0) != (quiet == 4'd7 && status == 2'd0) || (status == 2'd1 && !silent));
    assign seen_silence = past && status == 2'd1;

endmodule
