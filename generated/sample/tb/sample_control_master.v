// SPDX-License-Identifier: Apache-2.0
// control_master: AXI4-Lite master of the bench: starts the design through its registers, and restarts it on request.
//
//   start:    CONTROL = run
//   restart:  CONTROL = soft_reset; when the core is held, and its streams have emptied, start
`timescale 1ns / 1ps
`default_nettype none

module sample_control_master #(
    // Address of the weights.
    parameter [63:0] BASE = 64'd0
) (
    input  wire        clk,
    input  wire        rst,
    // Restart, a pulse; whether the core is in reset.
    input  wire        restart,
    input  wire        held,
    // The core runs.
    output wire        started,
    // AXI4-Lite.
    output reg  [11:0] awaddr,
    output reg         awvalid,
    input  wire        awready,
    output reg  [31:0] wdata,
    output reg         wvalid,
    input  wire        wready,
    input  wire [1:0]  bresp,
    input  wire        bvalid,
    output wire        bready
);

    localparam [11:0] CONTROL = 12'h040;
    localparam [2:0] STEP_RESET = 3'd0;
    localparam [2:0] STEP_EMPTY = 3'd1;
    localparam [2:0] STEP_BASE_LO = 3'd2;
    localparam [2:0] STEP_BASE_HI = 3'd3;
    localparam [2:0] STEP_RUN = 3'd4;
    localparam [2:0] STEP_DONE = 3'd5;
    localparam [2:0] FIRST = STEP_RUN;

    reg [2:0] step;
    reg       writing;
    reg [5:0] wait_count;

    assign bready = 1'b1;
    assign started = step == STEP_DONE;

    always @(posedge clk) begin
        if (rst) begin
            awvalid    <= 1'b0;
            wvalid     <= 1'b0;
            writing    <= 1'b0;
            step       <= FIRST;
            wait_count <= 6'd0;
        end else begin
            if (awready) awvalid <= 1'b0;
            if (wready) wvalid <= 1'b0;
            if (writing) begin
                if (bvalid) begin
                    writing <= 1'b0;
                    step    <= step + 3'd1;
                    if (bresp != 2'b00) begin
                        $display("@error the register file refused step %0d", step);
                        $finish;
                    end
                end
            end else if (step == STEP_DONE) begin
                if (restart) step <= STEP_RESET;
            end else if (step == STEP_EMPTY) begin
                wait_count <= held ? wait_count + 6'd1 : 6'd0;
                if (&wait_count) step <= FIRST;
            end else begin
                writing <= 1'b1;
                awvalid <= 1'b1;
                wvalid  <= 1'b1;
                case (step)
                    STEP_RESET: begin
                        awaddr <= CONTROL;
                        wdata  <= 32'd2;
                    end
                    default: begin
                        awaddr <= CONTROL;
                        wdata  <= 32'd1;
                    end
                endcase
            end
        end
    end

endmodule

`default_nettype wire
