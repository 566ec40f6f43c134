// A memory that never rests: it takes an address when it has sent all but one burst of those before, and moves a beat every PERIOD
// cycles, so that in every cycle something is owed. Prints the status of writing and of reading at the end; with MUTE it stops in
// the middle, and the cycles from then until both say so are printed too.
`timescale 1ns / 1ps
`default_nettype none

module slow_memory_bench;
    parameter integer BUS_WIDTH = 64;
    parameter integer WORD_WIDTH = 48;
    parameter integer PERIOD = 5;
    parameter integer MUTE = 0;

    localparam integer CYCLES = 2000;
    localparam integer MIDDLE = 1000;
    localparam integer LINES = 64;

    reg         clk = 1'b0;
    reg         rst = 1'b1;
    integer     cycle = 0;
    integer     given_up = 0;
    wire        moves = cycle % PERIOD == 0 && (MUTE == 0 || cycle < MIDDLE);

    always #5 clk = !clk;

    // ---- Writes ---------------------------------------------------------------------------------------------------------
    reg  [23:0] word_at = 24'd0;
    integer     write_level = 0;
    reg         bvalid = 1'b0;
    wire        room;
    wire        push = !rst && room;
    wire        awvalid, wlast, wvalid;
    wire        awready = moves && write_level < 2;
    wire        wready = moves && write_level > 0;
    wire [1:0]  write_status;

    dut_sequence_writer #(
        .TIMEOUT_WIDTH(7)
    ) u_writer (
        .clk(clk),
        .rst(rst),
        .write(push),
        .write_last(word_at % LINES == LINES - 1),
        .write_addr(word_at),
        .write_data({WORD_WIDTH{1'b0}}),
        .room(room),
        .written(),
        .base(64'd0),
        .stop(1'b0),
        .drained(),
        .silent(),
        .status(write_status),
        .m_axi_awaddr(),
        .m_axi_awlen(),
        .m_axi_awsize(),
        .m_axi_awburst(),
        .m_axi_awcache(),
        .m_axi_awprot(),
        .m_axi_awvalid(awvalid),
        .m_axi_awready(awready),
        .m_axi_wdata(),
        .m_axi_wstrb(),
        .m_axi_wlast(wlast),
        .m_axi_wvalid(wvalid),
        .m_axi_wready(wready),
        .m_axi_bresp(2'b00),
        .m_axi_bvalid(bvalid),
        .m_axi_bready()
    );

    wire aw_taken = awvalid && awready;
    wire burst_taken = wvalid && wready && wlast;

    // ---- Reads ----------------------------------------------------------------------------------------------------------
    integer     beats = 0;
    wire        read_ready, arvalid;
    wire [7:0]  arlen;
    wire        arready = moves && beats < 2;
    wire        rvalid = moves && beats > 0;
    wire [1:0]  read_status;

    dut_sequence_fetch #(
        .TIMEOUT_WIDTH(7)
    ) u_fetch (
        .clk(clk),
        .rst(rst),
        .start(!rst && read_ready),
        .first(24'd0),
        .lines(18'd64),
        .ready(read_ready),
        .freed(rvalid),
        .base(64'd0),
        .stop(1'b0),
        .drained(),
        .silent(),
        .status(read_status),
        .beat_valid(),
        .beat_data(),
        .m_axi_araddr(),
        .m_axi_arlen(arlen),
        .m_axi_arsize(),
        .m_axi_arburst(),
        .m_axi_arcache(),
        .m_axi_arprot(),
        .m_axi_arvalid(arvalid),
        .m_axi_arready(arready),
        .m_axi_rdata({BUS_WIDTH{1'b0}}),
        .m_axi_rresp(2'b00),
        .m_axi_rlast(1'b0),
        .m_axi_rvalid(rvalid),
        .m_axi_rready()
    );

    wire ar_taken = arvalid && arready;

    always @(posedge clk) begin
        rst   <= cycle < 2;
        cycle <= cycle + 1;
        if (!rst) begin
            if (push) word_at <= word_at + 24'd1;
            bvalid      <= burst_taken;
            write_level <= write_level + (aw_taken ? 1 : 0) - (burst_taken ? 1 : 0);
            beats       <= beats + (ar_taken ? arlen + 1 : 0) - (rvalid ? 1 : 0);
            if (given_up == 0 && write_status != 2'd0 && read_status != 2'd0) given_up <= cycle;
        end
        if (cycle == CYCLES) begin
            $display("%0d %0d", write_status, read_status);
            if (MUTE != 0) $display("%0d", given_up - MIDDLE);
            $finish;
        end
    end
endmodule
