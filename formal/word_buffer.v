// word_buffer under proof. Its neighbours write only where there is room and take only where it is ready.
module formal_word_buffer #(
    parameter integer WIDTH = 2,
    parameter integer DEPTH = 4,
    parameter integer LIMIT = 1
) (
    input  wire             clk,
    input  wire             write,
    input  wire [WIDTH-1:0] write_word,
    input  wire             want,
    // The word written now is the one to follow.
    input  wire             mark,
    output wire             bad_order, seen_order,
    output wire             bad_none_lost, seen_none_lost,
    output wire             bad_no_underflow, seen_no_underflow,
    output wire             bad_low_is_level, seen_low_is_level
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire             low;
    wire             ready;
    wire [WIDTH-1:0] word;

    reg [3:0] level = 4'd0;
    wire      write_en = write && !rst && level < DEPTH;
    wire      take = want && !rst && ready;

    proved_word_buffer #(.WIDTH(WIDTH), .DEPTH(DEPTH), .LIMIT(LIMIT)) dut (
        .clk(clk), .rst(rst), .write_en(write_en), .write_word(write_word), .low(low),
        .ready(ready), .take(take), .word(word)
    );

    reg             following = 1'b0;
    reg [3:0]       ahead = 4'd0;
    reg [WIDTH-1:0] followed = 0;
    // The followed word was taken one, two, three cycles ago.
    reg [2:0]       due = 3'd0;
    reg             past = 1'b0;

    // `low` speaks from the second cycle after the reset on.
    reg             started = 1'b0;

    wire at_head = following && ahead == 4'd0;

    always @(posedge clk) begin
        past <= !rst;
        started <= past;
        level <= level + write_en - take;
        due <= {due[1:0], take && at_head};
        if (mark && write_en && !following && due[1:0] == 2'd0) begin
            following <= 1'b1;
            ahead <= level - take;
            followed <= write_word;
        end else if (following && take) begin
            if (at_head) following <= 1'b0;
            else ahead <= ahead - 4'd1;
        end
    end

    assign bad_order = due[2] && word != followed;
    assign seen_order = due[2] && followed == 2'd2 && word == 2'd2;
    assign bad_none_lost = !rst && level != 4'd0 && !ready;
    assign seen_none_lost = level == DEPTH && take;
    assign bad_no_underflow = !rst && level == 4'd0 && ready;
    assign seen_no_underflow = past && level == 4'd0 && want && followed == 2'd1;
    assign bad_low_is_level = started && low != (level <= LIMIT);
    assign seen_low_is_level = past && !low && level == LIMIT + 1;

endmodule
