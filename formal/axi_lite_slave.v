// axi_lite_slave under proof: AXI4-Lite's rules for a slave, with a master that keeps offering until it is taken or gives up as it likes,
// and any register file. ok and data of a register are free inputs, and so is what holds back writes, where there is such a thing.
module formal_axi_lite_slave #(
    parameter integer HOLD = 0
) (
    input  wire        clk,
    input  wire        hold,
    input  wire [3:0]  awaddr,
    input  wire        awvalid,
    input  wire [31:0] wdata,
    input  wire [3:0]  wstrb,
    input  wire        wvalid,
    input  wire        bready,
    input  wire [3:0]  araddr,
    input  wire        arvalid,
    input  wire        rready,
    input  wire        write_ok,
    input  wire [31:0] read_data,
    input  wire        read_ok,
    output wire        bad_write_once, seen_write_once,
    output wire        bad_write_as_asked, seen_write_as_asked,
    output wire        bad_b_owed, seen_b_owed,
    output wire        bad_b_comes, seen_b_comes,
    output wire        bad_b_stable, seen_b_stable,
    output wire        bad_read_once, seen_read_once,
    output wire        bad_r_owed, seen_r_owed,
    output wire        bad_r_comes, seen_r_comes,
    output wire        bad_r_stable, seen_r_stable,
    output wire        bad_r_as_read, seen_r_as_read,
    output wire        bad_held, seen_held
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire        awready, wready, bvalid, arready, rvalid, write, read;
    // In the reset nothing counts.
    wire        write_en = write && !rst;
    wire        read_en = read && !rst;
    wire [1:0]  bresp, rresp, write_addr, read_addr;
    wire [31:0] rdata, write_data;
    wire [3:0]  write_strb;

    proved_axi_lite_slave #(.ADDR_WIDTH(4)) dut (
        .clk(clk), .rst(rst), .hold(hold),
        .s_axi_awaddr(awaddr), .s_axi_awprot(3'd0), .s_axi_awvalid(awvalid && !rst), .s_axi_awready(awready),
        .s_axi_wdata(wdata), .s_axi_wstrb(wstrb), .s_axi_wvalid(wvalid && !rst), .s_axi_wready(wready),
        .s_axi_bresp(bresp), .s_axi_bvalid(bvalid), .s_axi_bready(bready),
        .s_axi_araddr(araddr), .s_axi_arprot(3'd0), .s_axi_arvalid(arvalid && !rst), .s_axi_arready(arready),
        .s_axi_rdata(rdata), .s_axi_rresp(rresp), .s_axi_rvalid(rvalid), .s_axi_rready(rready),
        .write_en(write), .write_addr(write_addr), .write_data(write_data), .write_strb(write_strb), .write_ok(write_ok),
        .read_en(read), .read_addr(read_addr), .read_data(read_data), .read_ok(read_ok)
    );

    wire aw_taken = awvalid && awready && !rst;
    wire w_taken = wvalid && wready && !rst;
    wire b_taken = bvalid && bready && !rst;
    wire ar_taken = arvalid && arready && !rst;
    wire r_taken = rvalid && rready && !rst;

    // Requests taken and not carried out, answers owed.
    reg [1:0]  aw = 2'd0, w = 2'd0, b = 2'd0, ar = 2'd0, r = 2'd0;
    // The request, and the answer that it earns.
    reg [1:0]  aw_addr = 0, ar_addr = 0, b_due = 0, r_due = 0;
    reg [31:0] w_data = 0, r_data = 0;
    reg [3:0]  w_strb = 0;
    // The cycle before.
    reg        b_stalled = 1'b0, r_stalled = 1'b0;

    always @(posedge clk) begin
        aw <= aw + aw_taken - write_en;
        w <= w + w_taken - write_en;
        b <= b + write_en - b_taken;
        ar <= ar + ar_taken - read_en;
        r <= r + read_en - r_taken;
        if (aw_taken) aw_addr <= awaddr[3:2];
        if (w_taken) begin
            w_data <= wdata;
            w_strb <= wstrb;
        end
        if (ar_taken) ar_addr <= araddr[3:2];
        if (write_en) b_due <= write_ok ? 2'b00 : 2'b10;
        if (read_en) begin
            r_due <= read_ok ? 2'b00 : 2'b10;
            r_data <= read_data;
        end
        b_stalled <= !rst && bvalid && !bready;
        r_stalled <= !rst && rvalid && !rready;
    end

    // A register is written for a pair of address and data that is here, never for another.
    assign bad_write_once = !rst && (aw > 2'd1 || w > 2'd1 || (write_en && (aw == 2'd0 || w == 2'd0)));
    assign seen_write_once = write_en && b_due == 2'b10;
    assign bad_write_as_asked = !rst && write_en && (write_addr != aw_addr || write_data != w_data || write_strb != w_strb);
    assign seen_write_as_asked = write_en && write_addr == 2'd2 && write_data == 32'h12345678;
    assign bad_b_owed = !rst && bvalid && (b == 2'd0 || bresp != b_due);
    assign seen_b_owed = bvalid && bresp == 2'b10;
    // With a request complete and no answer waiting, the answer comes in the next cycle, or in the one after a hold.
    assign bad_b_comes = !rst && ((b != 2'd0 && !bvalid) || (aw != 2'd0 && w != 2'd0 && b == 2'd0 && !write_en && !(HOLD != 0 && hold)));
    assign seen_b_comes = b_taken && aw != 2'd0 && w != 2'd0;
    assign bad_b_stable = b_stalled && !bvalid;
    assign seen_b_stable = b_stalled && bvalid && aw == 2'd1 && w == 2'd1;
    assign bad_read_once = !rst && (ar > 2'd1 || (read_en && (ar == 2'd0 || read_addr != ar_addr)));
    assign seen_read_once = read_en && read_addr == 2'd2 && r_due == 2'b10;
    assign bad_r_owed = !rst && rvalid && r == 2'd0;
    assign seen_r_owed = rvalid && rresp == 2'b10;
    assign bad_r_comes = !rst && ((r != 2'd0 && !rvalid) || (ar != 2'd0 && r == 2'd0 && !read_en));
    assign seen_r_comes = r_taken && ar != 2'd0;
    assign bad_r_stable = r_stalled && !rvalid;
    assign seen_r_stable = r_stalled && rvalid && ar == 2'd1;
    assign bad_r_as_read = !rst && rvalid && (rdata != r_data || rresp != r_due);
    assign seen_r_as_read = rvalid && r_stalled && rdata == 32'h12345678;
    assign bad_held = HOLD != 0 && hold && write_en;
    assign seen_held = HOLD != 0 && hold && aw != 2'd0 && w != 2'd0 && read_en;

endmodule
