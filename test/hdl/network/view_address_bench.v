// Runs the cases of a file through view_address, one behind the other, and prints `address slot cycles` of each.
`timescale 1ns / 1ps
`default_nettype none

module view_address_bench;
    parameter integer CASES = 1;
    parameter integer WIDTH = 1;

    // slot_extra, q, p, t, place.
    reg [WIDTH+63:0] cases [0:CASES-1];
    reg              clk = 1'b0;
    reg              rst = 1'b1;
    reg              start = 1'b0;
    integer          at = -1;
    integer          cycle = 0;
    reg [WIDTH+63:0] own;
    wire             done;
    wire [17:0]      address;
    wire [15:0]      slot;

    initial $readmemh("cases.txt", cases);

    always #5 clk = !clk;

    dut_view_address dut (
        .clk(clk),
        .rst(rst),
        .open(start),
        .start(start),
        .place(own[WIDTH-1:0]),
        .t(own[WIDTH+:16]),
        .p(own[WIDTH+16+:16]),
        .q(own[WIDTH+32+:16]),
        .slot_extra(own[WIDTH+48+:16]),
        .done(done),
        .address(address),
        .slot(slot)
    );

    always @(posedge clk) begin
        rst   <= 1'b0;
        start <= 1'b0;
        own   <= {WIDTH+64{1'bx}};
        cycle <= cycle + 1;
        if (done && at >= 0) $display("%0d %0d %0d", address, slot, cycle);
        if (!rst && (at < 0 || done)) begin
            if (at + 1 == CASES) $finish;
            at    <= at + 1;
            own   <= cases[(at + 1) % CASES];
            start <= 1'b1;
            cycle <= 0;
        end
    end
endmodule
