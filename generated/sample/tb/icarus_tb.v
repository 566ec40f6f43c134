// icarus_tb: clock, reset and waves for bench under Icarus Verilog.
//
// +waves dumps all signals to waves.fst (run vvp with -fst). Reset falls at a falling clock edge, as in main.cpp.
`timescale 1ns / 1ps

module icarus_tb;

    reg clk = 1'b0;
    reg rst = 1'b1;

    always #2.5 clk = !clk;

    bench u_bench (
        .clk(clk),
        .rst(rst)
    );

    initial begin
        if ($test$plusargs("waves")) begin
            $dumpfile("waves.fst");
            $dumpvars(0, icarus_tb);
        end
        repeat (4) @(negedge clk);
        rst = 1'b0;
    end

endmodule
