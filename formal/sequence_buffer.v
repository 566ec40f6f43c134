// sequence_buffer under proof, for any beats for which there is a place, and any LOAD that takes words only where there are some.
module formal_sequence_buffer #(
    // Bits of the bus, of a word, and of its place in a line; words and beats of a line.
    parameter integer BUS_WIDTH = 16,
    parameter integer WORD_WIDTH = 4,
    parameter integer SLOT_WIDTH = 8,
    parameter integer WORDS = 2,
    parameter integer PARTS = 1,
    parameter integer LINES = 4
) (
    input  wire                 clk,
    input  wire                 beat_wanted,
    input  wire [BUS_WIDTH-1:0] beat_data,
    // The beat is the one to follow.
    input  wire                 mark,
    input  wire                 take_wanted,
    input  wire                 take_last,
    output wire                 bad_ready_is_level, seen_ready_is_level,
    output wire                 bad_order, seen_order,
    output wire                 bad_frees_lines, seen_frees_lines
);

    reg rst = 1'b1;
    always @(posedge clk) rst <= 1'b0;

    wire                  ready, freed;
    wire [WORD_WIDTH-1:0] word;

    localparam integer NUMBER_BITS = $clog2(LINES);
    // Lines that have a place, from their first beats until they leave; lines that ever came and left, modulo the places.
    reg  [NUMBER_BITS:0]   level = 0;
    reg  [NUMBER_BITS-1:0] came = 0, left = 0;
    reg        part = 1'b0;
    wire       begins = PARTS == 1 || !part;
    wire       beat_valid = beat_wanted && !rst && (!begins || level < LINES);
    wire       line_comes = beat_valid && (PARTS == 1 || part);
    wire       take = take_wanted && ready && !rst;
    reg        place = 1'b0;
    wire       leaves = take && (WORDS == 1 || take_last || place);

    proved_sequence_buffer #(
        .BUS_WIDTH(BUS_WIDTH), .WORD_WIDTH(WORD_WIDTH), .LINES(LINES)
    ) dut (
        .clk(clk), .rst(rst), .beat_valid(beat_valid), .beat_data(beat_data), .ready(ready), .take(take), .take_last(take_last), .word(word),
        .freed(freed)
    );

    // The marked beat: the number of its line, which part it is of, and its data. Words of its line are due two cycles after they are taken.
    reg                   marked = 1'b0;
    reg [NUMBER_BITS-1:0] number = 0;
    reg                   marked_part = 1'b0;
    reg [BUS_WIDTH-1:0]   marked_data = 0;
    reg                   due_1 = 1'b0, due_2 = 1'b0;
    reg                   place_1 = 1'b0, place_2 = 1'b0;
    // Lines that are complete, a cycle later: then words are ready.
    reg                   came_1 = 1'b0;
    reg [NUMBER_BITS:0]   complete = 0;
    reg                   past = 1'b0, settled = 1'b0;

    always @(posedge clk) begin
        past <= !rst;
        settled <= past;
        if (beat_valid) part <= !part;
        level <= level + (beat_valid && begins) - leaves;
        if (line_comes) came <= came + 1'b1;
        if (leaves) left <= left + 1'b1;
        if (take) place <= !leaves;
        came_1 <= line_comes;
        complete <= complete + came_1 - leaves;
        if (mark && beat_valid && !marked) begin
            marked <= 1'b1;
            number <= came;
            marked_part <= part;
            marked_data <= beat_data;
        end else if (marked && leaves && left == number) begin
            marked <= 1'b0;
        end
        due_1 <= marked && take && left == number;
        due_2 <= due_1;
        place_1 <= place;
        place_2 <= place_1;
    end

    // The mark belongs to the words that are due until another one is set, which is in a later line.
    reg                 due_part_1 = 1'b0, due_part_2 = 1'b0;
    reg [BUS_WIDTH-1:0] due_data_1 = 0, due_data_2 = 0;

    always @(posedge clk) begin
        due_part_1 <= marked_part;
        due_part_2 <= due_part_1;
        due_data_1 <= marked_data;
        due_data_2 <= due_data_1;
    end

    localparam integer WIDE = BUS_WIDTH * PARTS;
    wire [WIDE-1:0] line = (PARTS == 1) ? due_data_2 >> (place_2 ? SLOT_WIDTH : 0) : due_data_2 << (due_part_2 ? BUS_WIDTH : 0);
    wire [WIDE-1:0] mask = (PARTS == 1) ? {WIDE{1'b1}} : {BUS_WIDTH{1'b1}} << (due_part_2 ? BUS_WIDTH : 0);
    wire [WORD_WIDTH-1:0] different = (word ^ line) & mask;

    assign bad_ready_is_level = settled && ready != (complete != 0);
    assign seen_ready_is_level = settled && ready && complete == LINES;
    // The words of the marked beat's line are its own.
    assign bad_order = due_2 && different != 0;
    assign seen_order = due_2 && word != 0 && place_2 == (WORDS == 2) && due_part_2 == (PARTS == 2);
    assign bad_frees_lines = past && freed != leaves;
    assign seen_frees_lines = past && freed && complete == LINES;

endmodule
