/** Blocks of which designs consist; those of the bench too. */
export const BLOCK_NAMES: readonly string[] = [
  'act_broadcast',
  'act_buffer',
  'act_queue',
  'act_store',
  'adder_tree',
  'arith_control',
  'arith_unit',
  'array',
  'assemble',
  'axi_lite_slave',
  'axi_memory',
  'axi_sequence',
  'axis_counters',
  'bank_control',
  'bench',
  'burst_reader',
  'cell_address',
  'beat_buffer',
  'cell_control',
  'cell_ctl',
  'cell_inverse',
  'cell_issue',
  'cell_lane',
  'cell_sequencer',
  'cell_unit',
  'channel',
  'column_feed',
  'column_group',
  'column_issuer',
  'control_master',
  'control_registers',
  'core',
  'core_counters',
  'corner_turn',
  'elem_lane',
  'elem_mul',
  'forward_stage',
  'forward_transform',
  'frame_in',
  'frame_out',
  'frame_port',
  'gather',
  'gather_control',
  'group_memory',
  'icarus_tb',
  'image_loader',
  'inverse_lane',
  'inverse_stage',
  'inverse_transform',
  'lane',
  'load_decode',
  'load_sequencer',
  'load_unit',
  'mac_control',
  'mac_sequencer',
  'network_array',
  'network_core',
  'network_group',
  'pair_turn',
  'pe',
  'ptr_read',
  'reader_sequencer',
  'recall_sequencer',
  'register_copy',
  'rom',
  'rom2',
  'rotation',
  'round_clip',
  'row_align',
  'row_decode',
  'row_rom',
  'run_control',
  'sdp_ram',
  'sequence_address',
  'sequence_buffer',
  'sequence_fetch',
  'sequence_memory',
  'sequence_reader',
  'sequence_writer',
  'sequencer',
  'sigmoid',
  'skid_buffer',
  'small_rom',
  'spectral_copy',
  'spectrum_channel',
  'spmat_read',
  'start_memory',
  'state_access',
  'state_port',
  'step_flags',
  'step_rom',
  'store_sequencer',
  'store_unit',
  'table_index',
  'tanh',
  'token_join',
  'turned_inverse',
  'ultra_ram',
  'vec_buffer',
  'vec_fill',
  'vector_tile',
  'view_address',
  'vmem',
  'vmem_channel',
  'weight_reader',
  'word_buffer',
  'word_loader',
  'word_queue',
  'word_walk',
];

/** Name of the module of a block. It carries that of the design, so that several designs are in one project or simulation. */
export function moduleName(design: string, block: string): string {
  return `${design}_${block}`;
}

/** Path of a memory file in a design directory, and of what the RTL reads: `pointers_0000.mem` → `mem/my_lstm_pointers_0000.mem`. */
export function memoryPath(design: string, file: string): string {
  return `mem/${design}_${file}`;
}

/** Ends of names that a design must not have, longest first: blocks, and what stands before a block in the name of another (`small` in `small_rom`). */
const MODULE_ENDS: readonly string[] = BLOCK_NAMES.flatMap((block) => [
  block,
  ...BLOCK_NAMES.filter((end) => block.endsWith(`_${end}`)).map((end) => block.slice(0, -end.length - 1)),
]).toSorted((a, b) => b.length - a.length);

/**
 * End by which a design of this name would have a module that another design can have too; null where it has none. `lstm_core` is a
 * module of a design named `lstm`, and `lstm_small` has a `rom` of the name of the `small_rom` of `lstm`.
 */
export function moduleEnd(name: string): string | null {
  return MODULE_ENDS.find((end) => `_${name}`.endsWith(`_${end}`)) ?? null;
}

/** Reserved words of SystemVerilog (IEEE 1800-2017, annex B), which include those of Verilog-2005. */
export const VERILOG_KEYWORDS: ReadonlySet<string> = new Set(
  `accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before begin bind bins
  binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class clocking cmos config const
  constraint context continue cover covergroup coverpoint cross deassign default defparam design disable dist do edge
  else end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup endinterface endmodule
  endpackage endprimitive endprogram endproperty endspecify endsequence endtable endtask enum event eventually expect
  export extends extern final first_match for force foreach forever fork forkjoin function generate genvar global
  highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input
  inside instance int integer interconnect interface intersect join join_any join_none large let liblist library local
  localparam logic longint macromodule matches medium modport module nand negedge nettype new nexttime nmos nor
  noshowcancelled not notif0 notif1 null or output package packed parameter pmos posedge primitive priority program
  property protected pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase
  randsequence rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0
  rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled
  signed small soft solve specify specparam static string strong strong0 strong1 struct super supply0 supply1
  sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran tranif0 tranif1 tri
  tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until until_with untyped use uwire var
  vectored virtual void wait wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor`.split(
    /\s+/,
  ),
);
