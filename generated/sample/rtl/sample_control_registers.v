// SPDX-License-Identifier: Apache-2.0
// control_registers: the register file of the design; docs/registers.md of esegen describes every register.
//
//   access  const, ro   what the design is, what the hardware shows
//           low, high   64-bit counter: reading the lower half keeps the upper one
//           rw          storage, written by bytes
//           w1s         a pulse in the cycle behind the write
//           push        a word, with a pulse in the cycle behind the write; all four bytes at once
//           w1c         set by the hardware, cleared by writing 1; setting wins
//   0x000   ID
//   0x004   VERSION
//   0x008   HASH_LO
//   0x00c   HASH_HI
//   0x010   ARRAY
//   0x014   FORMAT
//   0x018   FEATURES
//   0x01c   INPUTS
//   0x020   CELLS
//   0x024   OUTPUTS
//   0x040   CONTROL
//   0x044   STATUS
//   0x048   ERRORS
//   0x04c   IRQ_ENABLE
//   0x050   IRQ_STATUS
//   0x060   IMAGE
//   0x064   IMAGE_DATA
//   0x068   MODEL_INPUTS
//   0x06c   MODEL_CELLS
//   0x070   MODEL_OUTPUTS
//   0x080   FRAMES
//   0x084   CYCLES_LO
//   0x088   CYCLES_HI
//   0x08c   MACS_LO
//   0x090   MACS_HI
//   0x094   FIFO_HIGH
//   0x0a0   STATE
//   0x0a4   STATE_PLACE
//   0x0a8   STATE_WRITE
//   0x0ac   STATE_READ
//
// `write_ok` is 0 where there is no register, or none with anything to write; `read_ok` where there is no register.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_control_registers (
    input  wire        clk,
    input  wire        rst,
    // Accesses, by number of the register.
    input  wire        write_en,
    input  wire [9:0]  write_addr,
    input  wire [31:0] write_data,
    input  wire [3:0]  write_strb,
    output reg         write_ok,
    input  wire        read_en,
    input  wire [9:0]  read_addr,
    output reg  [31:0] read_data,
    output reg         read_ok,
    // CONTROL.run.
    output wire        control_run,
    // CONTROL.run.
    input  wire        control_run_clear,
    // CONTROL.soft_reset.
    output wire        control_soft_reset,
    // STATUS.held.
    input  wire        status_held,
    // STATUS.busy.
    input  wire        status_busy,
    // STATUS.resetting.
    input  wire        status_resetting,
    // STATUS.dropping.
    input  wire        status_dropping,
    // STATUS.memory.
    input  wire [1:0]  status_memory,
    // ERRORS.frame.
    input  wire        errors_frame_set,
    // ERRORS.frame.
    output wire        errors_frame,
    // ERRORS.memory_slave.
    input  wire        errors_memory_slave_set,
    // ERRORS.memory_slave.
    output wire        errors_memory_slave,
    // ERRORS.memory_decode.
    input  wire        errors_memory_decode_set,
    // ERRORS.memory_decode.
    output wire        errors_memory_decode,
    // ERRORS.memory_silent.
    input  wire        errors_memory_silent_set,
    // ERRORS.memory_silent.
    output wire        errors_memory_silent,
    // ERRORS.not_drained.
    input  wire        errors_not_drained_set,
    // ERRORS.not_drained.
    output wire        errors_not_drained,
    // ERRORS.image_magic.
    input  wire        errors_image_magic_set,
    // ERRORS.image_magic.
    output wire        errors_image_magic,
    // ERRORS.image_version.
    input  wire        errors_image_version_set,
    // ERRORS.image_version.
    output wire        errors_image_version,
    // ERRORS.image_design.
    input  wire        errors_image_design_set,
    // ERRORS.image_design.
    output wire        errors_image_design,
    // ERRORS.image_contents.
    input  wire        errors_image_contents_set,
    // ERRORS.image_contents.
    output wire        errors_image_contents,
    // ERRORS.image_crc.
    input  wire        errors_image_crc_set,
    // ERRORS.image_crc.
    output wire        errors_image_crc,
    // ERRORS.image_order.
    input  wire        errors_image_order_set,
    // ERRORS.image_order.
    output wire        errors_image_order,
    // IRQ_ENABLE.frame.
    output wire        irq_enable_frame,
    // IRQ_ENABLE.idle.
    output wire        irq_enable_idle,
    // IRQ_ENABLE.error.
    output wire        irq_enable_error,
    // IRQ_ENABLE.reset_done.
    output wire        irq_enable_reset_done,
    // IRQ_STATUS.frame.
    input  wire        irq_status_frame_set,
    // IRQ_STATUS.frame.
    output wire        irq_status_frame,
    // IRQ_STATUS.idle.
    input  wire        irq_status_idle_set,
    // IRQ_STATUS.idle.
    output wire        irq_status_idle,
    // IRQ_STATUS.error.
    input  wire        irq_status_error_set,
    // IRQ_STATUS.error.
    output wire        irq_status_error,
    // IRQ_STATUS.reset_done.
    input  wire        irq_status_reset_done_set,
    // IRQ_STATUS.reset_done.
    output wire        irq_status_reset_done,
    // IMAGE.check.
    output wire        image_check,
    // IMAGE.load.
    output wire        image_load,
    // IMAGE.busy.
    input  wire        image_busy,
    // IMAGE.loading.
    input  wire        image_loading,
    // IMAGE.checked.
    input  wire        image_checked,
    // IMAGE.model_ok.
    input  wire        image_model_ok,
    // IMAGE_DATA.word.
    output wire        image_data_word_en,
    // IMAGE_DATA.word.
    output wire [31:0] image_data_word,
    // MODEL_INPUTS.count.
    input  wire [31:0] model_inputs_count,
    // MODEL_CELLS.count.
    input  wire [31:0] model_cells_count,
    // MODEL_OUTPUTS.count.
    input  wire [31:0] model_outputs_count,
    // FRAMES.count.
    input  wire [31:0] frames_count,
    // Cycles since the start; they stand still while the core is held.
    input  wire [63:0] cycles,
    // Weights other than 0 that the lanes have multiplied, for all channels at once.
    input  wire [63:0] macs,
    // FIFO_HIGH.level.
    input  wire [31:0] fifo_high_level,
    // STATE.clear.
    output wire        state_clear,
    // STATE.resume.
    output wire        state_resume,
    // STATE.idle.
    input  wire        state_idle,
    // STATE_PLACE.word.
    output wire        state_place_word_en,
    // STATE_PLACE.word.
    output wire [31:0] state_place_word,
    // STATE_WRITE.value.
    output wire        state_write_value_en,
    // STATE_WRITE.value.
    output wire [31:0] state_write_value,
    // STATE_READ.value.
    input  wire [15:0] state_read_value,
    // STATE_READ.valid.
    input  wire        state_read_valid
);

    localparam [9:0] ID = 10'd0;
    localparam [9:0] VERSION = 10'd1;
    localparam [9:0] HASH_LO = 10'd2;
    localparam [9:0] HASH_HI = 10'd3;
    localparam [9:0] ARRAY = 10'd4;
    localparam [9:0] FORMAT = 10'd5;
    localparam [9:0] FEATURES = 10'd6;
    localparam [9:0] INPUTS = 10'd7;
    localparam [9:0] CELLS = 10'd8;
    localparam [9:0] OUTPUTS = 10'd9;
    localparam [9:0] CONTROL = 10'd16;
    localparam [9:0] STATUS = 10'd17;
    localparam [9:0] ERRORS = 10'd18;
    localparam [9:0] IRQ_ENABLE = 10'd19;
    localparam [9:0] IRQ_STATUS = 10'd20;
    localparam [9:0] IMAGE = 10'd24;
    localparam [9:0] IMAGE_DATA = 10'd25;
    localparam [9:0] MODEL_INPUTS = 10'd26;
    localparam [9:0] MODEL_CELLS = 10'd27;
    localparam [9:0] MODEL_OUTPUTS = 10'd28;
    localparam [9:0] FRAMES = 10'd32;
    localparam [9:0] CYCLES_LO = 10'd33;
    localparam [9:0] CYCLES_HI = 10'd34;
    localparam [9:0] MACS_LO = 10'd35;
    localparam [9:0] MACS_HI = 10'd36;
    localparam [9:0] FIFO_HIGH = 10'd37;
    localparam [9:0] STATE = 10'd40;
    localparam [9:0] STATE_PLACE = 10'd41;
    localparam [9:0] STATE_WRITE = 10'd42;
    localparam [9:0] STATE_READ = 10'd43;

    // Written bits.
    wire [31:0] bytes = { {8{write_strb[3]}}, {8{write_strb[2]}}, {8{write_strb[1]}}, {8{write_strb[0]}} };
    wire [31:0] mask = write_en ? bytes : 32'd0;
    wire [31:0] ones = write_data & mask;

    reg        control_run_reg;
    reg        irq_enable_frame_reg;
    reg        irq_enable_idle_reg;
    reg        irq_enable_error_reg;
    reg        irq_enable_reset_done_reg;
    reg        errors_frame_reg;
    reg        errors_memory_slave_reg;
    reg        errors_memory_decode_reg;
    reg        errors_memory_silent_reg;
    reg        errors_not_drained_reg;
    reg        errors_image_magic_reg;
    reg        errors_image_version_reg;
    reg        errors_image_design_reg;
    reg        errors_image_contents_reg;
    reg        errors_image_crc_reg;
    reg        errors_image_order_reg;
    reg        irq_status_frame_reg;
    reg        irq_status_idle_reg;
    reg        irq_status_error_reg;
    reg        irq_status_reset_done_reg;
    reg [31:0] cycles_hold_reg;
    reg [31:0] macs_hold_reg;
    reg        control_soft_reset_reg;
    reg        image_check_reg;
    reg        image_load_reg;
    reg        state_clear_reg;
    reg        state_resume_reg;
    reg        image_data_word_reg;
    reg        state_place_word_reg;
    reg        state_write_value_reg;
    reg [31:0] word_reg;

    always @(posedge clk) begin
        word_reg <= write_data;
        if (read_en && read_addr == CYCLES_LO) cycles_hold_reg <= cycles[63:32];
        if (read_en && read_addr == MACS_LO) macs_hold_reg <= macs[63:32];
        if (rst) begin
            control_run_reg <= 1'd0;
            irq_enable_frame_reg <= 1'd0;
            irq_enable_idle_reg <= 1'd0;
            irq_enable_error_reg <= 1'd0;
            irq_enable_reset_done_reg <= 1'd0;
            errors_frame_reg <= 1'd0;
            errors_memory_slave_reg <= 1'd0;
            errors_memory_decode_reg <= 1'd0;
            errors_memory_silent_reg <= 1'd0;
            errors_not_drained_reg <= 1'd0;
            errors_image_magic_reg <= 1'd0;
            errors_image_version_reg <= 1'd0;
            errors_image_design_reg <= 1'd0;
            errors_image_contents_reg <= 1'd0;
            errors_image_crc_reg <= 1'd0;
            errors_image_order_reg <= 1'd0;
            irq_status_frame_reg <= 1'd0;
            irq_status_idle_reg <= 1'd0;
            irq_status_error_reg <= 1'd0;
            irq_status_reset_done_reg <= 1'd0;
            control_soft_reset_reg <= 1'b0;
            image_check_reg <= 1'b0;
            image_load_reg <= 1'b0;
            state_clear_reg <= 1'b0;
            state_resume_reg <= 1'b0;
            image_data_word_reg <= 1'b0;
            state_place_word_reg <= 1'b0;
            state_write_value_reg <= 1'b0;
        end else begin
            control_soft_reset_reg <= write_addr == CONTROL && ones[1];
            image_check_reg <= write_addr == IMAGE && ones[0];
            image_load_reg <= write_addr == IMAGE && ones[1];
            state_clear_reg <= write_addr == STATE && ones[0];
            state_resume_reg <= write_addr == STATE && ones[1];
            image_data_word_reg <= write_addr == IMAGE_DATA && mask == 32'hffffffff;
            state_place_word_reg <= write_addr == STATE_PLACE && mask == 32'hffffffff;
            state_write_value_reg <= write_addr == STATE_WRITE && mask == 32'hffffffff;
            if (control_run_clear) control_run_reg <= 1'd0;
            else if (write_addr == CONTROL) control_run_reg <= (control_run_reg & ~mask[0]) | ones[0];
            if (write_addr == IRQ_ENABLE) irq_enable_frame_reg <= (irq_enable_frame_reg & ~mask[0]) | ones[0];
            if (write_addr == IRQ_ENABLE) irq_enable_idle_reg <= (irq_enable_idle_reg & ~mask[1]) | ones[1];
            if (write_addr == IRQ_ENABLE) irq_enable_error_reg <= (irq_enable_error_reg & ~mask[2]) | ones[2];
            if (write_addr == IRQ_ENABLE) irq_enable_reset_done_reg <= (irq_enable_reset_done_reg & ~mask[3]) | ones[3];
            errors_frame_reg <= errors_frame_set
                | (errors_frame_reg & ~(write_addr == ERRORS ? ones[0] : 1'd0));
            errors_memory_slave_reg <= errors_memory_slave_set
                | (errors_memory_slave_reg & ~(write_addr == ERRORS ? ones[1] : 1'd0));
            errors_memory_decode_reg <= errors_memory_decode_set
                | (errors_memory_decode_reg & ~(write_addr == ERRORS ? ones[2] : 1'd0));
            errors_memory_silent_reg <= errors_memory_silent_set
                | (errors_memory_silent_reg & ~(write_addr == ERRORS ? ones[3] : 1'd0));
            errors_not_drained_reg <= errors_not_drained_set
                | (errors_not_drained_reg & ~(write_addr == ERRORS ? ones[4] : 1'd0));
            errors_image_magic_reg <= errors_image_magic_set
                | (errors_image_magic_reg & ~(write_addr == ERRORS ? ones[5] : 1'd0));
            errors_image_version_reg <= errors_image_version_set
                | (errors_image_version_reg & ~(write_addr == ERRORS ? ones[6] : 1'd0));
            errors_image_design_reg <= errors_image_design_set
                | (errors_image_design_reg & ~(write_addr == ERRORS ? ones[7] : 1'd0));
            errors_image_contents_reg <= errors_image_contents_set
                | (errors_image_contents_reg & ~(write_addr == ERRORS ? ones[8] : 1'd0));
            errors_image_crc_reg <= errors_image_crc_set
                | (errors_image_crc_reg & ~(write_addr == ERRORS ? ones[9] : 1'd0));
            errors_image_order_reg <= errors_image_order_set
                | (errors_image_order_reg & ~(write_addr == ERRORS ? ones[10] : 1'd0));
            irq_status_frame_reg <= irq_status_frame_set
                | (irq_status_frame_reg & ~(write_addr == IRQ_STATUS ? ones[0] : 1'd0));
            irq_status_idle_reg <= irq_status_idle_set
                | (irq_status_idle_reg & ~(write_addr == IRQ_STATUS ? ones[1] : 1'd0));
            irq_status_error_reg <= irq_status_error_set
                | (irq_status_error_reg & ~(write_addr == IRQ_STATUS ? ones[2] : 1'd0));
            irq_status_reset_done_reg <= irq_status_reset_done_set
                | (irq_status_reset_done_reg & ~(write_addr == IRQ_STATUS ? ones[3] : 1'd0));
        end
    end

    always @(*) begin
        case (write_addr)
            CONTROL, ERRORS, IRQ_ENABLE, IRQ_STATUS, IMAGE, IMAGE_DATA, STATE, STATE_PLACE,
            STATE_WRITE: write_ok = 1'b1;
            default: write_ok = 1'b0;
        endcase
    end

    always @(*) begin
        read_ok = 1'b1;
        case (read_addr)
            ID: read_data = 32'h45534547;
            VERSION: read_data = 32'h00010001;
            HASH_LO: read_data = 32'h5f468268;
            HASH_HI: read_data = 32'heeb09308;
            ARRAY: read_data = 32'h02040101;
            FORMAT: read_data = 32'h0110040c;
            FEATURES: read_data = 32'h00000006;
            INPUTS: read_data = 32'h0000000c;
            CELLS: read_data = 32'h00000010;
            OUTPUTS: read_data = 32'h00000008;
            CONTROL: read_data = {30'd0, 1'd0, control_run_reg};
            STATUS: read_data = {
                22'd0,
                status_memory,
                4'd0,
                status_dropping,
                status_resetting,
                status_busy,
                status_held
            };
            ERRORS: read_data = {
                21'd0,
                errors_image_order_reg,
                errors_image_crc_reg,
                errors_image_contents_reg,
                errors_image_design_reg,
                errors_image_version_reg,
                errors_image_magic_reg,
                errors_not_drained_reg,
                errors_memory_silent_reg,
                errors_memory_decode_reg,
                errors_memory_slave_reg,
                errors_frame_reg
            };
            IRQ_ENABLE: read_data = {
                28'd0,
                irq_enable_reset_done_reg,
                irq_enable_error_reg,
                irq_enable_idle_reg,
                irq_enable_frame_reg
            };
            IRQ_STATUS: read_data = {
                28'd0,
                irq_status_reset_done_reg,
                irq_status_error_reg,
                irq_status_idle_reg,
                irq_status_frame_reg
            };
            IMAGE: read_data = {20'd0, image_model_ok, image_checked, image_loading, image_busy, 6'd0, 1'd0, 1'd0};
            IMAGE_DATA: read_data = 32'd0;
            MODEL_INPUTS: read_data = model_inputs_count;
            MODEL_CELLS: read_data = model_cells_count;
            MODEL_OUTPUTS: read_data = model_outputs_count;
            FRAMES: read_data = frames_count;
            CYCLES_LO: read_data = cycles[31:0];
            CYCLES_HI: read_data = cycles_hold_reg;
            MACS_LO: read_data = macs[31:0];
            MACS_HI: read_data = macs_hold_reg;
            FIFO_HIGH: read_data = fifo_high_level;
            STATE: read_data = {23'd0, state_idle, 6'd0, 1'd0, 1'd0};
            STATE_PLACE: read_data = 32'd0;
            STATE_WRITE: read_data = 32'd0;
            STATE_READ: read_data = {state_read_valid, 15'd0, state_read_value};
            default: begin
                read_data = 32'd0;
                read_ok   = 1'b0;
            end
        endcase
    end

    assign control_run = control_run_reg;
    assign irq_enable_frame = irq_enable_frame_reg;
    assign irq_enable_idle = irq_enable_idle_reg;
    assign irq_enable_error = irq_enable_error_reg;
    assign irq_enable_reset_done = irq_enable_reset_done_reg;
    assign control_soft_reset = control_soft_reset_reg;
    assign image_check = image_check_reg;
    assign image_load = image_load_reg;
    assign state_clear = state_clear_reg;
    assign state_resume = state_resume_reg;
    assign image_data_word = word_reg;
    assign image_data_word_en = image_data_word_reg;
    assign state_place_word = word_reg;
    assign state_place_word_en = state_place_word_reg;
    assign state_write_value = word_reg;
    assign state_write_value_en = state_write_value_reg;
    assign errors_frame = errors_frame_reg;
    assign errors_memory_slave = errors_memory_slave_reg;
    assign errors_memory_decode = errors_memory_decode_reg;
    assign errors_memory_silent = errors_memory_silent_reg;
    assign errors_not_drained = errors_not_drained_reg;
    assign errors_image_magic = errors_image_magic_reg;
    assign errors_image_version = errors_image_version_reg;
    assign errors_image_design = errors_image_design_reg;
    assign errors_image_contents = errors_image_contents_reg;
    assign errors_image_crc = errors_image_crc_reg;
    assign errors_image_order = errors_image_order_reg;
    assign irq_status_frame = irq_status_frame_reg;
    assign irq_status_idle = irq_status_idle_reg;
    assign irq_status_error = irq_status_error_reg;
    assign irq_status_reset_done = irq_status_reset_done_reg;

    wire unused_ones = &{1'b0, ones, mask};

endmodule

`resetall
