// word_queue under proof. Whoever pushes keeps to the room: where it falls up to seven more words may come.
module formal_word_queue (
    input  wire       clk,
    input  wire       push_wanted,
    input  wire [1:0] push_word,
    // The word is the one to follow.
    input  wire       mark,
    input  wire       take,
    output wire       bad_order, seen_order,
    output wire       bad_none_lost, seen_none_lost,
    output wire       bad_none_doubled, seen_none_doubled,
    output wire       bad_valid_until_taken, seen_valid_until_taken,
    output wire       bad_room, seen_room
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire       room, valid;
    wire [1:0] word;
    // Words that may come without room.
    reg  [3:0] grace = 4'd7;
    wire       push = push_wanted && !rst && (room || grace != 4'd0);

    proved_word_queue #(.WIDTH(2)) dut (
        .clk(clk), .rst(rst), .push(push), .push_word(push_word), .room(room), .valid(valid), .word(word), .take(take)
    );

    wire       taken = valid && take && !rst;
    // Words in the queue, and those that ever came and left, modulo its places; the number of the marked one.
    reg  [4:0] level = 5'd0;
    reg  [3:0] came = 4'd0, left = 4'd0, number = 4'd0;
    reg        marked = 1'b0;
    reg  [1:0] marked_word = 2'd0;
    // The cycle before.
    reg        stalled = 1'b0, past = 1'b0;
    reg  [1:0] held = 2'd0;
    wire       here = marked && left == number;

    always @(posedge clk) begin
        past <= !rst;
        if (room) grace <= 4'd7;
        else if (push) grace <= grace - 4'd1;
        level <= level + push - taken;
        if (push) came <= came + 4'd1;
        if (taken) left <= left + 4'd1;
        stalled <= valid && !take && !rst;
        held <= word;
        if (mark && push && !marked) begin
            marked <= 1'b1;
            number <= came;
            marked_word <= push_word;
        end else if (taken && here) begin
            marked <= 1'b0;
        end
    end

    assign bad_order = past && here && valid && word != marked_word;
    assign seen_order = here && taken && word == 2'd2 && stalled;
    assign bad_none_lost = past && level != 5'd0 && !valid;
    assign seen_none_lost = past && level == 5'd15;
    assign bad_none_doubled = past && valid && level == 5'd0;
    assign seen_none_doubled = past && taken && level == 5'd1;
    assign bad_valid_until_taken = past && stalled && !(valid && word == held);
    assign seen_valid_until_taken = past && stalled && grace == 4'd0;
    // Room is there exactly while less than half of it is full, one cycle after the reset on.
    reg        settled = 1'b0;
    always @(posedge clk) settled <= past;
    assign bad_room = settled && room != (level < 5'd8);
    assign seen_room = settled && !room && grace == 4'd1;

endmodule
