// LOAD and STORE between a stream in and a stream out, with VMEM, step_flags and, where there are sequences, the sequence memory; CELL
// is traffic that takes the ports of VMEM now and then and changes nothing. Prints `O dest user last data` for every beat out, `F step active
// first` for the flags of a step, `E` where a frame was dropped, `T` where one was taken.
`timescale 1ns / 1ps
`default_nettype none

module move_bench;
    parameter integer CHANNELS = 1;
    parameter integer GROUPS = 1;
    parameter integer ELEMS = 1;
    parameter integer INPUT_BEAT = 1;
    parameter integer BEAT = 1;
    parameter integer AXES = 2;
    parameter integer WORDS = 1;
    parameter integer BEATS = 1;
    parameter integer SEED = 1;
    parameter integer STALLS = 1;

    localparam integer WIDTH = 16;
    localparam integer SPREAD = (GROUPS > ELEMS) ? GROUPS / ELEMS : 1;
    localparam integer PARTS = (GROUPS < ELEMS) ? GROUPS : ELEMS;
    localparam integer SELECT_BITS = (SPREAD > 1) ? $clog2(SPREAD) : 1;
    localparam integer PART_BITS = (PARTS > 1) ? $clog2(PARTS) : 1;
    localparam integer DEST_WIDTH = (CHANNELS > 1) ? $clog2(CHANNELS) : 1;

    // last, user, dest, data.
    localparam integer MARKS = INPUT_BEAT * WIDTH;
    reg [MARKS+6:0] beats [0:BEATS-1];
    reg        clk = 1'b0;
    reg        rst = 1'b1;
    reg        running = 1'b0;
    reg        restart = 1'b0;
    integer    seed = SEED;
    integer    cycle = 0;
    integer    at = 0;
    integer    quiet = 0;
    integer    halts = 0;
    integer    cell_rest = 0;
    reg        waits = 1'b0;
    reg [BEAT*WIDTH+DEST_WIDTH+4:0] m_before;

    initial $readmemh("beats.txt", beats);

    always #5 clk = !clk;

    wire                       drop, load_halted, store_halted, load_idle, store_idle;
    wire [16:0]                load_posts, store_posts;
    wire [67:0]                posts = {store_posts, 34'd0, load_posts};
    wire [16*AXES-1:0]         axis_steps;
    wire                       axis_known;
    reg                        s_valid = 1'b0;
    wire                       s_ready;
    wire [MARKS+6:0]           s_beat = beats[at % BEATS];
    wire                       flags_write;
    wire [2:0]                 flags_write_step;
    wire [CHANNELS-1:0]        flags_write_active, flags_write_first;
    wire [15:0]                store_step;
    wire [CHANNELS-1:0]        store_active, mac_active, mac_first, cell_active, cell_first;
    wire                       load_write, load_write_ready, load_write_replicated;
    wire [17:0]                load_write_addr;
    wire [SELECT_BITS-1:0]     load_write_select;
    wire [ELEMS-1:0]           load_write_mask;
    wire [CHANNELS-1:0]        load_write_channels;
    wire [ELEMS*WIDTH-1:0]     load_write_data;
    wire                       store_read, store_read_ready, store_read_replicated;
    wire [17:0]                store_read_addr;
    wire [SELECT_BITS-1:0]     store_read_select;
    wire [CHANNELS*ELEMS*WIDTH-1:0] word_read_data;
    wire                       copy_write, copy_write_ready, copy_write_replicated;
    wire [17:0]                copy_write_addr;
    wire [SELECT_BITS-1:0]     copy_write_select;
    wire [PART_BITS-1:0]       copy_write_part;
    wire [ELEMS-1:0]           copy_write_mask;
    wire [CHANNELS-1:0]        copy_write_channels;
    wire [BEAT*WIDTH-1:0]      m_data;
    wire [DEST_WIDTH-1:0]      m_dest;
    wire [3:0]                 m_user;
    wire                       m_last, m_valid;
    reg                        m_ready = 1'b0;
    wire                       frame_taken, frame_error, clearing;
    reg                        cell_read = 1'b0;
    reg                        cell_write = 1'b0;
    reg                        cell_write_replicated = 1'b0;
    wire [CHANNELS*GROUPS*WIDTH-1:0] mac_read_data;
`ifdef SEQUENCES
    wire                       sequence_write;
    wire [23:0]                sequence_write_addr, sequence_read_addr;
    wire [ELEMS*WIDTH-1:0]     sequence_write_data, sequence_read_data;

    dut_sequence_memory memory (
        .clk(clk),
        .write_en(sequence_write),
        .write_addr(sequence_write_addr),
        .write_data(sequence_write_data),
        .read_addr(sequence_read_addr),
        .read_data(sequence_read_data)
    );
`endif

    dut_load_unit load (
        .clk(clk),
        .rst(rst),
        .load({WORDS{1'b0}}),
        .running(running),
        .restart(restart),
        .drop(drop),
        .halted(load_halted),
        .posts(posts),
        .load_posts(load_posts),
        .idle(load_idle),
        .moving(),
`ifdef STREAMING
        .utterance_starts({CHANNELS{1'b0}}),
        .utterance_goes_on({CHANNELS{1'b0}}),
`endif
        .axis_steps(axis_steps),
        .axis_known(axis_known),
        .s_data(s_beat[MARKS-1:0]),
        .s_dest(s_beat[MARKS+:DEST_WIDTH]),
        .s_user(s_beat[MARKS+4+:2]),
        .s_last(s_beat[MARKS+6]),
        .s_valid(s_valid),
        .s_ready(s_ready),
        .flags_write(flags_write),
        .flags_write_step(flags_write_step),
        .flags_write_active(flags_write_active),
        .flags_write_first(flags_write_first),
`ifdef SEQUENCES
        .sequence_read(),
        .sequence_read_last(),
        .sequence_read_ready(1'b1),
        .sequence_read_addr(sequence_read_addr),
        .sequence_read_data(sequence_read_data),
`endif
        .load_write(load_write),
        .load_write_ready(load_write_ready),
        .load_write_addr(load_write_addr),
        .load_write_replicated(load_write_replicated),
        .load_write_select(load_write_select),
        .load_write_mask(load_write_mask),
        .load_write_channels(load_write_channels),
        .load_write_data(load_write_data),
        .frame_taken(frame_taken),
        .frame_error(frame_error)
    );

    dut_step_flags flags (
        .clk(clk),
        .write(flags_write),
        .write_step(flags_write_step),
        .write_active(flags_write_active),
        .write_first(flags_write_first),
        .mac_step(16'd0),
        .mac_active(mac_active),
        .mac_first(mac_first),
        .cell_step(16'd0),
        .cell_active(cell_active),
        .cell_first(cell_first),
        .store_step(store_step),
        .store_active(store_active)
    );

    dut_vmem vmem (
        .clk(clk),
        .rst(rst),
        .clearing(clearing),
        .mac_read_addr({GROUPS{18'd0}}),
        .mac_read_data(mac_read_data),
        .cell_read(cell_read),
        .cell_read_addr(18'd0),
        .cell_read_replicated(1'b0),
        .cell_read_select({SELECT_BITS{1'b0}}),
        .store_read(store_read),
        .store_read_ready(store_read_ready),
        .store_read_addr(store_read_addr),
        .store_read_replicated(store_read_replicated),
        .store_read_select(store_read_select),
        .word_read_data(word_read_data),
        .cell_write(cell_write),
        .cell_write_addr(18'd0),
        .cell_write_replicated(cell_write_replicated),
        .cell_write_select({SELECT_BITS{1'b0}}),
        .cell_write_mask({ELEMS{1'b1}}),
        .cell_write_channels({CHANNELS{1'b0}}),
        .cell_write_data({CHANNELS*ELEMS*WIDTH{1'b1}}),
        .copy_write(copy_write),
        .copy_write_ready(copy_write_ready),
        .copy_write_addr(copy_write_addr),
        .copy_write_replicated(copy_write_replicated),
        .copy_write_select(copy_write_select),
        .copy_write_part(copy_write_part),
        .copy_write_mask(copy_write_mask),
        .copy_write_channels(copy_write_channels),
        .load_write(load_write),
        .load_write_ready(load_write_ready),
        .load_write_addr(load_write_addr),
        .load_write_replicated(load_write_replicated),
        .load_write_select(load_write_select),
        .load_write_mask(load_write_mask),
        .load_write_channels(load_write_channels),
        .load_write_data(load_write_data)
    );

    dut_store_unit store (
        .clk(clk),
        .rst(rst),
        .load({WORDS{1'b0}}),
        .running(running),
        .restart(restart),
        .drop(drop),
        .halted(store_halted),
        .posts(posts),
        .store_posts(store_posts),
        .idle(store_idle),
        .moving(),
        .axis_steps(axis_steps),
        .axis_known(axis_known),
        .flags_step(store_step),
        .flags_active(store_active),
        .out_posted(4'd0),
        .out_progress(18'd0),
        .copied_posted(),
        .copied_progress(),
        .store_read(store_read),
        .store_read_ready(store_read_ready),
        .store_read_addr(store_read_addr),
        .store_read_replicated(store_read_replicated),
        .store_read_select(store_read_select),
        .word_read_data(word_read_data),
        .copy_write(copy_write),
        .copy_write_ready(copy_write_ready),
        .copy_write_addr(copy_write_addr),
        .copy_write_replicated(copy_write_replicated),
        .copy_write_select(copy_write_select),
        .copy_write_part(copy_write_part),
        .copy_write_mask(copy_write_mask),
        .copy_write_channels(copy_write_channels),
`ifdef SEQUENCES
        .sequence_write(sequence_write),
        .sequence_write_last(),
        .sequence_write_room(1'b1),
        .sequence_written(1'b1),
        .sequence_write_addr(sequence_write_addr),
        .sequence_write_data(sequence_write_data),
`endif
        .m_data(m_data),
        .m_dest(m_dest),
        .m_user(m_user),
        .m_last(m_last),
        .m_valid(m_valid),
        .m_ready(m_ready)
    );

    function integer chance(input integer of);
        chance = STALLS == 0 || $dist_uniform(seed, 0, of) != 0;
    endfunction

    always @(posedge clk) begin
        cycle   <= cycle + 1;
        rst     <= cycle < 6;
        running <= cycle > 10 && !clearing;

        // Both have halted: start over.
        restart <= 1'b0;
        halts   <= (load_halted && store_halted && !restart) ? halts + 1 : 0;
        if (halts == 2) begin
            restart <= 1'b1;
            halts   <= 0;
        end

        // Beats in.
        if (s_valid && s_ready) begin
            at      <= at + 1;
            s_valid <= at + 1 < BEATS && chance(3);
        end else if (!s_valid) s_valid <= !rst && at < BEATS && chance(3);

        // Beats out.
        m_ready <= chance(1);
        if (waits && {m_valid, m_data, m_dest, m_user, m_last} !== {1'b1, m_before}) $display("O unstable");
        waits    <= m_valid && !m_ready;
        m_before <= {m_data, m_dest, m_user, m_last};
        if (m_valid && m_ready) $display("O %0d %0d %0d %h", m_dest, m_user, m_last, m_data);
        if (flags_write) $display("F %0d %0d %0d", flags_write_step, flags_write_active, flags_write_first);
        if (frame_taken) $display("T");
        if (frame_error) $display("E");

        // CELL.
        cell_read             <= running && STALLS != 0 && $dist_uniform(seed, 0, 2) == 0;
        cell_write            <= running && STALLS != 0 && cell_rest == 0 && $dist_uniform(seed, 0, 1) == 0;
        cell_write_replicated <= $dist_uniform(seed, 0, 1);
        cell_rest             <= (cell_rest == 0) ? PARTS : cell_rest - 1;

        quiet <= ((s_valid && s_ready) || m_valid || rst || clearing) ? 0 : quiet + 1;
        if (quiet == 3000 || cycle == 400000) begin
            $display("C %0d %0d", at, cycle - quiet);
            $finish;
        end
    end
endmodule
