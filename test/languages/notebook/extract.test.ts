import { describe, expect, test } from '@jest/globals';
import { notebook } from '../../../src/languages/notebook/extract.js';

const cell = (source: string[] | string, type = 'code'): object => ({
  cell_type: type,
  metadata: {},
  outputs: [],
  source,
});
const file = (cells: object[], more: object = {}): string =>
  JSON.stringify(
    { cells, metadata: { language_info: { name: 'python' } }, nbformat: 4, nbformat_minor: 5, ...more },
    null,
    1,
  );
const read = async (json: string) => notebook.extract(Buffer.from(json));

describe('a notebook', () => {
  test('is its code cells one after the other, each statement at its line in the file', async () => {
    const json = file([
      cell(['# Title\n'], 'markdown'),
      cell(['import pandas as pd\n', '\n', 'x = 1']),
      cell(['y = "{[,:"\n', 'z = x']),
    ]);
    const { facts } = await read(json);
    expect(facts.tree.body.map(({ kind }) => kind)).toEqual(['Import', 'Assign', 'Assign', 'Assign']);
    const lines = json.split('\n');
    const at = facts.tree.body.map(({ line }) => lines[(facts.lines[line - 1] ?? 0) - 1]?.trim());
    expect(at).toEqual(['"import pandas as pd\\n",', '"x = 1"', '"y = \\"{[,:\\"\\n",', '"z = x"']);
  });

  test('with a cell in one string keeps every line at that string', async () => {
    const json = file([cell('a = 1\nb = 2\n')]);
    const { facts } = await read(json);
    expect(new Set(facts.lines).size).toBe(1);
    expect(facts.tree.body).toHaveLength(2);
  });

  test('loses magics, not the lines around them', async () => {
    const { facts, problems } = await read(
      file([
        cell([
          '%matplotlib inline\n',
          '!pip install x\n',
          'for a in b:\n',
          '    !ls\n',
          'files = !ls\n',
          'df?\n',
          'c = 1',
        ]),
        cell(['%%time\n', 'd = 2']),
        cell(['%%bash\n', 'rm -rf /']),
      ]),
    );
    expect(facts.tree.body.map(({ kind }) => kind)).toEqual([
      'Pass',
      'Pass',
      'For',
      'Assign',
      'Pass',
      'Assign',
      'Pass',
      'Assign',
    ]);
    expect(problems).toEqual([{ kind: 'unsupported', reason: 'a cell of %%bash', line: expect.any(Number) }]);
  });

  test('of the third format', async () => {
    const old = JSON.stringify(
      { nbformat: 3, metadata: {}, worksheets: [{ cells: [{ cell_type: 'code', input: ['a = 1\n', 'b = 2'] }] }] },
      null,
      1,
    );
    expect((await read(old)).facts.tree.body).toHaveLength(2);
  });

  test.each([
    ['{', 'not valid JSON'],
    ['[]', 'no nbformat'],
    [file([], { metadata: { language_info: { name: 'R' } } }), 'a notebook in R'],
    [JSON.stringify({ nbformat: 4, cells: [], x: nested(100) }), 'nested too deep'],
  ])('that is none: %s', async (json, message) => {
    await expect(read(json)).rejects.toThrow(message);
  });
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let index = 0; index < depth; index += 1) value = [value];
  return value;
}
