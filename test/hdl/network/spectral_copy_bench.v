// Frames for spectral_copy: words from a file, three cycles behind their request, ports that are taken by chance; prints every word that is written.
`timescale 1ns / 1ps
`default_nettype none

module spectral_copy_bench #(
    parameter integer WORD = 128,
    parameter integer SELECT_BITS = 1,
    parameter integer FRAMES = 4,
    parameter integer WORDS = 16,
    parameter integer SEED = 1,
    parameter integer STALLS = 1
);

    reg                    clk = 1'b0;
    reg                    rst = 1'b1;
    reg  [31:0]            frames [0:FRAMES-1];
    reg  [WORD-1:0]        words [0:WORDS-1];
    reg                    start = 1'b0;
    reg  [2:0]             block_bits = 3'd0;
    reg  [17:0]            base = 18'd0;
    reg                    read_taken = 1'b0, write_taken = 1'b0;
    reg  [WORD-1:0]        d1, d2, d3;
    reg                    written_reg = 1'b0;
    reg  [17:0]            addr_reg;
    reg  [SELECT_BITS-1:0] select_reg;
    reg                    write = 1'b0;
    wire                   read, write_next, done;
    wire [17:0]            write_addr;
    wire [SELECT_BITS-1:0] write_select;
    wire [WORD-1:0]        write_data;
    integer                at = 0, left = 0, frame, seed = SEED, cycle = 0;

    always #5 clk = !clk;

    dut_spectral_copy u_copy (
        .clk(clk),
        .rst(rst),
        .start(start),
`ifdef SEVERAL
        .block_bits(block_bits),
`endif
        .base(base),
        .read(read),
        .read_ready(!read_taken),
        .last(left == 1),
        .read_data(d3),
        .write_next(write_next),
        .write_ready(!write_taken),
        .write_addr(write_addr),
        .write_select(write_select),
        .write_data(write_data),
        .done(done)
    );

    always @(posedge clk) begin
        cycle <= cycle + 1;
        write <= write_next;
        d1 <= (read && !read_taken) ? words[at] : {WORD{1'bx}};
        d2 <= d1;
        d3 <= d2;
        if (read && !read_taken) begin
            at   <= at + 1;
            left <= left - 1;
        end
        written_reg <= write && !write_taken;
        addr_reg    <= write_addr;
        select_reg  <= write_select;
        if (written_reg) $display("W %0d %0d %h", addr_reg, select_reg, write_data);
        if (done) $display("D %0d", cycle);
    end

    initial begin
        $readmemh("frames.txt", frames);
        $readmemh("words.txt", words);
        repeat (4) @(negedge clk);
        rst = 1'b0;
        for (frame = 0; frame < FRAMES; frame = frame + 1) begin
            @(negedge clk);
            // {block_bits, words, base}
            start      = 1'b1;
            left       = frames[frame][26:18];
            base       = frames[frame][17:0];
            block_bits = frames[frame][29:27];
            $display("S %0d", cycle);
            @(negedge clk);
            start      = 1'b0;
            block_bits = 3'd7;
            while (!done) begin
                @(posedge clk);
                #1;
                read_taken  = STALLS == 1 && $random(seed) % 3 == 0;
                write_taken = STALLS == 1 && $random(seed) % 3 == 0;
                #1;
            end
            @(posedge clk);
        end
        repeat (3) @(negedge clk);
        $finish;
    end

endmodule
