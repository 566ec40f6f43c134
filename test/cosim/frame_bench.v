// frame_bench: sends beats from a file to a design, `last`, `user` and `dest` as the file says, and records what comes back.
// INPUTS is defined as the elements of a frame, CHANNELS for designs of several channels.
//
// Arguments:  +input=FILE   one beat a line: hexadecimal {8-bit channel, last, end of batch, start of utterance,
//                            16-bit element}
//             +beats=N      beats in that file
//             +quiet=N      cycles without a beat after which the run ends
// Prints:     "@out <channel> <last> <element>" for every beat of the output, "@error_at <n>" when frame_error first rises, n beats after
//             the first, "@unstable" where a beat on offer changes before it is taken, and "@end <whether it rose> <busy>".
`timescale 1ns / 1ps
`default_nettype none

module frame_bench;

    reg         clk = 1'b0;
    reg         rst = 1'b1;
    reg         s_valid = 1'b0;
    reg  [26:0] beat = 27'd0;
    reg         m_ready = 1'b0;
    wire        s_ready;
    wire        m_valid;
    wire        m_last;
    wire [15:0] m_data;
    wire [7:0]  m_channel;
    wire        busy;
    wire        frame_error;

    `CORE dut (
        .clk(clk),
        .rst(rst),
        .port_rst(rst),
        .array_rst(rst),
        .load(0),
        .inputs(`INPUTS),
        .take(1'b1),
        .s_axis_tdata(beat[15:0]),
`ifdef CHANNELS
        .s_axis_tuser(beat[17:16]),
        .s_axis_tdest(beat[19+:$clog2(`CHANNELS)]),
`else
        .s_axis_tuser(beat[16]),
`endif
        .s_axis_tlast(beat[18]),
        .s_axis_tvalid(s_valid),
        .s_axis_tready(s_ready),
        .m_axis_tdata(m_data),
`ifdef CHANNELS
        .m_axis_tdest(m_channel[$clog2(`CHANNELS)-1:0]),
`endif
        .m_axis_tlast(m_last),
        .m_axis_tvalid(m_valid),
        .m_axis_tready(m_ready),
        .dropping(),
        .idle(),
        .outputs(0),
        .place_en(1'b0),
        .place(0),
        .state_write_en(1'b0),
        .state_write(0),
        .state_clear(1'b0),
        .state_resume(1'b0),
        .state_valid(),
        .state_value(),
        .lane_macs(),
        .reached(),
        .frame_sent(),
        .busy(busy),
        .frame_error(frame_error)
    );

`ifdef CHANNELS
    assign m_channel[7:$clog2(`CHANNELS)] = {(8 - $clog2(`CHANNELS)){1'b0}};
`else
    assign m_channel = 8'd0;
`endif

    reg [8*1024-1:0] path;
    integer input_file;
    integer beats;
    integer quiet_limit;
    integer code;
    integer read_beats = 0;
    integer taken_beats = 0;
    integer quiet = 0;
    reg     error_seen = 1'b0;
    reg     offered = 1'b0;
    reg [24:0] offer = 25'd0;

    always #2.5 clk = !clk;

    initial begin
        if (!$value$plusargs("input=%s", path)) path = "";
        if (!$value$plusargs("beats=%d", beats)) beats = 0;
        if (!$value$plusargs("quiet=%d", quiet_limit)) quiet_limit = 1000;
        input_file = $fopen(path, "r");
        repeat (4) @(negedge clk);
        rst = 1'b0;
    end

    always @(posedge clk) begin
        if (!rst) begin
            m_ready <= $random;
            if (s_valid && s_ready) taken_beats <= taken_beats + 1;
            if (!s_valid || s_ready) begin
                s_valid <= 1'b0;
                if (read_beats < beats && ($random & 3) != 0) begin
                    code = $fscanf(input_file, "%h", beat);
                    s_valid    <= 1'b1;
                    read_beats <= read_beats + 1;
                end
            end

            if (m_valid && m_ready) $display("@out %0d %b %h", m_channel, m_last, m_data);
            if (offered && (!m_valid || {m_channel, m_last, m_data} !== offer)) $display("@unstable");
            offered <= m_valid && !m_ready;
            offer   <= {m_channel, m_last, m_data};

            if (frame_error && !error_seen) begin
                $display("@error_at %0d", taken_beats);
                error_seen <= 1'b1;
            end

            quiet <= ((s_valid && s_ready) || (m_valid && m_ready)) ? 0 : quiet + 1;
            if (quiet == quiet_limit) begin
                $display("@end %b %b", error_seen, busy);
                $finish;
            end
        end
    end

endmodule

`default_nettype wire
