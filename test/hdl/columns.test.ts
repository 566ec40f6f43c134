import { describe, expect, test } from 'vitest';
import { LINT_DESIGNS, lintDesign } from '../../lint/lint_designs.ts';
import { generate } from '../../src/design/generate.ts';
import { alignColumns } from '../../src/hdl/columns.ts';

describe('columns of declarations', () => {
  test('ports: one column over all comments of the list', () => {
    const ports = [
      '    input  wire clk,',
      '    // Words in.',
      '    input  wire signed [7:0]      word,',
      '    output wire [128*LANES-1:0] words',
      ');',
    ];
    expect(alignColumns(ports.join('\n')).split('\n')).toEqual([
      '    input  wire                 clk,',
      '    // Words in.',
      '    input  wire signed [7:0]    word,',
      '    output wire [128*LANES-1:0] words',
      ');',
    ]);
  });

  test('signals: a run ends at an empty line, not at a declaration of several lines', () => {
    const signals = [
      'reg    a_reg;',
      'wire [3:0] b = a_reg',
      '    ? 4: 5;',
      'reg [1:0] c_reg, d_reg;',
      '',
      'reg   alone_reg;',
      '    wire [31:0] indented;',
    ];
    expect(alignColumns(signals.join('\n')).split('\n')).toEqual([
      'reg        a_reg;',
      'wire [3:0] b = a_reg',
      '    ? 4: 5;',
      'reg  [1:0] c_reg, d_reg;',
      '',
      'reg alone_reg;',
      '    wire [31:0] indented;',
    ]);
  });

  // Printed files went through it already: once more changes nothing, and every name of a port list begins in its column.
  test.each(LINT_DESIGNS)('of $title', (design) => {
    const compilation = lintDesign(design);
    const { layer } = compilation;
    const files = generate(compilation, { layer, outputLayer: null }, { norm: null, labels: null });
    const verilog = [...files].filter(([path]) => path.endsWith('.v'));
    expect(verilog.length).toBeGreaterThan(40);
    for (const [path, content] of verilog) {
      expect(typeof content, path).toBe('string');
      if (typeof content !== 'string') continue;
      expect(alignColumns(content), path).toBe(content);
      const ports = content.split('\n').filter((line) => /^ {4}(input |output) (wire|reg) /.test(line));
      const columns = ports.map((line) => line.search(/\w+,?$/));
      expect(new Set(columns).size, `${path}: ${ports.join('\n')}`).toBeLessThanOrEqual(1);
    }
  });
});
