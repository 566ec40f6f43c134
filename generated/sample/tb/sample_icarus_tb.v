// SPDX-License-Identifier: Apache-2.0
// icarus_tb: clock, reset and waves for bench under Icarus Verilog.
//
// +waves=FILE dumps all signals to FILE (run vvp with -fst). Reset falls at a falling clock edge, as in main.cpp.
`timescale 1ns / 1ps

module sample_icarus_tb;

    reg clk = 1'b0;
    reg rst = 1'b1;

    always #2.5 clk = !clk;

    sample_bench u_bench (
        .clk(clk),
        .rst(rst)
    );

    reg [8*1024-1:0] waves;

    initial begin
        if ($value$plusargs("waves=%s", waves)) begin
            $dumpfile(waves);
            $dumpvars(0, sample_icarus_tb);
        end
        repeat (4) @(negedge clk);
        rst = 1'b0;
    end

endmodule
