// Drives both networks with words from a file, in every cycle in which its gap is over, and prints what comes behind the latency.
`timescale 1ns / 1ps
`default_nettype none

module transform_bench #(
    parameter integer BLOCK = 16,
    parameter integer WIDTH = 16,
    parameter integer SUM_WIDTH = 34,
    parameter integer TIME_WIDTH = 29,
    parameter integer FORWARD = 10,
    parameter integer INVERSE = 12,
    parameter integer WORDS = 4
);

    reg                        clk = 1'b0;
    reg  [12:0]                controls [0:WORDS-1];
    reg  [7:0]                 gaps [0:WORDS-1];
    reg  [BLOCK*WIDTH-1:0]     vectors [0:WORDS-1];
    reg  [BLOCK*SUM_WIDTH-1:0] rows [0:WORDS-1];
    reg  [BLOCK*WIDTH-1:0]     values;
    reg  [BLOCK*SUM_WIDTH-1:0] sums;
    reg  [2:0]                 block_bits, ahead_bits;
    reg  [4:0]                 drop, turn;
    reg  [63:0]                there = 64'd0;
    wire [BLOCK*WIDTH-1:0]     spectra;
    wire [BLOCK*TIME_WIDTH-1:0] elements;
    integer word, gap;

    always #5 clk = !clk;

    dut_forward_transform u_forward (
        .clk(clk),
`ifdef SEVERAL
        .block_bits(block_bits),
`endif
        .values(values),
        .spectra(spectra)
    );

    dut_inverse_transform u_inverse (
        .clk(clk),
`ifdef SEVERAL
        .block_bits(ahead_bits),
`endif
        .turn(turn),
        .drop(drop),
        .sums(sums),
        .elements(elements)
    );

    // A word in cycle n: there[0].
    always @(posedge clk) begin
        if (there[FORWARD]) $display("F %h", spectra);
        if (there[INVERSE]) $display("I %h", elements);
    end

    task step(input valid, input integer own, input integer next);
        begin
            @(negedge clk);
            values     = valid ? vectors[own] : {BLOCK*WIDTH{1'bx}};
            sums       = valid ? rows[own] : {BLOCK*SUM_WIDTH{1'bx}};
            block_bits = valid ? controls[own][2:0] : 3'd7;
            ahead_bits = next >= 0 ? controls[next][2:0] : 3'd7;
            drop       = next >= 0 ? controls[next][7:3] : 5'd31;
            turn       = next >= 0 ? controls[next][12:8] : 5'd31;
            there      = {there[62:0], valid};
        end
    endtask

    initial begin
        $readmemh("controls.txt", controls);
        $readmemh("gaps.txt", gaps);
        $readmemh("vectors.txt", vectors);
        $readmemh("rows.txt", rows);
        step(1'b0, 0, gaps[0] == 0 ? 0 : -1);
        for (word = 0; word < WORDS; word = word + 1) begin
            for (gap = gaps[word]; gap > 0; gap = gap - 1) step(1'b0, 0, gap == 1 ? word : -1);
            step(1'b1, word, (word + 1 < WORDS && gaps[(word + 1) % WORDS] == 0) ? word + 1 : -1);
        end
        for (gap = 0; gap < 40; gap = gap + 1) step(1'b0, 0, -1);
        $finish;
    end

endmodule
