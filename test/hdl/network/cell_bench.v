// The cell unit of all channels with models of what is around it: a sequencer that reads works from a file, the accumulators (a picture
// of a tile comes with each work, a row is emptied when it is read), vmem, and the flags of the steps. Prints `P cycle posts` for each post, `W cycle address
// replicated select mask channels` for each write, `G cycle ready progress` where these change, `O cycle posted progress` where those of outFull do, `T cycle` where a work is taken, and last
// `M word` for the words of vmem.
`timescale 1ns / 1ps
`default_nettype none

module cell_bench;
    parameter integer CHANNELS = 1;
    parameter integer GROUPS = 1;
    parameter integer LANES = 1;
    parameter integer ELEM_LANES = 1;
    parameter integer ACC_WIDTH = 1;
    parameter integer VECTOR_WIDTH = 1;
    parameter integer ROW_WIDTH = 1;
    parameter integer PARAM_WIDTH = 1;
    parameter integer CTL_WIDTH = 1;
    parameter integer PHASE_WIDTH = 1;
    parameter integer SELECT_WIDTH = 1;
    parameter integer WORD_WIDTH = 1;
    // Works and syncs, words of vmem of a group of a channel, cycles that a replicated write takes.
    parameter integer WORKS = 1;
    parameter integer WORDS = 1;
    parameter integer LOAD = 1;
    parameter integer REPLICATED = 1;
    parameter integer SEED = 1;
    // Works come at any time, or as soon as they are wanted.
    parameter integer PAUSES = 1;

    localparam integer ROWS = 1 << ROW_WIDTH;
    localparam integer TILE = CHANNELS * GROUPS * LANES * ROWS;
    localparam integer LINE = WORD_WIDTH + 66;

    reg clk = 1'b0;
    reg rst = 1'b1;

    integer cycle = 0;
    integer seed = SEED;

    always #1 clk = !clk;

    // Works: {sync, tile, posts, q, p, t, word}.
    reg [LINE-1:0] works [0:WORKS-1];
    reg [ACC_WIDTH-1:0] pictures [0:WORKS*TILE-1];
    reg [ACC_WIDTH-1:0] tiles [0:2*TILE-1];
    reg [2*CHANNELS-1:0] flags [0:7];
    reg [VECTOR_WIDTH-1:0] words [0:CHANNELS*GROUPS*WORDS-1];

    initial begin
        $readmemh("works.txt", works);
        $readmemh("pictures.txt", pictures);
        $readmemh("flags.txt", flags);
        $readmemh("vmem.txt", words);
    end

    integer        at = 0;
    integer        gap = 0;
    wire [LINE-1:0] line = works[at < WORKS ? at : WORKS - 1];
    wire           here = at < WORKS && gap == 0 && !rst;
    wire           is_sync = line[LINE-1];
    wire           work_take;
    wire           sync_post_ready;
    wire [15:0]    flags_step;
    reg  [2*CHANNELS-1:0] flags_reg;
    wire [LANES-1:0] drain_en;
    wire           drain_tile;
    wire [ROW_WIDTH-1:0] drain_row;
    wire           read;
    wire [17:0]    read_addr;
    wire           read_replicated;
    wire [SELECT_WIDTH-1:0] read_select;
    wire           write;
    wire [17:0]    write_addr;
    wire           write_replicated;
    wire [SELECT_WIDTH-1:0] write_select;
    wire [ELEM_LANES-1:0] write_mask;
    wire [CHANNELS-1:0] write_channels;
    wire [CTL_WIDTH-1:0] ctl;
    wire [ELEM_LANES*PARAM_WIDTH-1:0] params;
    wire [PHASE_WIDTH-1:0] phase;
    wire [CHANNELS-1:0] state_zero;
    wire [16:0]    posts;
    wire [3:0]     ready_posted;
    wire [17:0]    progress;
    wire [3:0]     out_posted;
    wire [17:0]    out_progress;
    wire           idle;

    dut_cell_control u_cell_control (
        .clk(clk),
        .rst(rst),
        .rows_rst(rst),
        .load({LOAD{1'b0}}),
        .restart(1'b0),
        .work_valid(here && !is_sync),
        .work_word(line[WORD_WIDTH-1:0]),
        .work_t(line[WORD_WIDTH+:16]),
        .work_p(line[WORD_WIDTH+16+:16]),
        .work_q(line[WORD_WIDTH+32+:16]),
        .work_tile(line[WORD_WIDTH+64]),
        .work_posts(line[WORD_WIDTH+48+:16]),
        .work_take(work_take),
        .sync_post_valid(here && is_sync),
        .sync_posts(line[WORD_WIDTH+48+:16]),
        .sync_post_ready(sync_post_ready),
        .flags_step(flags_step),
        .flags_active(flags_reg[CHANNELS-1:0]),
        .flags_first(flags_reg[2*CHANNELS-1:CHANNELS]),
        .drain_en(drain_en),
        .drain_tile(drain_tile),
        .drain_row(drain_row),
        .read(read),
        .read_addr(read_addr),
        .read_replicated(read_replicated),
        .read_select(read_select),
        .write(write),
        .write_addr(write_addr),
        .write_replicated(write_replicated),
        .write_select(write_select),
        .write_mask(write_mask),
        .write_channels(write_channels),
        .ctl(ctl),
        .params(params),
        .phase(phase),
        .state_zero(state_zero),
        .posts(posts),
        .ready_posted(ready_posted),
        .progress(progress),
        .out_posted(out_posted),
        .out_progress(out_progress),
        .idle(idle)
    );

    // Accumulators: read in cycle 0, in drain_data in cycle 3.
    reg [CHANNELS*GROUPS*LANES*ACC_WIDTH-1:0] drained1, drained2, drained3;
    // Words of the states: asked for in cycle 0, there in cycle 3.
    reg [CHANNELS*ELEM_LANES*VECTOR_WIDTH-1:0] state1, state2, state3;
    wire [CHANNELS*ELEM_LANES*VECTOR_WIDTH-1:0] write_data;

    genvar ch;
    generate
        for (ch = 0; ch < CHANNELS; ch = ch + 1) begin : gen_channel
            dut_cell_unit u_cell_unit (
                .clk(clk),
                .table_load(29'd0),
                .drain_data(drained3[ch*GROUPS*LANES*ACC_WIDTH+:GROUPS*LANES*ACC_WIDTH]),
                .phase(phase),
                .ctl(ctl),
                .params(params),
                .state_zero(state_zero[ch]),
                .state_data(state3[ch*ELEM_LANES*VECTOR_WIDTH+:ELEM_LANES*VECTOR_WIDTH]),
                .write_data(write_data[ch*ELEM_LANES*VECTOR_WIDTH+:ELEM_LANES*VECTOR_WIDTH])
            );
        end
    endgenerate

    // Group and address of element i of a word.
    function integer place_of;
        input integer c;
        input integer i;
        input integer addr;
        input integer copies;
        input integer select;
        begin
            if (copies != 0) place_of = c * GROUPS * WORDS + addr + i;
            else if (GROUPS <= ELEM_LANES) place_of = (c * GROUPS + i % GROUPS) * WORDS + addr + i / GROUPS;
            else place_of = (c * GROUPS + select * ELEM_LANES + i) * WORDS + addr;
        end
    endfunction

    // Writes on their way: control of the last cycles.
    reg        write1, write2;
    reg [17:0] addr1, addr2;
    reg        copies1, copies2;
    reg [SELECT_WIDTH-1:0] select1, select2;
    reg [ELEM_LANES-1:0] mask1, mask2;
    reg [CHANNELS-1:0] channels1, channels2;
    reg [CHANNELS*ELEM_LANES*VECTOR_WIDTH-1:0] data2;

    integer c, g, l, e, n;
    integer load_at = -1;
    integer load_work = 0;
    integer resting = 0;
    reg [3:0] last_ready = 4'd0;
    reg [17:0] last_progress = 18'd0;
    reg [3:0] last_posted = 4'd0;
    reg [17:0] last_out = 18'd0;

    always @(posedge clk) begin
        cycle <= cycle + 1;
        flags_reg <= flags[flags_step[2:0]];

        // Sequencer.
        if (here && (is_sync ? sync_post_ready : work_take)) begin
            at  <= at + 1;
            gap <= (PAUSES != 0 && $dist_uniform(seed, 0, 3) == 0) ? $dist_uniform(seed, 1, 60) : 1;
            if (!is_sync) begin
                $display("T %0d", cycle);
                load_at   <= cycle + 2;
                load_work <= at;
            end
        end else if (gap != 0) gap <= gap - 1;

        // Tiles.
        drained1 <= {(CHANNELS * GROUPS * LANES * ACC_WIDTH){1'bx}};
        drained2 <= drained1;
        drained3 <= drained2;
        for (c = 0; c < CHANNELS; c = c + 1) for (g = 0; g < GROUPS; g = g + 1) for (l = 0; l < LANES; l = l + 1) begin
            if (drain_en[l]) begin
                n = (((drain_tile ? CHANNELS : 0) + c) * GROUPS + g) * LANES * ROWS + l * ROWS + drain_row;
                drained1[((c*GROUPS+g)*LANES+l)*ACC_WIDTH+:ACC_WIDTH] <= tiles[n];
                tiles[n] = {ACC_WIDTH{1'b0}};
            end
        end
        if (cycle == load_at) begin
            for (n = 0; n < TILE; n = n + 1) tiles[(works[load_work][WORD_WIDTH+64] ? TILE : 0) + n] = pictures[load_work*TILE+n];
        end

        // vmem: what is written counts for a read three cycles later, and longer where it goes to all groups.
        write1 <= write; addr1 <= write_addr; copies1 <= write_replicated; select1 <= write_select; mask1 <= write_mask; channels1 <= write_channels;
        write2 <= write1; addr2 <= addr1; copies2 <= copies1; select2 <= select1; mask2 <= mask1; channels2 <= channels1;
        data2  <= write_data;
        state1 <= {(CHANNELS * ELEM_LANES * VECTOR_WIDTH){1'bx}};
        state2 <= state1;
        state3 <= state2;
        for (c = 0; c < CHANNELS; c = c + 1) for (e = 0; e < ELEM_LANES; e = e + 1) begin
            if (read === 1'b1) begin
                state1[(c*ELEM_LANES+e)*VECTOR_WIDTH+:VECTOR_WIDTH] <= words[place_of(c, e, read_addr, read_replicated, read_select)];
            end
        end
        for (c = 0; c < CHANNELS; c = c + 1) for (e = 0; e < ELEM_LANES; e = e + 1) begin
            if (write2 === 1'b1 && channels2[c] && mask2[e]) begin
                for (g = 0; g < (copies2 ? GROUPS : 1); g = g + 1) begin
                    words[place_of(c, e, addr2, copies2, select2)+g*WORDS] = data2[(c*ELEM_LANES+e)*VECTOR_WIDTH+:VECTOR_WIDTH];
                end
            end
        end
        if (write === 1'b1) begin
            $display("W %0d %0d %0d %0d %b %b", cycle, write_addr, write_replicated, write_select, write_mask, write_channels);
            if (resting != 0) $display("E write while a replicated word is written, cycle %0d", cycle);
            if (write_replicated) resting <= REPLICATED - 1;
        end else if (resting != 0) resting <= resting - 1;
        if (posts[0] === 1'b1) $display("P %0d %h", cycle, posts[16:1]);
        if (!rst && (out_posted !== last_posted || out_progress !== last_out)) begin
            $display("O %0d %0d %0d", cycle, out_posted, out_progress);
            last_posted <= out_posted;
            last_out    <= out_progress;
        end
        if (!rst && (ready_posted !== last_ready || progress !== last_progress)) begin
            $display("G %0d %0d %0d", cycle, ready_posted, progress);
            last_ready    <= ready_posted;
            last_progress <= progress;
        end
        if (!rst && (^{write, read, drain_en, posts[0], ready_posted, progress, out_posted, out_progress, idle}) === 1'bx) $display("E unknown, cycle %0d", cycle);
        if (at == WORKS && idle && gap == 0) begin
            for (n = 0; n < CHANNELS * GROUPS * WORDS; n = n + 1) $display("M %h", words[n]);
            $finish;
        end
        if (cycle > 200000) begin
            $display("E no end");
            $finish;
        end
    end

    initial begin
        repeat (8) @(negedge clk);
        rst = 1'b0;
    end
endmodule
