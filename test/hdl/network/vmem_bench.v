// Random writes of CELL, of LOAD and copies of STORE against a model of elements, and reads of both ports. Each kind keeps to the rules of its
// unit; nothing is read that was written less than WAIT cycles before. Prints every element that is not as expected.
`timescale 1ns / 1ps
`default_nettype none

module vmem_bench;
    parameter integer CHANNELS = 1;
    parameter integer GROUPS = 1;
    parameter integer ELEMS = 1;
    parameter integer DEPTH = 16;
    parameter integer REPLICATED = 1;
    parameter integer SEED = 1;
    parameter integer CYCLES = 4000;

    localparam integer WIDTH = 16;
    localparam integer SLICE = (ELEMS > GROUPS) ? ELEMS / GROUPS : 1;
    localparam integer SPREAD = (GROUPS > ELEMS) ? GROUPS / ELEMS : 1;
    localparam integer PARTS = (GROUPS < ELEMS) ? GROUPS : ELEMS;
    localparam integer SELECT_BITS = (SPREAD > 1) ? $clog2(SPREAD) : 1;
    localparam integer PART_BITS = (PARTS > 1) ? $clog2(PARTS) : 1;
    localparam integer SIZE = DEPTH * SLICE;
    localparam integer WORDS = SIZE / SLICE;

    reg clk = 1'b0;
    reg rst = 1'b1;
    integer seed = SEED;
    integer cycle = 0;
    integer reads = 0;
    integer errors = 0;

    always #5 clk = !clk;

    // Element of a channel, group and address; and the cycle from which on MAC may read it.
    reg [WIDTH-1:0] model [0:CHANNELS*GROUPS*SIZE-1];
    integer         settled [0:CHANNELS*GROUPS*SIZE-1];

    wire                            clearing;
    reg  [18*GROUPS-1:0]            mac_read_addr = 0;
    wire [CHANNELS*GROUPS*WIDTH-1:0] mac_read_data;
    reg                             cell_read = 0, store_read = 0;
    reg  [17:0]                     cell_read_addr = 0, store_read_addr = 0;
    reg                             cell_read_replicated = 0, store_read_replicated = 0;
    reg  [SELECT_BITS-1:0]          cell_read_select = 0, store_read_select = 0;
    wire                            store_read_ready;
    wire [CHANNELS*ELEMS*WIDTH-1:0] word_read_data;
    reg                             cell_write = 0, copy_write = 0, load_write = 0;
    reg  [17:0]                     cell_write_addr = 0, copy_write_addr = 0, load_write_addr = 0;
    reg                             cell_write_replicated = 0, copy_write_replicated = 0, load_write_replicated = 0;
    reg  [SELECT_BITS-1:0]          cell_write_select = 0, copy_write_select = 0, load_write_select = 0;
    reg  [PART_BITS-1:0]            copy_write_part = 0;
    reg  [ELEMS-1:0]                cell_write_mask = 0, copy_write_mask = 0, load_write_mask = 0;
    reg  [CHANNELS-1:0]             cell_write_channels = 0, copy_write_channels = 0, load_write_channels = 0;
    reg  [CHANNELS*ELEMS*WIDTH-1:0] cell_write_data = 0;
    reg  [ELEMS*WIDTH-1:0]          load_write_data = 0;
    wire                            copy_write_ready, load_write_ready;

    dut_vmem dut (
        .clk(clk),
        .rst(rst),
        .clearing(clearing),
        .mac_read_addr(mac_read_addr),
        .mac_read_data(mac_read_data),
        .cell_read(cell_read),
        .cell_read_addr(cell_read_addr),
        .cell_read_replicated(cell_read_replicated),
        .cell_read_select(cell_read_select),
        .store_read(store_read),
        .store_read_ready(store_read_ready),
        .store_read_addr(store_read_addr),
        .store_read_replicated(store_read_replicated),
        .store_read_select(store_read_select),
        .word_read_data(word_read_data),
        .cell_write(cell_write),
        .cell_write_addr(cell_write_addr),
        .cell_write_replicated(cell_write_replicated),
        .cell_write_select(cell_write_select),
        .cell_write_mask(cell_write_mask),
        .cell_write_channels(cell_write_channels),
        .cell_write_data(cell_write_data),
        .copy_write(copy_write),
        .copy_write_ready(copy_write_ready),
        .copy_write_addr(copy_write_addr),
        .copy_write_replicated(copy_write_replicated),
        .copy_write_select(copy_write_select),
        .copy_write_part(copy_write_part),
        .copy_write_mask(copy_write_mask),
        .copy_write_channels(copy_write_channels),
        .load_write(load_write),
        .load_write_ready(load_write_ready),
        .load_write_addr(load_write_addr),
        .load_write_replicated(load_write_replicated),
        .load_write_select(load_write_select),
        .load_write_mask(load_write_mask),
        .load_write_channels(load_write_channels),
        .load_write_data(load_write_data)
    );

    function integer random(input integer most);
        random = (most == 0) ? 0 : $dist_uniform(seed, 0, most);
    endfunction

    // Group and address of element i of a word.
    function integer group_of(input integer i, input integer replicated, input integer select);
        group_of = replicated ? 0 : (GROUPS <= ELEMS) ? i % GROUPS : select * ELEMS + i;
    endfunction
    function integer addr_of(input integer i, input integer replicated, input integer addr);
        addr_of = replicated ? addr + i : (GROUPS <= ELEMS) ? addr + i / GROUPS : addr;
    endfunction
    function integer place(input integer c, input integer g, input integer a);
        place = (c * GROUPS + g) * SIZE + a;
    endfunction

    // Writes an element into the model; `at` is the cycle from which on it may be read.
    task put(input integer c, input integer i, input integer replicated, input integer select, input integer addr,
             input [WIDTH-1:0] value, input integer at);
        integer g;
        for (g = 0; g < GROUPS; g = g + 1) begin
            if (replicated != 0 || g == group_of(i, replicated, select)) begin
                model[place(c, g, addr_of(i, replicated, addr))] = value;
                settled[place(c, g, addr_of(i, replicated, addr))] = at;
            end
        end
    endtask

    // Reads under way: what was asked for, by age.
    integer         mac_addr [0:2*GROUPS-1];
    integer         word_kind [0:3];     // 0 none, 1 word
    integer         word_addr [0:3];
    integer         word_replicated [0:3];
    integer         word_select [0:3];
    integer         copy_state = 0;
    integer         copy_at = 0;
    integer         copy_from = 0, copy_from_replicated = 0, copy_from_select = 0;
    integer         cell_rest = 0;
    integer         load_open = 0;
    integer         c, g, i, a, r, s, k;
    reg [WIDTH-1:0] expected;
    integer         known;
    reg             taken_load = 1'b0;

    // A random place of a word in a region of a unit: 0 CELL, 1 LOAD, 2 STORE; replicated vectors have a region of their own.
    task pick(input integer unit);
        begin
            r = REPLICATED != 0 && random(1) == 1;
            s = (r != 0) ? 0 : random(SPREAD - 1);
            a = (r != 0) ? random(SIZE / 8 / ELEMS - 1) * ELEMS : random(WORDS / 8 - 1) * SLICE;
            a = a + (2 * unit + r) * (SIZE / 8);
        end
    endtask

    initial begin
        for (i = 0; i < CHANNELS * GROUPS * SIZE; i = i + 1) begin
            model[i] = 0;
            settled[i] = 0;
        end
        for (i = 0; i < 4; i = i + 1) word_kind[i] = 0;
        for (i = 0; i < 2 * GROUPS; i = i + 1) mac_addr[i] = 0;
    end

    always @(negedge clk) begin
        cycle = cycle + 1;
        rst = cycle < 6;
        if (cycle > 10 && !clearing) begin
            // Data of the reads asked for before.
            for (g = 0; g < GROUPS; g = g + 1) begin
                for (c = 0; c < CHANNELS; c = c + 1) begin
                    if (mac_addr[GROUPS+g] >= 0) begin
                        expected = model[place(c, g, mac_addr[GROUPS+g])];
                        if (settled[place(c, g, mac_addr[GROUPS+g])] <= cycle - 2) begin
                            reads = reads + 1;
                            if (mac_read_data[(c*GROUPS+g)*WIDTH+:WIDTH] !== expected) begin
                                errors = errors + 1;
                                $display("cycle %0d: MAC %0d %0d %0d: %h, expected %h", cycle, c, g, mac_addr[GROUPS+g],
                                         mac_read_data[(c*GROUPS+g)*WIDTH+:WIDTH], expected);
                            end
                        end
                    end
                end
            end
            if (word_kind[2] != 0) begin
                for (c = 0; c < CHANNELS; c = c + 1) begin
                    for (i = 0; i < ELEMS; i = i + 1) begin
                        g = group_of(i, word_replicated[2], word_select[2]);
                        k = place(c, g, addr_of(i, word_replicated[2], word_addr[2]));
                        if (settled[k] <= cycle - 2) begin
                            reads = reads + 1;
                            if (word_read_data[(c*ELEMS+i)*WIDTH+:WIDTH] !== model[k]) begin
                                errors = errors + 1;
                                $display("cycle %0d: word %0d %0d %0d: %h, expected %h", cycle, c, i, word_addr[2],
                                         word_read_data[(c*ELEMS+i)*WIDTH+:WIDTH], model[k]);
                            end
                        end
                    end
                end
            end

            // Writes that were taken in the cycle that ends now; data of CELL follows in this one.
            if (taken_load) load_open = 0;
            for (i = 3; i > 0; i = i - 1) begin
                word_kind[i] = word_kind[i-1];
                word_addr[i] = word_addr[i-1];
                word_replicated[i] = word_replicated[i-1];
                word_select[i] = word_select[i-1];
            end
            for (g = 0; g < GROUPS; g = g + 1) mac_addr[GROUPS+g] = mac_addr[g];

            // CELL.
            if (cell_write) begin
                for (c = 0; c < CHANNELS; c = c + 1) begin
                    for (i = 0; i < ELEMS; i = i + 1) begin
                        cell_write_data[(c*ELEMS+i)*WIDTH+:WIDTH] = $random(seed);
                        if (cell_write_channels[c] && cell_write_mask[i])
                            put(c, i, cell_write_replicated, cell_write_select, cell_write_addr,
                                cell_write_data[(c*ELEMS+i)*WIDTH+:WIDTH],
                                cycle + 3 + (cell_write_replicated ? PARTS - 1 : 0));
                    end
                end
            end else cell_write_data = {CHANNELS*ELEMS*WIDTH{1'bx}};
            if (cell_rest > 0) cell_rest = cell_rest - 1;
            cell_write = cell_rest == 0 && random(2) != 0;
            if (cell_write) begin
                pick(0);
                cell_write_addr = a;
                cell_write_replicated = r;
                cell_write_select = s;
                cell_write_mask = $random(seed);
                cell_write_channels = $random(seed);
                if (r != 0) cell_rest = PARTS;
            end

            // LOAD holds its word until it is taken.
            load_write = load_open;
            if (!load_open && random(2) != 0) begin
                pick(1);
                load_open = 1;
                load_write = 1;
                load_write_addr = a;
                load_write_replicated = r;
                load_write_select = s;
                load_write_mask = $random(seed);
                load_write_channels = $random(seed);
                for (i = 0; i < ELEMS; i = i + 1) begin
                    load_write_data[i*WIDTH+:WIDTH] = $random(seed);
                    for (c = 0; c < CHANNELS; c = c + 1)
                        if (load_write_channels[c] && load_write_mask[i])
                            put(c, i, r, s, a, load_write_data[i*WIDTH+:WIDTH], 1000000000);
                end
            end

            // Reads.
            for (g = 0; g < GROUPS; g = g + 1) begin
                mac_addr[g] = random(SIZE - 1);
                mac_read_addr[18*g+:18] = mac_addr[g];
            end
            cell_read = random(1);
            store_read = random(1);
            pick(random(3));
            cell_read_addr = a;
            cell_read_replicated = r;
            cell_read_select = s;
            pick(random(3));
            store_read_addr = a;
            store_read_replicated = r;
            store_read_select = s;

            // STORE: a read, and two cycles later the copy of what it gives, a part at a time.
            copy_write = 0;
            if (copy_state == 2) begin
                copy_write = 1;
                copy_write_part = random(PARTS - 1);
                pick(2);
                copy_write_addr = a;
                copy_write_replicated = r;
                copy_write_select = s;
                copy_write_mask = $random(seed);
                copy_write_channels = $random(seed);
                copy_state = 0;
            end else if (copy_state > 0) copy_state = copy_state + 1;
            else if (store_read && !cell_read && random(1) == 1) begin
                copy_state = 1;
                copy_from = store_read_addr;
                copy_from_replicated = store_read_replicated;
                copy_from_select = store_read_select;
            end
            word_kind[0] = cell_read || store_read;
            word_addr[0] = cell_read ? cell_read_addr : store_read_addr;
            word_replicated[0] = cell_read ? cell_read_replicated : store_read_replicated;
            word_select[0] = cell_read ? cell_read_select : store_read_select;
        end
    end

    // What was taken is known behind the edge.
    always @(posedge clk) begin
        taken_load = load_write && load_write_ready;
        if (taken_load) begin
            for (c = 0; c < CHANNELS; c = c + 1)
                for (i = 0; i < ELEMS; i = i + 1)
                    if (load_write_channels[c] && load_write_mask[i])
                        put(c, i, load_write_replicated, load_write_select, load_write_addr,
                            load_write_data[i*WIDTH+:WIDTH], cycle + 4);
        end
        if (copy_write && copy_write_ready) begin
            // It takes the word that the read of two cycles before gives in the next cycle.
            for (c = 0; c < CHANNELS; c = c + 1)
                for (i = 0; i < ELEMS; i = i + 1)
                    if (copy_write_channels[c] && copy_write_mask[i]
                        && (!copy_write_replicated || i / SLICE == copy_write_part)) begin
                        known = place(c, group_of(i, copy_from_replicated, copy_from_select),
                                      addr_of(i, copy_from_replicated, copy_from));
                        put(c, i, copy_write_replicated, copy_write_select, copy_write_addr, model[known],
                            (settled[known] <= cycle - 1) ? cycle + 4 : 1000000000);
                    end
        end
        if (cycle == CYCLES) begin
            $display("%0d errors, %0d", errors, reads > CYCLES);
            $finish;
        end
    end
endmodule
