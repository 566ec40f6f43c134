// SPDX-License-Identifier: Apache-2.0
// bench: drives the design with frames from a file and records what it does. The same module runs under Verilator (clocked
// by main.cpp) and under Icarus (clocked by icarus_tb.v), so both see the same stimuli in the same cycles.
//
// With NETLIST defined it drives a synthesized netlist: without checkpoints, and of the counters only the cycle.
// (Nothing of the design but its ports is used then.)
//
// Arguments:  +input=FILE        one beat a line: hexadecimal {channel, end of batch, start of utterance, 16-bit element}
//             +output=FILE       written: "<cycle> <channel> <elements>" for every beat of the output
//             +stats=FILE        written: a line of counters at the end of every output frame
//             +checkpoints=FILE  written, if given: gate sums, cell states and cell outputs as they appear
//             +frames=N          frames in the input file
//             +stall=N           probability of an idle input cycle and of output back-pressure, in 65536ths
//             +seed=N            seed of the stalls, not 0
//             +watchdog=N        cycles without progress after which the run is given up
`timescale 1ns / 1ps
`default_nettype none

module sample_bench (
    input wire clk,
    input wire rst
);

    localparam integer INPUTS = 12;
    localparam integer OUTPUTS = 8;
    localparam integer BEAT = 1;
    localparam integer CHANNELS = 1;
    localparam integer GROUPS = 1;
    localparam integer LANES = 4;
    localparam integer FEEDS = 4;
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

    // Behind the write that starts the core, the core runs.
    wire started;

    // ---- Reset ----------------------------------------------------------------------------------------------------------
    // The run begins when the registers have started the core: stimuli and counters are in reset until then.
`ifdef NETLIST
    wire reset = rst || !started;
`else
    wire reset = rst || dut.core_rst;
`endif
    wire restart = 1'b0;

    wire [11:0] ctrl_awaddr;
    wire        ctrl_awvalid;
    wire        ctrl_awready;
    wire [31:0] ctrl_wdata;
    wire        ctrl_wvalid;
    wire        ctrl_wready;
    wire [1:0]  ctrl_bresp;
    wire        ctrl_bvalid;
    wire        ctrl_bready;
    wire        ctrl_arready;
    wire [31:0] ctrl_rdata;
    wire [1:0]  ctrl_rresp;
    wire        ctrl_rvalid;
    wire        irq;

    sample_control_master #(
        .BASE(64'd0)
    ) u_control_master (
        .clk(clk),
        .rst(rst),
        .restart(restart),
        .held(reset),
        .started(started),
        .awaddr(ctrl_awaddr),
        .awvalid(ctrl_awvalid),
        .awready(ctrl_awready),
        .wdata(ctrl_wdata),
        .wvalid(ctrl_wvalid),
        .wready(ctrl_wready),
        .bresp(ctrl_bresp),
        .bvalid(ctrl_bvalid),
        .bready(ctrl_bready)
    );

    // ---- Design ---------------------------------------------------------------------------------------------------------
    reg                s_valid;
    reg  [1:0]         s_user;
    reg  [7:0]         s_dest;
    reg                s_last;
    reg  [15:0]        s_data;
    wire               s_ready;
    wire               m_valid;
    wire               m_last;
    wire [16*BEAT-1:0] m_data;
    wire [7:0]         m_dest;
    reg                m_ready;

    sample dut (
        .clk(clk),
        .rst(rst),
        .s_axi_ctrl_awaddr(ctrl_awaddr),
        .s_axi_ctrl_awprot(3'd0),
        .s_axi_ctrl_awvalid(ctrl_awvalid),
        .s_axi_ctrl_awready(ctrl_awready),
        .s_axi_ctrl_wdata(ctrl_wdata),
        .s_axi_ctrl_wstrb(4'hf),
        .s_axi_ctrl_wvalid(ctrl_wvalid),
        .s_axi_ctrl_wready(ctrl_wready),
        .s_axi_ctrl_bresp(ctrl_bresp),
        .s_axi_ctrl_bvalid(ctrl_bvalid),
        .s_axi_ctrl_bready(ctrl_bready),
        .s_axi_ctrl_araddr(12'd0),
        .s_axi_ctrl_arprot(3'd0),
        .s_axi_ctrl_arvalid(1'b0),
        .s_axi_ctrl_arready(ctrl_arready),
        .s_axi_ctrl_rdata(ctrl_rdata),
        .s_axi_ctrl_rresp(ctrl_rresp),
        .s_axi_ctrl_rvalid(ctrl_rvalid),
        .s_axi_ctrl_rready(1'b1),
        .irq(irq),
        .s_axis_tdata(s_data),
        .s_axis_tuser(s_user[0]),
        .s_axis_tlast(s_last),
        .s_axis_tvalid(s_valid),
        .s_axis_tready(s_ready),
        .m_axis_tdata(m_data),
        .m_axis_tlast(m_last),
        .m_axis_tvalid(m_valid),
        .m_axis_tready(m_ready)
    );

    assign m_dest = 8'd0;

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
    reg [25:0] beat;
    integer    in_frame;
    integer    in_element;
    integer    out_frame;
    integer    out_element;
    reg [63:0] cycle;

    always @(posedge clk) begin
        if (reset) begin
            in_random  <= seed;
            out_random <= xorshift(seed ^ 32'h5bd1e995);
            m_ready    <= 1'b1;
            in_frame   <= 0;
            cycle      <= 64'd0;
            // A frame that a restart cuts in two is ended.
            if (rst) begin
                s_valid    <= 1'b0;
                in_element <= 0;
            end else if (!s_valid || s_ready) begin
                s_valid    <= in_element != 0;
                s_last     <= 1'b1;
                in_element <= 0;
            end
        end else begin
            cycle      <= cycle + 64'd1;
            in_random  <= xorshift(in_random);
            out_random <= xorshift(out_random);
            m_ready    <= {16'd0, out_random[15:0]} >= stall;
            if (!s_valid || s_ready) begin
                if (input_file != 0 && in_frame < frames && {16'd0, in_random[15:0]} >= stall) begin
                    code = $fscanf(input_file, "%h", beat);
                    s_valid    <= 1'b1;
                    s_user     <= beat[17:16];
                    s_dest     <= beat[25:18];
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
    wire [GROUPS*LANES-1:0]   lane_mac;
    wire [GROUPS*LANES-1:0]   lane_padding;
    wire [GROUPS*LANES-1:0]   lane_idle;
    wire [GROUPS*LANES-1:0]   lane_wait;
    wire [7*GROUPS*LANES-1:0] lane_level;

`ifdef NETLIST
    assign lane_mac = 0;
    assign lane_padding = 0;
    assign lane_idle = 0;
    assign lane_wait = 0;
    assign lane_level = 0;
    wire blocking = 1'b0;
`else
    // Lane and feed number l of all groups.
`define LANE dut.u_core.u_array.gen_group[l/LANES].u_column_group.gen_lane[l%LANES].u_lane
`define FEED dut.u_core.u_array.gen_group[l/LANES].u_column_group.gen_feed[l%FEEDS].u_column_feed

    wire [GROUPS*LANES-1:0] lane_push;
    wire [GROUPS*LANES-1:0] lane_pop;
    wire                    blocking = !dut.u_core.u_array.gen_group[0].u_column_group.advance;

    genvar l;
    generate
        for (l = 0; l < GROUPS * LANES; l = l + 1) begin : gen_lane
            assign lane_mac[l] = `LANE.op_valid;
            assign lane_padding[l] = `LANE.word_valid && `LANE.u_row_decode.weight == 0;
            assign lane_idle[l] = `FEED.u_spmat_read.idle_reg && !`FEED.entry_valid;
            assign lane_wait[l] = 1'b0;
            assign lane_push[l] = `FEED.share_valid;
            assign lane_pop[l] = `FEED.entry_valid && `FEED.entry_ready;

            // Level of the activation queue.
            reg [6:0] level_reg;

            always @(posedge clk) begin
                if (reset) level_reg <= 7'd0;
                else level_reg <= level_reg + {6'd0, lane_push[l]} - {6'd0, lane_pop[l]};
            end

            assign lane_level[7*l+:7] = level_reg;
        end
    endgenerate
`endif

    reg [63:0] macs;
    reg [63:0] padding;
    reg [63:0] starved;
    reg [63:0] blocked;
    reg [63:0] waited;
    reg [63:0] wait_cycles;
    reg [6:0]  high_water;
    reg [6:0]  level_max;
    integer    quiet;
    integer    lane;
    integer    mac_count;
    integer    padding_count;
    integer    idle_count;
    integer    wait_count;

`ifndef NETLIST
    // Steps at hand; step_rom has the number of the one behind.
    integer issuer_step;
    integer sequencer_step;

    always @(posedge clk) begin
        if (dut.u_core.u_array.gen_group[0].u_column_group.u_column_issuer.u_step_rom.taken)
            issuer_step <= dut.u_core.u_array.gen_group[0].u_column_group.u_column_issuer.u_step_rom.pc_reg;
        if (dut.u_core.u_array.u_sequencer.u_step_rom.taken)
            sequencer_step <= dut.u_core.u_array.u_sequencer.u_step_rom.pc_reg;
    end
`endif

    always @(posedge clk) begin
        if (reset) begin
            macs        <= 64'd0;
            padding     <= 64'd0;
            starved     <= 64'd0;
            blocked     <= 64'd0;
            waited      <= 64'd0;
            wait_cycles <= 64'd0;
            high_water  <= 7'd0;
            quiet       <= 0;
            out_frame   <= 0;
            out_element <= 0;
        end else begin
            mac_count = 0;
            padding_count = 0;
            idle_count = 0;
            wait_count = 0;
            level_max = high_water;
            for (lane = 0; lane < GROUPS * LANES; lane = lane + 1) begin
                if (lane_mac[lane]) mac_count = mac_count + 1;
                if (lane_padding[lane]) padding_count = padding_count + 1;
                if (lane_idle[lane]) idle_count = idle_count + 1;
                if (lane_wait[lane]) wait_count = wait_count + 1;
                if (lane_level[7*lane+:7] > level_max) level_max = lane_level[7*lane+:7];
            end
            macs    <= macs + mac_count;
            padding <= padding + padding_count;
            starved <= starved + idle_count;
            waited  <= waited + wait_count;
            if (wait_count != 0) wait_cycles <= wait_cycles + 64'd1;
            high_water <= level_max;
            if (blocking) blocked <= blocked + 64'd1;

            quiet <= (mac_count != 0 || (s_valid && s_ready) || (m_valid && m_ready)) ? 0 : quiet + 1;
            if (quiet == watchdog) begin
`ifdef NETLIST
                $display("@stalled cycle %0d: input frame %0d element %0d, output frame %0d element %0d",
                    cycle, in_frame, in_element, out_frame, out_element);
`else
                $write("@stalled cycle %0d: input frame %0d element %0d, output frame %0d element %0d, ",
                    cycle, in_frame, in_element, out_frame, out_element);
                $write("issuer of group 0 at step %0d, column %0d, advance %b, ", issuer_step,
                    dut.u_core.u_array.gen_group[0].u_column_group.u_column_issuer.index_reg,
                    dut.u_core.u_array.gen_group[0].u_column_group.advance);
                $display("sequencer at step %0d, gather idle %b, output idle %b, groups done %h, lanes idle %h",
                    sequencer_step, dut.u_core.u_array.gather_idle, dut.u_core.out_idle,
                    dut.u_core.u_array.all_done, lane_idle);
`endif
                $finish;
            end

            if (m_valid && m_ready) begin
                $fwrite(output_file, "%0d %0d %h\n", cycle, m_dest, m_data);
                out_element <= out_element + BEAT;
                if (m_last != (out_element + BEAT >= OUTPUTS)) begin
                    $display("@error output frame %0d ends after %0d elements", out_frame, out_element + BEAT);
                    $finish;
                end
                if (m_last) begin
`ifdef NETLIST
                    $fwrite(stats_file, "%0d\n", cycle);
`else
                    $fwrite(stats_file, "%0d %0d %0d %0d %0d %0d %0d %0d\n",
                        cycle, macs, padding, starved, blocked, high_water, waited, wait_cycles);
`endif
                    out_element <= 0;
                    out_frame   <= out_frame + 1;
                    if (out_frame == frames - 1) begin
                        $fclose(output_file);
                        $fclose(stats_file);
                        if (checkpoint_file != 0) $fclose(checkpoint_file);
`ifndef NETLIST
                        // What the registers have; the beat at hand is not counted yet.
                        $display("@registers %0d %0d %0d %0d %0d", dut.u_core_counters.frames, dut.u_core_counters.cycles,
                            dut.u_core_counters.macs, dut.u_core_counters.fifo_high, 0);
`endif
                        $display("@done %0d", cycle);
                        $finish;
                    end
                end
            end
        end
    end

`ifndef NETLIST
    // ---- Checkpoints ----------------------------------------------------------------------------------------------------
    // ElemMul lane e of channel c.
`define ELEM dut.u_core.u_array.gen_channel[c].u_channel.u_elem_mul.gen_lane[e].u_elem_lane
`define AGE dut.u_core.u_array.gen_channel[c].u_channel.u_elem_mul.cell_reg

    genvar c;
    genvar e;
    generate
        for (c = 0; c < CHANNELS; c = c + 1) begin : gen_channel
            for (e = 0; e < ELEM_LANES; e = e + 1) begin : gen_elem
                always @(posedge clk) begin
                    if (checkpoint_file != 0 && !reset && dut.u_core.u_array.gen_channel[c].u_channel.active_reg) begin
                        if (`AGE[5])
                            $fwrite(checkpoint_file, "i %0d %0d\n", c * ELEM_LANES + e, $signed(`ELEM.z_reg));
                        if (`AGE[6])
                            $fwrite(checkpoint_file, "f %0d %0d\n", c * ELEM_LANES + e, $signed(`ELEM.z_reg));
                        if (`AGE[7])
                            $fwrite(checkpoint_file, "g %0d %0d\n", c * ELEM_LANES + e, $signed(`ELEM.z_reg));
                        if (`AGE[20])
                            $fwrite(checkpoint_file, "o %0d %0d\n", c * ELEM_LANES + e, $signed(`ELEM.z_reg));
                        if (`AGE[14])
                            $fwrite(checkpoint_file, "c %0d %0d\n", c * ELEM_LANES + e, $signed(`ELEM.state_reg));
                        if (`AGE[25])
                            $fwrite(checkpoint_file, "m %0d %0d\n", c * ELEM_LANES + e, $signed(`ELEM.m_data));
                    end
                end
            end
        end
    endgenerate
`endif

endmodule

`default_nettype wire
