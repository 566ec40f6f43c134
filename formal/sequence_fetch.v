// sequence_fetch under proof, for any runs of lines, any memory that answers what it is asked, and any buffer that frees lines which it
// got. The memory may stay silent and answer with errors; it offers a beat only where one is owed.
module formal_sequence_fetch #(
    // Bits of the bus; beats of a line.
    parameter integer BUS_WIDTH = 16,
    parameter integer PARTS = 1,
    parameter integer BURST = 2,
    parameter integer LINES = 4
) (
    input  wire                 clk,
    input  wire [51:0]          base_page,
    input  wire                 start_wanted,
    // The first line of a run, and how many: the highest bit of each and the lowest ones.
    input  wire [4:0]           first_place,
    input  wire [4:0]           lines_place,
    input  wire                 stop,
    input  wire                 arready,
    input  wire                 answer,
    input  wire [BUS_WIDTH-1:0] rdata,
    input  wire [1:0]           rresp,
    input  wire                 free_wanted,
    output wire                 bad_ar_stable, seen_ar_stable,
    output wire                 bad_within_page, seen_within_page,
    output wire                 bad_run_addresses, seen_run_addresses,
    output wire                 bad_address, seen_address,
    output wire                 bad_run_length, seen_run_length,
    output wire                 bad_room_only, seen_room_only,
    output wire                 bad_count_of_beats, seen_count_of_beats,
    output wire                 bad_ends_on_error, seen_ends_on_error,
    output wire                 bad_silence, seen_silence,
    output wire                 bad_beats_passed_on, seen_beats_passed_on
);

    localparam integer BEAT_BYTES = BUS_WIDTH / 8;
    localparam integer LINE_BYTES = BEAT_BYTES * PARTS;

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    // The memory stays where it is.
    reg [51:0] page;
    always @(posedge clk) if (rst) page <= base_page;

    wire                  run_ready, drained, silent, beat_valid, arvalid, rready;
    wire [1:0]            status;
    wire [BUS_WIDTH-1:0]  beat_data;
    wire [63:0]           araddr;
    wire [23:0]           asks_line;
    wire [7:0]            arlen;

    wire [23:0] first = {first_place[4], 19'd0, first_place[3:0]};
    wire [17:0] lines = {lines_place[4], 13'd0, lines_place[3:0]};
    wire start = start_wanted && run_ready && !rst;
    // Lines in the buffer.
    reg  [3:0] inside = 4'd0;
    wire freed = free_wanted && inside != 4'd0 && !rst;
    // Beats that the memory owes. It offers one until it is taken, which is at once.
    reg  [3:0] owed = 4'd0;
    wire       rvalid = !rst && owed != 4'd0 && answer;

    proved_sequence_fetch #(
        .BUS_WIDTH(BUS_WIDTH), .BURST(BURST), .LINES(LINES), .TIMEOUT_WIDTH(3)
    ) dut (
        .clk(clk), .rst(rst), .asks_line(asks_line), .start(start), .first(first), .lines(lines), .ready(run_ready), .freed(freed), .base({page, 12'd0}), .stop(stop),
        .drained(drained), .silent(silent), .status(status), .beat_valid(beat_valid), .beat_data(beat_data),
        .m_axi_araddr(araddr), .m_axi_arlen(arlen), .m_axi_arsize(), .m_axi_arburst(), .m_axi_arcache(), .m_axi_arprot(),
        .m_axi_arvalid(arvalid), .m_axi_arready(arready), .m_axi_rdata(rdata), .m_axi_rresp(rresp), .m_axi_rlast(1'b0),
        .m_axi_rvalid(rvalid), .m_axi_rready(rready)
    );

    wire       asked = arvalid && arready && !rst;
    wire       taken = rvalid && rready;
    wire [3:0] beats = arlen[2:0] + 4'd1;
    wire [3:0] length = beats / PARTS;

    // ---- The cycle before -----------------------------------------------------------------------------------------------
    reg        past = 1'b0;
    reg        stalled = 1'b0, was_valid = 1'b0, was_asked = 1'b0, was_ended = 1'b0, failed = 1'b0;
    reg [1:0]  failure = 2'd0;
    reg [63:0] held_addr = 0;
    reg [7:0]  held_len = 0;

    always @(posedge clk) begin
        past <= !rst;
        stalled <= !rst && arvalid && !arready;
        was_valid <= !rst && arvalid;
        was_asked <= asked;
        was_ended <= stop || status != 2'd0;
        failed <= taken && rresp[1] && status == 2'd0;
        failure <= rresp;
        held_addr <= araddr;
        held_len <= arlen;
        owed <= owed + (asked ? beats : 4'd0) - taken;
    end

    // ---- Bursts ---------------------------------------------------------------------------------------------------------
    // A burst offered for the first time. Lines of the run: the next one, and how many are not asked for.
    wire        fresh = past && arvalid && (!was_valid || was_asked);
    reg  [23:0] expected = 24'd0;
    reg  [17:0] left = 18'd0;
    // The line that was asked for, and its address.
    reg  [23:0] asked_line = 24'd0;
    reg  [63:0] asked_addr = 64'd0;
    wire [17:0] left_now = left - (fresh ? length : 18'd0);
    // Lines that were asked for and have not left the buffer.
    reg  [3:0]  claimed = 4'd0;
    wire [3:0]  claimed_now = claimed + (fresh ? length : 4'd0);

    always @(posedge clk) begin
        asked_line <= asks_line;
        asked_addr <= {page, 12'd0} + asks_line * LINE_BYTES;
        claimed <= claimed_now - freed;
        if (start) begin
            expected <= first;
            left <= lines;
        end else if (fresh) begin
            expected <= expected + length;
            left <= left_now;
        end
    end

    // Beats that are passed on make lines.
    reg  part = 1'b0;
    wire line_comes = beat_valid && (PARTS == 1 || part);

    always @(posedge clk) begin
        if (beat_valid) part <= !part;
        inside <= inside + line_comes - freed;
    end

    // ---- Silence --------------------------------------------------------------------------------------------------------
    reg  [3:0] quiet = 4'd0;

    always @(posedge clk) begin
        quiet <= (rst || (!arvalid && owed == 4'd0) || asked || taken) ? 4'd0 : (quiet == 4'd8) ? 4'd8 : quiet + 4'd1;
    end

    // ---- Properties -----------------------------------------------------------------------------------------------------
    assign bad_ar_stable = stalled && !(arvalid && araddr == held_addr && arlen == held_len);
    assign seen_ar_stable = stalled && arvalid && stop && status != 2'd0;
    // A burst stays within BURST lines that begin at a multiple of BURST, and so within 4 KB; it consists of whole lines.
    assign bad_within_page = past && arvalid && (araddr % LINE_BYTES != 0 || arlen >= BURST * PARTS || beats % PARTS != 0
                             || (araddr / LINE_BYTES) % BURST + length > BURST);
    assign seen_within_page = past && arvalid && length == BURST - 1 && (araddr / LINE_BYTES) % BURST == 1 && araddr[63];
    // Bursts of a run are at its lines, one behind the other, as many as there are.
    assign bad_run_addresses = fresh && asked_line != expected;
    assign seen_run_addresses = fresh && left_now != 18'd0 && left > BURST && expected[1];
    assign bad_address = fresh && araddr != asked_addr;
    assign seen_address = fresh && araddr[63] && asked_line[23] && asked_line[0];
    assign bad_run_length = (fresh && length > left) || (past && run_ready && left_now != 18'd0);
    assign seen_run_length = fresh && left == length && expected % BURST == 0 && expected[2];
    // Every line that is asked for has a place in the buffer.
    assign bad_room_only = past && claimed_now > LINES;
    assign seen_room_only = past && claimed == LINES && inside == LINES;
    // `drained` exactly where no beat is owed and none is asked for. Beats are taken at once.
    assign bad_count_of_beats = past && (drained != (owed == 4'd0 && !arvalid) || !rready);
    assign seen_count_of_beats = was_asked && !drained && owed > BURST * PARTS && taken;
    assign bad_ends_on_error = past && ((failed && status != failure) || (fresh && was_ended));
    assign seen_ends_on_error = past && failed && status == 2'd3 && arvalid;
    // The memory is given up where it neither took nor answered anything for as long as it may.
    assign bad_silence = past && ((silent && status == 2'd0) != (quiet == 4'd7 && status == 2'd0) || (status == 2'd1 && !silent));
    assign seen_silence = past && status == 2'd1;
    // Every good beat goes on once, as long as all goes well; none that did not come.
    assign bad_beats_passed_on = !rst && (beat_valid != (taken && !rresp[1] && !stop && status == 2'd0) || (beat_valid && beat_data != rdata));
    assign seen_beats_passed_on = beat_valid && beat_data == 16'h1234;

endmodule
