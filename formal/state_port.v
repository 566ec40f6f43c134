// state_port under proof: how long it holds back the writes of a host, for any neighbours.
module formal_state_port (
    input  wire        clk,
    input  wire        idle,
    input  wire        place_en,
    input  wire [31:0] place,
    input  wire        write_wanted,
    input  wire [31:0] write,
    input  wire        write_ready,
    output wire        bad_hold_ends, seen_hold_ends,
    output wire        bad_held_while_written, seen_held_while_written,
    output wire        bad_written_once, seen_written_once
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire hold, state_write;
    // The slave carries out no write during a hold.
    wire write_en = write_wanted && !hold && !rst;
    wire accepted = write_en && idle;
    wire written = state_write && write_ready && !rst;

    proved_state_port dut (
        .clk(clk), .rst(rst), .load(0), .idle(idle), .place_en(place_en && !hold), .place(place), .write_en(write_en), .write(write), .clear(1'b0),
        .resume(1'b0), .read_valid(), .read_value(), .hold(hold), .read(), .access_replicated(), .access_addr(), .access_select(),
        .word_read_data(0), .state_write(state_write), .state_write_ready(write_ready), .state_write_mask(), .state_write_channels(),
        .state_write_value(), .utterance_starts(), .utterance_goes_on()
    );

    // Cycles of the hold in which the write port was ready; elements accepted and not written.
    reg [1:0] ready = 2'd0;
    reg [1:0] owed = 2'd0;
    reg       past = 1'b0;

    always @(posedge clk) begin
        past <= !rst;
        ready <= (!hold || rst) ? 2'd0 : ready + (write_ready && ready != 2'd3);
        owed <= owed + accepted - written;
    end

    // A hold lasts for two cycles of a ready port.
    assign bad_hold_ends = past && hold && ready == 2'd2;
    assign seen_hold_ends = past && hold && ready == 2'd1 && !idle;
    assign bad_held_while_written = past && state_write && !hold;
    assign seen_held_while_written = past && state_write && !write_ready && write_wanted;
    assign bad_written_once = past && (owed > 2'd1 || (written && owed == 2'd0) || (!hold && owed != 2'd0));
    assign seen_written_once = past && written && owed == 2'd1;

endmodule
