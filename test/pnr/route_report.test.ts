import { describe, expect, test } from 'vitest';
import { parseRouteReport } from '../../src/pnr/route_report.ts';
import { EsegenError } from '../../src/util/errors.ts';

const REPORT = {
  fmax: { clk: { achieved: 80.5, constraint: 150 }, other: { achieved: 95, constraint: 150 } },
  utilization: { ICESTORM_LC: { available: 7680, used: 819 }, ICESTORM_PLL: { available: 2, used: 0 } },
  critical_paths: [
    { from: '<async>', to: 'posedge clk', path: [{ type: 'routing', delay: 90, net: 'take' }] },
    {
      from: 'posedge clk',
      to: 'posedge clk',
      path: [
        { type: 'clk-to-q', delay: 2 },
        { type: 'routing', delay: 1, net: 'dut.gen_lane[3].u_lane.u_pe.mem.0.1_RDATA[3]' },
        { type: 'logic', delay: 0.5 },
        { type: 'routing', delay: 3, net: 'dut.gen_lane[3].u_lane.sum_reg_SB_DFF_Q_3_D' },
        { type: 'setup', delay: 0.25 },
      ],
    },
  ],
};

describe('the report of a placement', () => {
  test('the slowest clock, what is used, and the slowest path between registers by block', () => {
    expect(parseRouteReport(JSON.stringify(REPORT))).toEqual({
      clock: 80.5,
      utilization: [{ resource: 'ICESTORM_LC', used: 819, available: 7680 }],
      worst: {
        from: 'lane.pe: mem',
        to: 'lane: sum_reg',
        logic: 2.75,
        routing: 4,
        blocks: [
          { block: 'lane.pe', ns: 3 },
          { block: 'lane', ns: 3.75 },
        ],
      },
    });
  });

  test('a path from a pin is none between registers', () => {
    const { worst } = parseRouteReport(
      JSON.stringify({ ...REPORT, critical_paths: REPORT.critical_paths.slice(0, 1) }),
    );
    expect(worst).toBeNull();
  });

  test('no report, and no clock', () => {
    expect(() => parseRouteReport('{')).toThrow(EsegenError);
    expect(() => parseRouteReport(JSON.stringify({ ...REPORT, fmax: {} }))).toThrow('no path between registers');
  });
});
