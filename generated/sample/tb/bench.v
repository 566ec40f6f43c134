// bench: drives the design with frames from a file and records what it does. The same module runs under Verilator (clocked by
// main.cpp) and under Icarus (clocked by icarus_tb.v), so both see the same stimuli in the same cycles.
//
// Arguments:  +input=FILE        one beat a line: hexadecimal {start of utterance, 16-bit element}
//             +output=FILE       written: "<cycle> <element>" for every beat of the output
//             +stats=FILE        written: a line of counters at the end of every output frame
//             +checkpoints=FILE  written, if given: gate sums, cell states and cell outputs as they appear
//             +frames=N          frames in the input file
//             +stall=N           probability of an idle input cycle and of output back-pressure, in 65536ths
//             +seed=N            seed of the stalls, not 0
//             +watchdog=N        cycles without progress after which the run is given up
`timescale 1ns / 1ps
`default_nettype none

module bench (
    input wire clk,
    input wire rst
);

    localparam integer INPUTS = 12;
    localparam integer OUTPUTS = 8;
    localparam integer LANES = 4;
    localparam integer ELEM_LANES = 2;

    reg [8*1024-1:0] path;
    integer input_file;
    integer output_file;
    integer stats_file;
    integer checkpoint_file;
    integer frames;
    integer stall;
    integer watchdog;
    integer code;
    reg [31:0] seed;

    initial begin
        input_file = 0;
        output_file = 0;
        stats_file = 0;
        checkpoint_file = 0;
        if (!$value$plusargs("frames=%d", frames)) frames = 0;
        if (!$value$plusargs("stall=%d", stall)) stall = 0;
        if (!$value$plusargs("seed=%d", seed)) seed = 1;
        if (!$value$plusargs("watchdog=%d", watchdog)) watchdog = 100000;
        if ($value$plusargs("input=%s", path)) input_file = $fopen(path, "r");
        if ($value$plusargs("output=%s", path)) output_file = $fopen(path, "w");
        if ($value$plusargs("stats=%s", path)) stats_file = $fopen(path, "w");
        if ($value$plusargs("checkpoints=%s", path)) checkpoint_file = $fopen(path, "w");
        if (input_file == 0 || output_file == 0 || stats_file == 0) begin
            $display("@error cannot open the files of the run");
            $finish;
        end
    end

    // ---- Design ---------------------------------------------------------------------------------------------------------
    reg         s_valid;
    reg         s_user;
    reg         s_last;
    reg  [15:0] s_data;
    wire        s_ready;
    wire        m_valid;
    wire        m_last;
    wire [15:0] m_data;
    reg         m_ready;
    wire        busy;
    wire        frame_error;

    sample dut (
        .clk(clk),
        .rst(rst),
        .s_axis_tdata(s_data),
        .s_axis_tuser(s_user),
        .s_axis_tlast(s_last),
        .s_axis_tvalid(s_valid),
        .s_axis_tready(s_ready),
        .m_axis_tdata(m_data),
        .m_axis_tlast(m_last),
        .m_axis_tvalid(m_valid),
        .m_axis_tready(m_ready),
        .busy(busy),
        .frame_error(frame_error)
    );

    // ---- Stimuli --------------------------------------------------------------------------------------------------------
    function [31:0] xorshift(input [31:0] value);
        reg [31:0] x;
        begin
            x = value ^ (value << 13);
            x = x ^ (x >> 17);
            xorshift = x ^ (x << 5);
        end
    endfunction

    reg [31:0] in_random;
    reg [31:0] out_random;
    reg [16:0] beat;
    integer    in_frame;
    integer    in_element;
    integer    out_frame;
    integer    out_element;
    reg [63:0] cycle;

    always @(posedge clk) begin
        if (rst) begin
            in_random  <= seed;
            out_random <= xorshift(seed ^ 32'h5bd1e995);
            s_valid    <= 1'b0;
            m_ready    <= 1'b0;
            in_frame   <= 0;
            in_element <= 0;
            cycle      <= 64'd0;
        end else begin
            cycle      <= cycle + 64'd1;
            in_random  <= xorshift(in_random);
            out_random <= xorshift(out_random);
            m_ready    <= {16'd0, out_random[15:0]} >= stall;
            if (!s_valid || s_ready) begin
                if (input_file != 0 && in_frame < frames && {16'd0, in_random[15:0]} >= stall) begin
                    code = $fscanf(input_file, "%h", beat);
                    s_valid    <= 1'b1;
                    s_user     <= beat[16];
                    s_data     <= beat[15:0];
                    s_last     <= in_element == INPUTS - 1;
                    in_element <= (in_element == INPUTS - 1) ? 0 : in_element + 1;
                    in_frame   <= (in_element == INPUTS - 1) ? in_frame + 1 : in_frame;
                    if (code != 1) begin
                        $display("@error the input file ends in frame %0d", in_frame);
                        $finish;
                    end
                end else begin
                    s_valid <= 1'b0;
                end
            end
        end
    end

    // ---- Counters -------------------------------------------------------------------------------------------------------
    wire [LANES-1:0] lane_mac;
    wire [LANES-1:0] lane_padding;
    wire [LANES-1:0] lane_idle;
    wire [LANES-1:0] lane_push;
    wire [LANES-1:0] lane_pop;

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : gen_lane
            assign lane_mac[l] = dut.u_channel.gen_lane[l].u_pe.op_valid
                && dut.u_channel.gen_lane[l].u_pe.op_weight != 0;
            assign lane_padding[l] = dut.u_channel.gen_lane[l].u_pe.op_valid
                && dut.u_channel.gen_lane[l].u_pe.op_weight == 0;
            assign lane_idle[l] = dut.u_channel.gen_lane[l].u_pe.entry_ready
                && !dut.u_channel.gen_lane[l].u_pe.entry_valid;
            assign lane_push[l] = dut.u_channel.gen_lane[l].u_pe.share_valid;
            assign lane_pop[l] = dut.u_channel.gen_lane[l].u_pe.entry_valid
                && dut.u_channel.gen_lane[l].u_pe.entry_ready;
        end
    endgenerate

    reg [63:0] macs;
    reg [63:0] padding;
    reg [63:0] starved;
    reg [63:0] blocked;
    integer    level [0:LANES-1];
    integer    high_water;
    integer    quiet;
    integer    lane;
    integer    mac_count;
    integer    padding_count;
    integer    idle_count;

    always @(posedge clk) begin
        if (rst) begin
            macs        <= 64'd0;
            padding     <= 64'd0;
            starved     <= 64'd0;
            blocked     <= 64'd0;
            high_water  <= 0;
            quiet       <= 0;
            out_frame   <= 0;
            out_element <= 0;
            for (lane = 0; lane < LANES; lane = lane + 1) level[lane] <= 0;
        end else begin
            mac_count = 0;
            padding_count = 0;
            idle_count = 0;
            for (lane = 0; lane < LANES; lane = lane + 1) begin
                if (lane_mac[lane]) mac_count = mac_count + 1;
                if (lane_padding[lane]) padding_count = padding_count + 1;
                if (lane_idle[lane]) idle_count = idle_count + 1;
                if (lane_push[lane] && !lane_pop[lane]) level[lane] <= level[lane] + 1;
                if (lane_pop[lane] && !lane_push[lane]) level[lane] <= level[lane] - 1;
                if (level[lane] > high_water) high_water <= level[lane];
            end
            macs    <= macs + mac_count;
            padding <= padding + padding_count;
            starved <= starved + idle_count;
            if (!dut.u_channel.advance) blocked <= blocked + 64'd1;

            quiet <= (mac_count != 0 || (s_valid && s_ready) || (m_valid && m_ready)) ? 0 : quiet + 1;
            if (quiet == watchdog) begin
                $display("@stalled cycle %0d: input frame %0d element %0d, output frame %0d element %0d, schedule step %0d, column %0d, advance %b, gather idle %b, output idle %b, lanes done %h, lanes blocked %h, lanes idle %h",
                    cycle, in_frame, in_element, out_frame, out_element, dut.u_controller.pc_reg,
                    dut.u_controller.index_reg, dut.u_channel.advance, dut.gather_idle, dut.out_idle, dut.lane_done,
                    dut.u_channel.blocked, lane_idle);
                $finish;
            end

            if (m_valid && m_ready) begin
                $fwrite(output_file, "%0d %h\n", cycle, m_data);
                out_element <= out_element + 1;
                if (m_last != (out_element == OUTPUTS - 1)) begin
                    $display("@error output frame %0d ends after %0d elements", out_frame, out_element + 1);
                    $finish;
                end
                if (m_last) begin
                    $fwrite(stats_file, "%0d %0d %0d %0d %0d %0d\n",
                        cycle, macs, padding, starved, blocked, high_water);
                    out_element <= 0;
                    out_frame   <= out_frame + 1;
                    if (out_frame == frames - 1) begin
                        $fclose(output_file);
                        $fclose(stats_file);
                        if (checkpoint_file != 0) $fclose(checkpoint_file);
                        $display("@done %0d", cycle);
                        $finish;
                    end
                end
            end
        end
    end

    // ---- Checkpoints ----------------------------------------------------------------------------------------------------
    genvar e;
    generate
        for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_elem
            wire [25:1]        age = dut.u_channel.u_elem_mul.gen_lane[e].u_elem_lane.cell_reg;
            wire signed [15:0] z = dut.u_channel.u_elem_mul.gen_lane[e].u_elem_lane.z_reg;
            wire signed [15:0] c = dut.u_channel.u_elem_mul.gen_lane[e].u_elem_lane.state_reg;
            wire signed [15:0] m = $signed(dut.u_channel.u_elem_mul.gen_lane[e].u_elem_lane.m_data);

            always @(posedge clk) begin
                if (checkpoint_file != 0 && !rst) begin
                    if (age[5]) $fwrite(checkpoint_file, "i %0d %0d\n", e, z);
                    if (age[6]) $fwrite(checkpoint_file, "f %0d %0d\n", e, z);
                    if (age[7]) $fwrite(checkpoint_file, "g %0d %0d\n", e, z);
                    if (age[20]) $fwrite(checkpoint_file, "o %0d %0d\n", e, z);
                    if (age[14]) $fwrite(checkpoint_file, "c %0d %0d\n", e, c);
                    if (age[25]) $fwrite(checkpoint_file, "m %0d %0d\n", e, m);
                end
            end
        end
    endgenerate

endmodule

`default_nettype wire
