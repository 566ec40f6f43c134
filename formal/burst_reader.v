// burst_reader under proof, for any runs of beats, any memory that answers what it is asked, and any neighbours. The memory may stay silent
// and answer with errors; it offers a beat only where one is owed, and holds it until it is taken.
module formal_burst_reader #(
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
    input  wire        any_start,
    input  wire [5:0]  begins_at, begins_with,
    input  wire        beat_ready,
    output wire        bad_ar_stable, seen_ar_stable,
    output wire        bad_within_page, seen_within_page,
    output wire        bad_run_addresses, seen_run_addresses,
    output wire        bad_run_length, seen_run_length,
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
    // A run begins where none is read, or all of the one at hand is asked for.
    wire        reading, read_done;
    wire        begins = any_start && (!reading || read_done);
    wire        drained, silent, arvalid, rready, beat_valid;
    wire [63:0] araddr, beat_data;
    wire [7:0]  arlen;

    // Beats accepted by the memory and not delivered.
    reg [5:0]  owed = 6'd0;
    // The memory offers a beat that was not taken: it keeps to it.
    reg        offering = 1'b0;
    reg [1:0]  offered_resp = 2'd0;
    wire       rvalid = !rst && owed != 6'd0 && (answer || offering);
    wire [1:0] resp = offering ? offered_resp : rresp;

    proved_burst_reader #(
        .BUS_WIDTH(64), .BURST(BURST), .OUTSTANDING(OUTSTANDING), .BEAT_WIDTH(6), .TIMEOUT_WIDTH(3)
    ) dut (
        .clk(clk), .rst(rst), .image({page, 12'd0}), .status(status), .stop(stop), .drained(drained), .silent(silent),
        .start(begins), .first_beat(begins_at), .beats(begins_with), .reading(reading), .read_done(read_done), .room(room),
        .m_axi_araddr(araddr), .m_axi_arlen(arlen), .m_axi_arsize(), .m_axi_arburst(), .m_axi_arcache(), .m_axi_arprot(),
        .m_axi_arvalid(arvalid), .m_axi_arready(arready), .m_axi_rdata(rdata), .m_axi_rresp(resp), .m_axi_rlast(1'b0),
        .m_axi_rvalid(rvalid), .m_axi_rready(rready), .beat_valid(beat_valid), .beat_data(beat_data), .beat_ready(beat_ready)
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

    // A burst offered for the first time. Beats of the run that is read: the next one, and how many are not asked for.
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
    // Bursts of a run are at its beats, one behind the other, as many as there are.
    assign bad_run_addresses = fresh && araddr != {page, 3'd0, expected, 3'd0};
    assign seen_run_addresses = fresh && left_now != 6'd0 && left != 6'd0 && expected[2:0] == 3'd4;
    assign bad_run_length = (fresh && length > left) || (past && begins && began && left_now != 6'd0);
    assign seen_run_length = fresh && length == left && length == 6'd3 && left == 6'd3;
    assign bad_outstanding_limit = owed + (arvalid && !rst ? length : 6'd0) > OUTSTANDING;
    assign seen_outstanding_limit = owed + length == OUTSTANDING && arvalid;
    // `drained` exactly where no beat is owed and none is asked for.
    assign bad_count_of_beats = past && drained != (owed == 6'd0 && !arvalid);
    assign seen_count_of_beats = was_asked && drained == 1'b0 && owed == OUTSTANDING && taken;
    // Every good beat goes on once, as long as all goes well; none that did not come.
    assign bad_beats_passed_on = !rst && ((beat_valid && beat_ready) != (taken && !resp[1] && !stop && status == 2'd0)
                                 || (beat_valid && beat_data != rdata));
    assign seen_beats_passed_on = beat_valid && beat_ready && beat_data == 64'h123456789abcdef0;
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
