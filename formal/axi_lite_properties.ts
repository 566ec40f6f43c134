// Rules of AXI4-Lite for the slave in front of the registers.

import type { Property } from './property.ts';

/** Of a slave whose writes nothing holds back. */
export const AXI_LITE: readonly Property[] = [
  { name: 'write_once', broken: ['aw_here_reg && w_here_reg && !b_valid_reg', 'aw_here_reg && !b_valid_reg'] },
  { name: 'write_as_asked', broken: ['if (aw_taken) aw_addr_reg', 'if (s_axi_awvalid) aw_addr_reg'] },
  {
    name: 'b_owed',
    broken: ['b_valid_reg  <= write || (b_valid_reg && !s_axi_bready);', 'b_valid_reg  <= write || b_valid_reg;'],
  },
  {
    name: 'b_comes',
    broken: ['b_valid_reg  <= write || (b_valid_reg && !s_axi_bready);', 'b_valid_reg  <= write && s_axi_bready;'],
  },
  { name: 'b_stable', broken: ['(b_valid_reg && !s_axi_bready)', '(b_valid_reg && s_axi_bready)'] },
  {
    name: 'read_once',
    broken: ['ar_here_reg  <= (ar_here_reg || ar_taken) && !read;', 'ar_here_reg  <= ar_here_reg || ar_taken;'],
  },
  {
    name: 'r_owed',
    broken: ['r_valid_reg  <= read || (r_valid_reg && !s_axi_rready);', 'r_valid_reg  <= read || r_valid_reg;'],
  },
  { name: 'r_comes', broken: ['ar_here_reg && !r_valid_reg', 'ar_here_reg && !r_valid_reg && s_axi_rready'] },
  { name: 'r_stable', broken: ['(r_valid_reg && !s_axi_rready)', '(r_valid_reg && s_axi_rready)'] },
  {
    name: 'r_as_read',
    broken: ['if (read) begin\n            r_data_reg', 'if (!s_axi_rready || read) begin\n            r_data_reg'],
  },
];

/** Of one whose writes can be held back: none is carried out meanwhile, and reads go on. */
export const AXI_LITE_HELD: readonly Property[] = [
  ...AXI_LITE,
  { name: 'held', broken: ['!b_valid_reg && !hold', '!b_valid_reg'] },
];
