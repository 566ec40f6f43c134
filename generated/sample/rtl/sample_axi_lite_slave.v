// SPDX-License-Identifier: Apache-2.0
// axi_lite_slave: AXI4-Lite slave in front of a register file; one write and one read under way at a time.
//
//   write   aw, w (in any order) -> both here: write_en -> b        read   ar -> read_en -> r
//
// All outputs of the port come from registers. `*_ok` = 0, in the cycle of `*_en`, makes the answer SLVERR. awprot and
// arprot are ignored, and so are the two lower address bits.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_axi_lite_slave #(
    // Bits of an address.
    parameter integer ADDR_WIDTH = 12
) (
    input  wire                  clk,
    input  wire                  rst,
    // AXI4-Lite.
    input  wire [ADDR_WIDTH-1:0] s_axi_awaddr,
    input  wire [2:0]            s_axi_awprot,
    input  wire                  s_axi_awvalid,
    output wire                  s_axi_awready,
    input  wire [31:0]           s_axi_wdata,
    input  wire [3:0]            s_axi_wstrb,
    input  wire                  s_axi_wvalid,
    output wire                  s_axi_wready,
    output wire [1:0]            s_axi_bresp,
    output wire                  s_axi_bvalid,
    input  wire                  s_axi_bready,
    input  wire [ADDR_WIDTH-1:0] s_axi_araddr,
    input  wire [2:0]            s_axi_arprot,
    input  wire                  s_axi_arvalid,
    output wire                  s_axi_arready,
    output wire [31:0]           s_axi_rdata,
    output wire [1:0]            s_axi_rresp,
    output wire                  s_axi_rvalid,
    input  wire                  s_axi_rready,
    // Register file: number of the register, and what is written to it.
    output wire                  write_en,
    output wire [ADDR_WIDTH-3:0] write_addr,
    output wire [31:0]           write_data,
    output wire [3:0]            write_strb,
    input  wire                  write_ok,
    output wire                  read_en,
    output wire [ADDR_WIDTH-3:0] read_addr,
    input  wire [31:0]           read_data,
    input  wire                  read_ok
);

    localparam [1:0] RESP_OKAY = 2'b00;
    localparam [1:0] RESP_SLVERR = 2'b10;

    // ---- Writes ---------------------------------------------------------------------------------------------------------
    reg                  aw_ready_reg;
    reg                  aw_here_reg;
    reg [ADDR_WIDTH-3:0] aw_addr_reg;
    reg                  w_ready_reg;
    reg                  w_here_reg;
    reg [31:0]           w_data_reg;
    reg [3:0]            w_strb_reg;
    reg                  b_valid_reg;
    reg [1:0]            b_resp_reg;

    wire aw_taken = s_axi_awvalid && aw_ready_reg;
    wire w_taken = s_axi_wvalid && w_ready_reg;
    wire write = aw_here_reg && w_here_reg && !b_valid_reg;

    always @(posedge clk) begin
        if (aw_taken) aw_addr_reg <= s_axi_awaddr[ADDR_WIDTH-1:2];
        if (w_taken) begin
            w_data_reg <= s_axi_wdata;
            w_strb_reg <= s_axi_wstrb;
        end
        if (write) b_resp_reg <= write_ok ? RESP_OKAY : RESP_SLVERR;

        if (rst) begin
            aw_ready_reg <= 1'b0;
            aw_here_reg  <= 1'b0;
            w_ready_reg  <= 1'b0;
            w_here_reg   <= 1'b0;
            b_valid_reg  <= 1'b0;
        end else begin
            aw_here_reg  <= (aw_here_reg || aw_taken) && !write;
            aw_ready_reg <= !(aw_here_reg || aw_taken) || write;
            w_here_reg   <= (w_here_reg || w_taken) && !write;
            w_ready_reg  <= !(w_here_reg || w_taken) || write;
            b_valid_reg  <= write || (b_valid_reg && !s_axi_bready);
        end
    end

    assign s_axi_awready = aw_ready_reg;
    assign s_axi_wready = w_ready_reg;
    assign s_axi_bresp = b_resp_reg;
    assign s_axi_bvalid = b_valid_reg;
    assign write_en = write;
    assign write_addr = aw_addr_reg;
    assign write_data = w_data_reg;
    assign write_strb = w_strb_reg;

    // ---- Reads ----------------------------------------------------------------------------------------------------------
    reg                  ar_ready_reg;
    reg                  ar_here_reg;
    reg [ADDR_WIDTH-3:0] ar_addr_reg;
    reg                  r_valid_reg;
    reg [1:0]            r_resp_reg;
    reg [31:0]           r_data_reg;

    wire ar_taken = s_axi_arvalid && ar_ready_reg;
    wire read = ar_here_reg && !r_valid_reg;

    always @(posedge clk) begin
        if (ar_taken) ar_addr_reg <= s_axi_araddr[ADDR_WIDTH-1:2];
        if (read) begin
            r_data_reg <= read_data;
            r_resp_reg <= read_ok ? RESP_OKAY : RESP_SLVERR;
        end

        if (rst) begin
            ar_ready_reg <= 1'b0;
            ar_here_reg  <= 1'b0;
            r_valid_reg  <= 1'b0;
        end else begin
            ar_here_reg  <= (ar_here_reg || ar_taken) && !read;
            ar_ready_reg <= !(ar_here_reg || ar_taken) || read;
            r_valid_reg  <= read || (r_valid_reg && !s_axi_rready);
        end
    end

    assign s_axi_arready = ar_ready_reg;
    assign s_axi_rdata = r_data_reg;
    assign s_axi_rresp = r_resp_reg;
    assign s_axi_rvalid = r_valid_reg;
    assign read_en = read;
    assign read_addr = ar_addr_reg;

    wire unused_bits = &{1'b0, s_axi_awprot, s_axi_arprot, s_axi_awaddr[1:0], s_axi_araddr[1:0]};

endmodule

`resetall
