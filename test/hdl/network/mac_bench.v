// Bench of mac_control and network_array: a sequencer that hands out works, VMEM, a CELL that writes what chained works read, and
// drains. Prints `post <semaphore> <count>` and `row <tile> <row> <rows of all lanes>`.

`timescale 1ns / 1ps
`default_nettype none

module mac_bench;

    parameter integer B = 1;
    parameter integer G = 1;
    parameter integer L = 1;
    parameter integer V = 16;
    parameter integer ACC = 32;
    parameter integer ROW = 3;
    parameter integer ROWS = 8;
    parameter integer WORD = 1;
    parameter integer RUN = 1;
    parameter integer LOAD = 1;
    parameter integer WORDS = 1;
    // Records of the program, words of VMEM (a power of two), words that CELL writes.
    parameter integer RECORDS = 1;
    parameter integer VMEM = 16;
    parameter integer WRITES = 1;
    parameter integer SEED = 1;
    // Cycles between works and between rows drained, at most.
    parameter integer PAUSE = 1;
    // Of external memory: bits and number of beats, bits of a row.
    parameter integer BUS = 8;
    parameter integer BEATS = 1;
    parameter integer ROWSTREAM = 8;

    // first, needs tile, sync, ready target, waits for it, frees, poison count, poison base, posts, tile, q, p, t, word.
    localparam integer RECORD = B + 1 + 1 + 4 + 1 + 1 + 18 + 18 + 16 + 1 + 48 + WORD;

    localparam integer LAST_ROW = ROWS - 1;
    localparam [ROW-1:0] LAST = LAST_ROW[ROW-1:0];

    reg clk = 1'b0;
    reg rst = 1'b1;
    integer seed = SEED;

    always #5 clk = !clk;

    reg [RECORD-1:0] records [0:RECORDS-1];
    reg [V-1:0]      vmem [0:B*G*VMEM-1];
    // post, address, data.
    reg [B*G*V+18:0] writes [0:WRITES-1];

    initial begin
        $readmemh("records.mem", records);
        $readmemh("vmem.mem", vmem);
        $readmemh("writes.mem", writes);
    end

    // ---- Sequencer ------------------------------------------------------------------------------------------------------
    integer at = 0;
    integer pause = 0;
    reg [RECORD-1:0] record = {RECORD{1'b0}};
    reg        work_valid = 1'b0;
    reg        sync_post_valid = 1'b0;
    reg [1:0]  tile_free = 2'b11;
    reg [3:0]  ready_posted = 4'd0;
    wire       work_take;
    wire       sync_post_ready;
    wire [WORD-1:0] work_word;
    wire [15:0] work_t, work_p, work_q, work_posts;
    wire       work_tile, needs_tile, is_sync, waits, frees;
    wire [3:0] work_ready_target;
    wire [17:0] poison_base, poison_count;
    wire [B-1:0] first;
    wire [15:0] flags_step;
    reg  [B-1:0] flags_first = {B{1'b0}};
    wire       clearing;

    assign {first, needs_tile, is_sync, work_ready_target, waits, frees, poison_count, poison_base, work_posts, work_tile, work_q, work_p,
        work_t, work_word} = record;

    wire [RECORD-1:0] next = records[at < RECORDS ? at : 0];
    wire next_tile = next[WORD+48];
    wire next_needs = next[RECORD-B-1];
    wire next_sync = next[RECORD-B-2];
    wire next_waits = next[RECORD-B-7];
    wire [3:0] next_target = next[RECORD-B-6+:4];
    wire [3:0] ahead = ready_posted - next_target;
    wire can = (!next_needs || tile_free[next_tile]) && (!next_waits || !ahead[3]);

    always @(posedge clk) begin
        flags_first <= (flags_step == work_t) ? first : {B{1'bx}};
        if (!rst && !clearing) begin
            if (work_valid && work_take) work_valid <= 1'b0;
            if (sync_post_valid && sync_post_ready) sync_post_valid <= 1'b0;
            if (!work_valid && !sync_post_valid && pause > 0) pause <= pause - 1;
            else if (!work_valid && !sync_post_valid && at < RECORDS && can) begin
                record <= next;
                at <= at + 1;
                work_valid <= !next_sync;
                sync_post_valid <= next_sync;
                pause <= 1 + ($urandom(seed) % (PAUSE + 1));
                if (next_needs) tile_free[next_tile] = 1'b0;
            end
        end
    end

    // ---- Blocks ---------------------------------------------------------------------------------------------------------
    wire             run_valid;
    wire [RUN-1:0]   run;
    wire             run_done;
    wire             tile_full;
    wire [16:0]      posts;
    wire             idle;
    reg  [17:0]      progress = 18'd0;
    wire [G*18-1:0]  read_addr;
    reg  [B*G*V-1:0] latch = {B*G*V{1'b0}};
    reg  [B*G*V-1:0] read_data = {B*G*V{1'b0}};
    reg  [L-1:0]     drain_en = {L{1'b0}};
    reg              drain_tile = 1'b0;
    reg  [ROW-1:0]   drain_row = {ROW{1'b0}};
    wire [B*G*L*ACC-1:0] drain_data;

    dut_mac_control u_mac_control (
        .clk(clk),
        .rst(rst),
        .restart(1'b0),
        .work_valid(work_valid),
        .work_word(work_word),
        .work_t(work_t),
        .work_p(work_p),
        .work_q(work_q),
        .work_tile(work_tile),
        .work_posts(work_posts),
        .work_ready_target(work_ready_target),
        .work_copied_target(work_ready_target),
        .work_take(work_take),
        .sync_post_valid(sync_post_valid),
        .sync_posts(work_posts),
        .sync_post_ready(sync_post_ready),
        .flags_step(flags_step),
        .flags_first(flags_first),
        .ready_posted(ready_posted),
        .copied_posted(ready_posted),
        .run_valid(run_valid),
        .run(run),
        .run_done(run_done),
        .tile_full(tile_full),
        .posts(posts),
        .idle(idle)
    );

    dut_network_array u_network_array (
        .clk(clk),
        .rst(rst),
        .load({LOAD{1'b0}}),
        .clearing(clearing),
        .run_valid(run_valid),
        .run(run),
        .run_done(run_done),
        .tile_full(tile_full),
        .ready_posted(ready_posted),
        .progress(progress),
        .copied_posted(ready_posted),
        .copied_progress(progress),
        .read_addr(read_addr),
        .read_data(read_data),
        .lane_macs(),
        .reached(),
`ifdef DRAM
        .waiting(),
        .row_valid(row_valid),
        .row_words(row_words),
        .room(room),
`endif
        .drain_en(drain_en),
        .drain_tile(drain_tile),
        .drain_row(drain_row),
        .drain_data(drain_data)
    );

`ifdef DRAM
    // ---- External memory: bursts in order, with pauses -------------------------------------------------------------------
    reg  [BUS-1:0] image [0:BEATS-1];
    wire [63:0]    araddr;
    wire [7:0]     arlen;
    wire [2:0]     arsize;
    wire [1:0]     arburst;
    wire [3:0]     arcache;
    wire [2:0]     arprot;
    wire           arvalid;
    reg            arready = 1'b0;
    reg            rvalid = 1'b0;
    reg  [BUS-1:0] rdata;
    reg            rlast = 1'b0;
    wire           rready;
    wire           row_valid;
    wire [ROWSTREAM-1:0] row_words;
    wire           room;
    wire [1:0]     status;
    wire           reader_halted;
    integer        head = 0;
    integer        tail = 0;
    reg [31:0]     first_beats [0:15];
    reg [8:0]      lengths [0:15];
    integer        given = 0;
    integer        silence = 0;

    initial $readmemh("image.mem", image);

    dut_weight_reader u_weight_reader (
        .clk(clk),
        .load({WORDS{1'b0}}),
        .stop(1'b0),
        .drained(),
        .silent(),
        .rst(rst),
        .running(!rst && !clearing),
        .restart(1'b0),
        .drop(1'b0),
        .halted(reader_halted),
        .axis_steps(32'd0),
        .axis_known(1'b1),
        .image(64'h1234_5000),
        .status(status),
        .room(room),
        .m_axi_araddr(araddr),
        .m_axi_arlen(arlen),
        .m_axi_arsize(arsize),
        .m_axi_arburst(arburst),
        .m_axi_arcache(arcache),
        .m_axi_arprot(arprot),
        .m_axi_arvalid(arvalid),
        .m_axi_arready(arready),
        .m_axi_rdata(rdata),
        .m_axi_rresp(2'b00),
        .m_axi_rlast(rlast),
        .m_axi_rvalid(rvalid),
        .m_axi_rready(rready),
        .row_valid(row_valid),
        .row_words(row_words)
    );

    always @(posedge clk) begin
        if (arvalid && arready) begin
            first_beats[head%16] = (araddr - 64'h1234_5000) / (BUS / 8);
            lengths[head%16] = arlen + 9'd1;
            if (araddr[11:0] + (arlen + 1) * (BUS / 8) > 4096) $display("crosses 4 KB");
            head = head + 1;
            arready <= 1'b0;
        end else arready <= head - tail < 15 && $urandom(seed) % 3 != 0;
        if (!rvalid || rready) begin
            rvalid <= 1'b0;
            if (silence > 0) silence <= silence - 1;
            else if (tail < head) begin
                rvalid <= 1'b1;
                rdata <= image[first_beats[tail%16]+given];
                rlast <= given + 1 == lengths[tail%16];
                if (given + 1 == lengths[tail%16]) begin
                    given = 0;
                    tail = tail + 1;
                    silence <= $urandom(seed) % (PAUSE + 1);
                end else begin
                    given = given + 1;
                    if (PAUSE > 4) silence <= $urandom(seed) % 2;
                end
            end
        end
    end

`endif
    // ---- VMEM -----------------------------------------------------------------------------------------------------------
    integer g, c;
    reg [17:0] group_addr;

    always @(posedge clk) begin
        for (g = 0; g < G; g = g + 1) begin
            group_addr = read_addr[g*18+:18];
            for (c = 0; c < B; c = c + 1) latch[(c*G+g)*V+:V] <= vmem[(c*G+g)*VMEM+(group_addr%VMEM)];
        end
        read_data <= latch;
    end

    // ---- CELL writes what chained works read: seen by a read four cycles later, told two cycles later ------------------------
    integer     writer = 0;
    integer     write_pause = 3;
    reg [3:0]   posting = 4'd0;
    reg [17:0]  progressing = 18'd0;
    reg [B*G*V+18:0] w1, w2, w3;
    reg         v1 = 1'b0, v2 = 1'b0, v3 = 1'b0;
    wire [B*G*V+18:0] write = writes[writer < WRITES ? writer : 0];
    // Not more than two vectors ahead of MAC.
    wire [3:0]  taken = work_ready_target - posting;
    wire        may_write = taken < 4'd8 || taken >= 4'd14;

    always @(posedge clk) begin
        v1 <= 1'b0;
        if (write_pause > 0) write_pause <= write_pause - 1;
        else if (!rst && !clearing && writer < WRITES && may_write) begin
            w1 <= write;
            v1 <= !write[18];
            writer <= writer + 1;
            write_pause <= $urandom(seed) % 4;
            if (write[18]) begin
                posting <= posting + 4'd1;
                progressing <= 18'd0;
                write_pause <= $urandom(seed) % 40;
            end else progressing <= write[17:0] + 18'd1;
        end
        w2 <= w1;
        v2 <= v1;
        w3 <= w2;
        v3 <= v2;
        ready_posted <= posting;
        progress <= progressing;
        if (v3) for (g = 0; g < G; g = g + 1) for (c = 0; c < B; c = c + 1)
            vmem[(c*G+g)*VMEM+w3[17:0]] = w3[19+(c*G+g)*V+:V];
    end

    // ---- Posts ----------------------------------------------------------------------------------------------------------
    integer poisons = 0;
    integer word;
    integer fulls = 0;
    reg [1:0] full_tiles [0:63];
    integer free_posts = 0;
    reg [RECORD-1:0] poisoned;

    task post(input [3:0] semaphore, input [3:0] count);
        if (count != 4'd0) begin
            $display("post %0d %0d", semaphore, count);
            if (semaphore == 4'd2 || semaphore == 4'd3) begin
                full_tiles[fulls % 64] = {1'b0, semaphore[0]};
                fulls = fulls + 1;
            end else begin
                // All works up to the one that posts are read: their elements may be overwritten.
                while (!records[poisons][WORD+49+16+36]) poison;
                poison;
            end
        end
    endtask

    task poison;
        begin
            poisoned = records[poisons];
            for (word = 0; word < B * G * poisoned[WORD+65+18+:18]; word = word + 1)
                vmem[(word / poisoned[WORD+65+18+:18])*VMEM+poisoned[WORD+65+:18]+(word % poisoned[WORD+65+18+:18])] = {V{1'bx}};
            poisons = poisons + 1;
        end
    endtask

    always @(posedge clk) begin
        if (!rst && posts[0]) begin
            post(posts[4:1], posts[8:5]);
            post(posts[12:9], posts[16:13]);
        end
    end

    // ---- Drain ----------------------------------------------------------------------------------------------------------
    integer   drained = 0;
    reg       draining = 1'b0;
    integer   drain_pause = 0;
    reg       e1 = 1'b0, e2 = 1'b0, e3 = 1'b0, t1, t2, t3;
    reg [ROW-1:0] r1, r2, r3;

    always @(posedge clk) begin
        drain_en <= {L{1'b0}};
        if (drain_pause > 0) drain_pause <= drain_pause - 1;
        else if (!draining && drained < fulls) begin
            draining <= 1'b1;
            drain_tile <= full_tiles[drained%64][0];
            drain_row <= {ROW{1'b0}};
            drain_en <= {L{1'b1}};
            drained <= drained + 1;
        end else if (draining) begin
            drain_row <= drain_row + 1'b1;
            if (drain_row == LAST) begin
                draining <= 1'b0;
                tile_free[drain_tile] = 1'b1;
            end else begin
                drain_en <= {L{1'b1}};
                if (PAUSE > 4) drain_pause <= $urandom(seed) % 3;
            end
        end
        e1 <= drain_en[0];
        t1 <= drain_tile;
        r1 <= drain_row;
        e2 <= e1;
        t2 <= t1;
        r2 <= r1;
        e3 <= e2;
        t3 <= t2;
        r3 <= r2;
        if (e3) $display("row %0d %0d %h", t3, r3, drain_data);
    end

    // ---- End ------------------------------------------------------------------------------------------------------------
    integer quiet = 0;
    integer cycle = 0;

    initial begin
        repeat (6) @(posedge clk);
        rst <= 1'b0;
    end

    always @(posedge clk) begin
        cycle <= cycle + 1;
        quiet <= (at == RECORDS && !work_valid && !sync_post_valid && idle && drained == fulls && !draining) ? quiet + 1 : 0;
        if (quiet == 50) begin
            $display("cycles %0d", cycle);
            $finish;
        end
        if (cycle == 200000) begin
            $display("stuck at record %0d", at);
            $finish;
        end
    end

endmodule

`default_nettype wire
