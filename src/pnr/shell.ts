import type { Direction } from '../synth/netlist.ts';

/** A port of a module. */
export interface ShellPort {
  readonly name: string;
  readonly direction: Direction;
  readonly bits: number;
}

/** Name of the shell's module, and of the instance in it. */
export const SHELL = 'pnr_shell';
export const INSTANCE = 'dut';

/**
 * A shell around a module, so that four pins suffice however many ports it has: inputs come from a shift register, outputs are taken
 * into another. Every path of the module so begins and ends in a register, and none is optimized away.
 *
 * @param clock input that is the clock
 */
export function shellOf(module: string, ports: readonly ShellPort[], clock = 'clk'): string {
  const inputs = ports.filter(({ name, direction }) => direction === 'input' && name !== clock);
  const outputs = ports.filter(({ direction }) => direction === 'output');
  const width = (list: readonly ShellPort[]) =>
    Math.max(
      list.reduce((sum, { bits }) => sum + bits, 0),
      1,
    );
  const slices = (list: readonly ShellPort[], bus: string) => {
    let at = 0;
    return list.map(({ name, bits }) => {
      const line = `        .${name}(${bus}[${at}+:${bits}])`;
      at += bits;
      return line;
    });
  };
  return `// Shifts all ports of ${module} through four pins.
module ${SHELL} (
    input  wire clk,
    input  wire take,
    input  wire shift_in,
    output wire shift_out
);

    reg  [${width(inputs)}:0] in_reg;
    reg  [${width(outputs)}:0] out_reg;
    wire [${width(outputs) - 1}:0] out;

    always @(posedge clk) begin
        in_reg  <= {in_reg[${width(inputs) - 1}:0], shift_in};
        out_reg <= take ? {1'b0, out} : out_reg << 1;
    end

    assign shift_out = out_reg[${width(outputs)}];

    ${module} ${INSTANCE} (
${[`        .${clock}(clk)`, ...slices(inputs, 'in_reg'), ...slices(outputs, 'out')].join(',\n')}
    );

endmodule
`;
}
