// Four sequencers with units that take their time. Prints `W stream t p q tile target word` where work is taken, `D stream` where its posts are sent, and
// `H` where all have halted.
`timescale 1ns / 1ps
`default_nettype none

// Takes work, posts after a random time; sends the posts of syncs while it is idle.
module bench_unit #(
    parameter integer STREAM = 0,
    parameter integer WIDTH = 1,
    parameter integer SEED = 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             work_valid,
    input  wire [WIDTH-1:0] work_word,
    input  wire [15:0]      work_t,
    input  wire [15:0]      work_p,
    input  wire [15:0]      work_q,
    input  wire             work_tile,
    input  wire [3:0]       work_target,
    input  wire [15:0]      work_posts,
    output wire             work_take,
    input  wire             sync_valid,
    input  wire [15:0]      sync_posts,
    output wire             idle,
    output reg  [16:0]      posts
);
    integer    seed = SEED;
    integer    left = 0;
    reg        busy = 1'b0;
    reg        willing = 1'b0;
    reg [15:0] own;

    assign work_take = work_valid && !busy && willing;
    assign idle = !busy;

    always @(posedge clk) begin
        willing <= $dist_uniform(seed, 0, 2) != 0;
        posts <= 17'd0;
        if (rst) busy <= 1'b0;
        else if (work_take) begin
            $display("W %0d %0d %0d %0d %0d %0d %h", STREAM, work_t, work_p, work_q, work_tile, work_target, work_word);
            busy <= 1'b1;
            own  <= work_posts;
            left <= $dist_uniform(seed, 0, 20);
        end else if (busy) begin
            left <= left - 1;
            if (left == 0) begin
                $display("D %0d", STREAM);
                posts <= {own, own[7:4] != 4'd0 || own[15:12] != 4'd0};
                busy  <= 1'b0;
            end
        end else if (sync_valid) posts <= {sync_posts, 1'b1};
    end
endmodule

module stream_sequencer_bench;
    parameter integer AXES = 1;
    parameter integer WORDS = 1;
    parameter integer LOAD_WIDTH = 1;
    parameter integer MAC_WIDTH = 1;
    parameter integer CELL_WIDTH = 1;
    parameter integer STORE_WIDTH = 1;
    parameter integer SEED = 1;
    parameter integer RUNS = 2;
    parameter integer STREAMING = 0;

    reg                clk = 1'b0;
    reg                rst = 1'b1;
    reg                running = 1'b0;
    reg                restart = 1'b0;
    reg [16*AXES-1:0]  axis_steps = {16*AXES{1'b0}};
    reg                axis_known = 1'b0;
    reg [15:0]         final_steps [0:AXES-1];
    wire [67:0]        posts;
    wire [3:0]         halted;
    integer            seed = SEED;
    integer            runs = 0;
    integer            quiet = 0;
    integer            cycle = 0;
    integer            a;
    reg                more;

    initial $readmemh("steps.txt", final_steps);

    always #5 clk = !clk;

    wire [3:0] tiles;
    wire [3:0] mac_target;
    wire [3:0] store_target;

    assign tiles[0] = 1'b0;
    assign tiles[3] = 1'b0;

    wire load_valid, load_take, load_sync, load_idle;
    wire [LOAD_WIDTH-1:0] load_word;
    wire [15:0] load_t, load_p, load_q, load_posts, load_syncs;

    bench_unit #(
        .STREAM(0),
        .WIDTH(LOAD_WIDTH),
        .SEED(SEED * 8 + 0)
    ) load_unit (
        .clk(clk),
        .rst(rst),
        .work_valid(load_valid),
        .work_word(load_word),
        .work_t(load_t),
        .work_p(load_p),
        .work_q(load_q),
        .work_tile(tiles[0]),
        .work_target(4'd0),
        .work_posts(load_posts),
        .work_take(load_take),
        .sync_valid(load_sync),
        .sync_posts(load_syncs),
        .idle(load_idle),
        .posts(posts[0+:17])
    );

    dut_load_sequencer load_dut (
        .clk(clk),
        .rst(rst),
        .load({WORDS{1'b0}}),
        .running(running),
        .restart(restart),
        .drop(1'b0),
        .halted(halted[0]),
        .axis_steps(axis_steps),
        .axis_known(axis_known),
        .posts(posts),
        .idle(load_idle),
        .work_valid(load_valid),
        .work_word(load_word),
        .work_t(load_t),
        .work_p(load_p),
        .work_q(load_q),
        .work_posts(load_posts),
        .work_take(load_take),
        .sync_post_valid(load_sync),
        .sync_posts(load_syncs),
        .sync_post_ready(load_idle),
        .moving()
    );

    wire mac_valid, mac_take, mac_sync, mac_idle;
    wire [MAC_WIDTH-1:0] mac_word;
    wire [15:0] mac_t, mac_p, mac_q, mac_posts, mac_syncs;

    bench_unit #(
        .STREAM(1),
        .WIDTH(MAC_WIDTH),
        .SEED(SEED * 8 + 1)
    ) mac_unit (
        .clk(clk),
        .rst(rst),
        .work_valid(mac_valid),
        .work_word(mac_word),
        .work_t(mac_t),
        .work_p(mac_p),
        .work_q(mac_q),
        .work_tile(tiles[1]),
        .work_target(mac_target),
        .work_posts(mac_posts),
        .work_take(mac_take),
        .sync_valid(mac_sync),
        .sync_posts(mac_syncs),
        .idle(mac_idle),
        .posts(posts[17+:17])
    );

    dut_mac_sequencer mac_dut (
        .clk(clk),
        .rst(rst),
        .load({WORDS{1'b0}}),
        .running(running),
        .restart(restart),
        .drop(1'b0),
        .halted(halted[1]),
        .axis_steps(axis_steps),
        .axis_known(axis_known),
        .posts(posts),
        .idle(mac_idle),
        .work_valid(mac_valid),
        .work_word(mac_word),
        .work_t(mac_t),
        .work_p(mac_p),
        .work_q(mac_q),
        .work_tile(tiles[1]),
        .work_ready_target(mac_target),
        .work_copied_target(),
        .work_posts(mac_posts),
        .work_take(mac_take),
        .sync_post_valid(mac_sync),
        .sync_posts(mac_syncs),
        .sync_post_ready(mac_idle),
        .moving()
    );

    wire cell_valid, cell_take, cell_sync, cell_idle;
    wire [CELL_WIDTH-1:0] cell_word;
    wire [15:0] cell_t, cell_p, cell_q, cell_posts, cell_syncs;

    bench_unit #(
        .STREAM(2),
        .WIDTH(CELL_WIDTH),
        .SEED(SEED * 8 + 2)
    ) cell_unit (
        .clk(clk),
        .rst(rst),
        .work_valid(cell_valid),
        .work_word(cell_word),
        .work_t(cell_t),
        .work_p(cell_p),
        .work_q(cell_q),
        .work_tile(tiles[2]),
        .work_target(4'd0),
        .work_posts(cell_posts),
        .work_take(cell_take),
        .sync_valid(cell_sync),
        .sync_posts(cell_syncs),
        .idle(cell_idle),
        .posts(posts[34+:17])
    );

    dut_cell_sequencer cell_dut (
        .clk(clk),
        .rst(rst),
        .load({WORDS{1'b0}}),
        .running(running),
        .restart(restart),
        .drop(1'b0),
        .halted(halted[2]),
        .axis_steps(axis_steps),
        .axis_known(axis_known),
        .posts(posts),
        .idle(cell_idle),
        .work_valid(cell_valid),
        .work_word(cell_word),
        .work_t(cell_t),
        .work_p(cell_p),
        .work_q(cell_q),
        .work_tile(tiles[2]),
        .work_posts(cell_posts),
        .work_take(cell_take),
        .sync_post_valid(cell_sync),
        .sync_posts(cell_syncs),
        .sync_post_ready(cell_idle),
        .moving()
    );

    wire store_valid, store_take, store_sync, store_idle;
    wire [STORE_WIDTH-1:0] store_word;
    wire [15:0] store_t, store_p, store_q, store_posts, store_syncs;

    bench_unit #(
        .STREAM(3),
        .WIDTH(STORE_WIDTH),
        .SEED(SEED * 8 + 3)
    ) store_unit (
        .clk(clk),
        .rst(rst),
        .work_valid(store_valid),
        .work_word(store_word),
        .work_t(store_t),
        .work_p(store_p),
        .work_q(store_q),
        .work_tile(tiles[3]),
        .work_target(store_target),
        .work_posts(store_posts),
        .work_take(store_take),
        .sync_valid(store_sync),
        .sync_posts(store_syncs),
        .idle(store_idle),
        .posts(posts[51+:17])
    );

    dut_store_sequencer store_dut (
        .clk(clk),
        .rst(rst),
        .load({WORDS{1'b0}}),
        .running(running),
        .restart(restart),
        .drop(1'b0),
        .halted(halted[3]),
        .axis_steps(axis_steps),
        .axis_known(axis_known),
        .posts(posts),
        .idle(store_idle),
        .work_valid(store_valid),
        .work_word(store_word),
        .work_t(store_t),
        .work_p(store_p),
        .work_q(store_q),
        .work_out_full_target(store_target),
        .work_posts(store_posts),
        .work_take(store_take),
        .sync_post_valid(store_sync),
        .sync_posts(store_syncs),
        .sync_post_ready(store_idle),
        .moving()
    );

    always @(posedge clk) begin
        cycle   <= cycle + 1;
        rst     <= cycle < 6;
        running <= cycle > 20;
        restart <= 1'b0;
        // Steps of an axis appear one by one, those of all axes in any order; then it becomes known that there are no more.
        if (running && STREAMING == 0 && !restart && $dist_uniform(seed, 0, 15) == 0) begin
            more = 1'b0;
            for (a = 0; a < AXES; a = a + 1) begin
                if (axis_steps[16*a+:16] < final_steps[a]) begin
                    more = 1'b1;
                    if ($dist_uniform(seed, 0, 1) == 0) axis_steps[16*a+:16] <= axis_steps[16*a+:16] + 16'd1;
                end
            end
            if (!more) axis_known <= 1'b1;
        end
        quiet <= (&halted && !restart) ? quiet + 1 : 0;
        if (quiet == 2) begin
            $display("H");
            runs       <= runs + 1;
            restart    <= 1'b1;
            axis_steps <= {16*AXES{1'b0}};
            axis_known <= 1'b0;
            if (runs + 1 == RUNS) $finish;
        end
        if (cycle == 400000 || (STREAMING != 0 && cycle == 20000)) begin
            $display("T");
            $finish;
        end
    end
endmodule
