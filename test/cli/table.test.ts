import { expect, test } from 'vitest';
import { formatRows, formatTable } from '../../src/cli/table.ts';

test('columns stand below each other where names are in wide characters or have combining marks', () => {
  expect(
    formatTable([
      ['name', 'n'],
      ['模型', '5'],
      ['e\u0301', '17'],
    ]),
  ).toBe('name   n\n模型   5\ne\u0301     17\n');
  expect(
    formatRows([
      ['模型', 'a'],
      ['names', 'b'],
    ]),
  ).toBe('模型   a\nnames  b\n');
});
