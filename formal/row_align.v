// row_align under proof, for a bus wider than, as wide as, or narrower than a row. An arbitrary part of a beat is followed into its row;
// a part is as wide as the narrower of the two.
module formal_row_align #(
    parameter integer BUS_WIDTH = 4,
    parameter integer ROW_WIDTH = 2
) (
    input  wire                 clk,
    input  wire                 beat_valid,
    input  wire [BUS_WIDTH-1:0] beat_data,
    // The part of the beat accepted now that is to be followed.
    input  wire                 mark,
    input  wire [1:0]           part,
    output wire                 bad_order, seen_order,
    output wire                 bad_none_lost, seen_none_lost,
    output wire                 bad_none_doubled, seen_none_doubled,
    output wire                 bad_takes_beats, seen_takes_beats
);

    localparam integer PART_WIDTH = (BUS_WIDTH < ROW_WIDTH) ? BUS_WIDTH : ROW_WIDTH;
    localparam integer BEAT_PARTS = BUS_WIDTH / PART_WIDTH;
    localparam integer ROW_PARTS = ROW_WIDTH / PART_WIDTH;

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire                 beat_ready;
    wire                 row_valid;
    wire [ROW_WIDTH-1:0] row_words;

    proved_row_align #(.BUS_WIDTH(BUS_WIDTH), .ROW_WIDTH(ROW_WIDTH)) dut (
        .clk(clk), .rst(rst), .beat_valid(beat_valid && !rst), .beat_data(beat_data), .beat_ready(beat_ready),
        .row_valid(row_valid), .row_words(row_words)
    );

    wire accept = beat_valid && beat_ready && !rst;
    wire row = row_valid && !rst;

    // Parts inside, parts in front of the followed one, and that part.
    reg [3:0]            inside = 4'd0;
    reg                  following = 1'b0;
    reg [3:0]            ahead = 4'd0;
    reg [PART_WIDTH-1:0] followed = 0;

    wire                  arrives = following && ahead < ROW_PARTS;
    wire [PART_WIDTH-1:0] arrived = row_words >> (ahead * PART_WIDTH);
    wire [3:0]            gone = row ? ROW_PARTS : 4'd0;

    always @(posedge clk) begin
        inside <= inside + (accept ? BEAT_PARTS : 4'd0) - gone;
        if (mark && accept && !following && part < BEAT_PARTS) begin
            following <= 1'b1;
            ahead <= inside + part - gone;
            followed <= beat_data >> (part * PART_WIDTH);
        end else if (following && row) begin
            if (arrives) following <= 1'b0;
            else ahead <= ahead - ROW_PARTS;
        end
    end

    assign bad_order = row && arrives && arrived != followed;
    assign seen_order = row && arrives && followed == 2'd2;
    // A row follows the beat that completes it by one cycle.
    assign bad_none_lost = !rst && inside >= ROW_PARTS && !row_valid;
    assign seen_none_lost = inside >= ROW_PARTS && accept;
    assign bad_none_doubled = row && inside < ROW_PARTS;
    assign seen_none_doubled = !rst && inside < ROW_PARTS && followed == 2'd1 && !following;
    // Ready where the rows of the last beat are out at the end of this cycle.
    assign bad_takes_beats = !rst && inside <= ROW_PARTS && !beat_ready;
    assign seen_takes_beats = inside == ROW_PARTS && accept;

endmodule
