import { describe, expect, test } from '@jest/globals';
import type { Expr, FunctionDef, Stmt } from '../../../src/languages/python/ast.js';
import { decodePython, parsePython, pythonModule } from '../../../src/languages/python/extract.js';
import { importNames, qualifiedName } from '../../../src/languages/python/names.js';
import { constantString, lineAt, moduleConstants, stringValue, textOf } from '../../../src/languages/python/strings.js';
import { findAll, functionsOf } from '../../../src/languages/python/walk.js';
import { processorTime } from '../../support/processor-time.js';

const parse = async (text: string) => (await parsePython(text)).facts.tree;
const statement = async (text: string): Promise<Stmt> => {
  const [first] = (await parse(text)).body;
  if (first === undefined) throw new Error('no statement');
  return first;
};
const expression = async (text: string): Promise<Expr> => {
  const found = await statement(text);
  if (found.kind !== 'ExprStmt') throw new Error(found.kind);
  return found.value;
};
/** The node without its position and without empty parts. */
const bare = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== 'object' || node === null) return node;
  const positions = ['line', 'column', 'endLine', 'endColumn'];
  return Object.fromEntries(
    Object.entries(node)
      .filter(
        ([key, value]) =>
          !positions.includes(key) && value !== undefined && !(Array.isArray(value) && value.length === 0),
      )
      .map(([key, value]) => [key, bare(value)]),
  );
};
const name = (id: string) => ({ kind: 'Name', id });

describe('statements', () => {
  test('a function keeps its parameters, decorators, annotations and position', async () => {
    const def = (await statement(
      '@app.get("/")\nasync def f(a, /, b: int = 1, *args, c, **kw) -> str:\n    """doc"""\n',
    )) as FunctionDef;
    expect(def).toMatchObject({ name: 'f', async: true, line: 2, column: 1, endLine: 3 });
    expect(def.params.map((p) => [p.name, p.style])).toEqual([
      ['a', 'positional-only'],
      ['b', 'normal'],
      ['args', 'args'],
      ['c', 'keyword-only'],
      ['kw', 'kwargs'],
    ]);
    expect(bare(def.params[1])).toMatchObject({ annotation: name('int'), default: { kind: 'Num', value: 1 } });
    expect(bare(def.decorators)).toMatchObject([{ kind: 'Call', func: { kind: 'Attribute', attr: 'get' } }]);
    expect(bare(def.returns)).toEqual(name('str'));
  });

  test('elif is flat, and so is a chain of assignments', async () => {
    const branch = await statement('if a:\n  pass\nelif b:\n  pass\nelse:\n  x = y = 1\n');
    expect(branch).toMatchObject({ kind: 'If', clauses: [{ test: { id: 'a' } }, { test: { id: 'b' } }] });
    expect(bare(branch)).toMatchObject({ orelse: [{ kind: 'Assign', targets: [name('x'), name('y')] }] });
  });

  test('with, for, try, match', async () => {
    expect(bare(await statement('async with (a as b, c()): pass\n'))).toMatchObject({
      async: true,
      items: [{ context: name('a'), target: name('b') }, { context: { kind: 'Call' } }],
    });
    expect(bare(await statement('async for x, y in z: pass\nelse: q\n'))).toMatchObject({
      async: true,
      target: { kind: 'Tuple' },
      orelse: [{}],
    });
    expect(bare(await statement('try: a\nexcept (A, B) as e: b\nelse: c\nfinally: d\n'))).toMatchObject({
      handlers: [{ type: { kind: 'Tuple' }, name: 'e', body: [{}] }],
      orelse: [{}],
      finalbody: [{}],
    });
    expect(bare(await statement('match x:\n  case A(b=1) | None if d: pass\n'))).toMatchObject({
      cases: [{ pattern: 'A(b=1) | None', guard: name('d'), body: [{ kind: 'Pass' }] }],
    });
  });

  test('annotated assignments, with and without a value', async () => {
    expect(bare(await statement('x: Optional[list[int]] | None = None\n'))).toMatchObject({
      annotation: { kind: 'BinOp', op: '|', left: { kind: 'Subscript', value: name('Optional') } },
      value: { kind: 'None' },
    });
    expect(await statement('x: int\n')).toMatchObject({ kind: 'AnnAssign', value: undefined });
  });
});

describe('expressions', () => {
  test.each([
    ['a < b not in c', { kind: 'Compare', ops: ['<', 'not in'] }],
    [
      'a and b and c or d',
      { kind: 'BoolOp', op: 'or', values: [{ kind: 'BoolOp', values: [name('a'), name('b'), name('c')] }, name('d')] },
    ],
    [
      'x[1:2, ::3]',
      {
        kind: 'Subscript',
        index: { kind: 'Tuple', elements: [{ kind: 'Slice' }, { kind: 'Slice', step: { value: 3 } }] },
      },
    ],
    ['f(*a, b=1, **c)', { args: [{ kind: 'Starred' }], keywords: [{ name: 'b' }, { value: name('c') }] }],
    [
      'sum(x async for x in y if z)',
      { args: [{ kind: 'GeneratorExp', generators: [{ async: true, ifs: [name('z')] }] }] },
    ],
    ['{**a, "b": 1}', { kind: 'Dict', entries: [{ value: name('a') }, { key: { value: 'b' } }] }],
    [
      'lambda a, *b, c=1: a',
      { kind: 'Lambda', params: [{ name: 'a' }, { name: 'b', style: 'args' }, { name: 'c' }], body: name('a') },
    ],
    ['await x.y()', { kind: 'Await', value: { kind: 'Call' } }],
    ['not a', { kind: 'UnaryOp', op: 'not' }],
    ['1, 2', { kind: 'Tuple' }],
    ['b"a" b"c"', { kind: 'Bytes', value: 'ac' }],
    ['1_000', { kind: 'Num', value: 1000 }],
  ])('%s', async (text, expected) => {
    expect(bare(await expression(text))).toMatchObject(expected);
  });

  test('escapes are evaluated, raw strings and continuations are not', async () => {
    expect(await expression(String.raw`"\x41é\n\101" r"\n"`)).toMatchObject({ value: 'Aé\nA\\n' });
    expect(await expression('"a\\\nb"')).toMatchObject({ value: 'ab', lineStarts: [1] });
  });

  test('an f-string has its text and holes', async () => {
    expect(bare(await expression('f"a{{{x!r:>{w}}b" "c"'))).toMatchObject({
      kind: 'FString',
      parts: [{ value: 'a{' }, { kind: 'Hole', value: name('x'), format: '>{w}' }, { value: 'b' }, { value: 'c' }],
    });
  });
});

describe('positions', () => {
  test('columns count UTF-16 units and CRLF does not move lines', async () => {
    const [call] = findAll(await parse('é = "😀"; f(1)\r\ng(2)\r\n'), 'Call');
    expect(call).toMatchObject({ line: 1, column: 11, endLine: 1, endColumn: 15 });
    expect(findAll(await parse('a\r\ng(2)\r\n'), 'Call')[0]).toMatchObject({ line: 2, column: 1 });
  });
});

describe('broken and hostile files', () => {
  test('what is sound around a syntax error is kept, and the line is said', async () => {
    const { facts, problems } = await parsePython('def a():\n    return 1\n\nx = = 3\n\ndef b():\n    return 2\n');
    expect(functionsOf(facts.tree.body).map(({ qualname }) => qualname)).toEqual(['a', 'b']);
    expect(problems).toEqual([{ kind: 'unread', reason: 'syntax error', line: 4 }]);
  });

  test('10,000 nested brackets end at the depth limit', async () => {
    const { facts, problems } = await parsePython(`x = ${'['.repeat(10_000)}${']'.repeat(10_000)}\ndef f(): pass\n`);
    expect(problems).toEqual([{ kind: 'unread', reason: 'nested deeper than 800 levels', line: 1 }]);
    expect(functionsOf(facts.tree.body)).toHaveLength(1);
    expect(() => structuredClone(facts)).not.toThrow();
  });

  test('10,000 open brackets, a long chain of additions and a megabyte of code are bounded', async () => {
    const spent = await processorTime(async () => {
      await parsePython('('.repeat(10_000));
      await parsePython(`x = ${Array.from({ length: 20_000 }, (_, i) => `'a${i}'`).join(' + ')}\n`);
      const { facts } = await parsePython('def f(a):\n    return g(a, b=1)\n\n'.repeat(30_000).slice(0, 1_000_000));
      expect(facts.tree.body.length).toBeGreaterThan(20_000);
    });
    expect(spent).toBeLessThan(60_000);
  });

  test('a file beyond the limit is refused', async () => {
    await expect(parsePython('#'.repeat(2_000_001))).rejects.toMatchObject({ name: 'Unparsable' });
  });

  test('bytes: BOM, declared latin-1, and neither', async () => {
    expect(decodePython(Buffer.from('\ufeffx = 1'))).toBe('x = 1');
    expect(decodePython(Buffer.from('# -*- coding: latin-1 -*-\nx = "é"', 'latin1'))).toContain('é');
    expect(() => pythonModule.extract(Buffer.from([0x66, 0xff, 0xfe]))).toThrow('not utf-8 text');
  });
});

describe('names and strings', () => {
  test('imports are followed to the dotted name', async () => {
    const tree = await parse(
      'import requests as r\nfrom time import sleep as s\nimport a.b\nfrom ..db import pool\nfrom . import x\nr.get();s();a.b.c();pool.acquire();x.y();z()\n',
    );
    const imports = importNames(tree);
    expect(findAll(tree, 'Call').map(({ func }) => qualifiedName(func, imports))).toEqual([
      'requests.get',
      'time.sleep',
      'a.b.c',
      '..db.pool.acquire',
      '.x.y',
      'z',
    ]);
  });

  test('strings are evaluated through constants, joins, formats and holes', async () => {
    const tree = await parse(
      'T = "users"\nQ = "SELECT *\\n" + f"FROM {T} WHERE id = {i}"\nR = "a %s b" % x\nS = "c {} d".format(y)\nJ = ", ".join(["p", "q"])\n',
    );
    const constants = moduleConstants(tree);
    const text = (key: string) => textOf(stringValue(constants.get(key), constants) ?? { parts: [] }, () => '?');
    expect([text('Q'), text('R'), text('S')]).toEqual(['SELECT *\nFROM users WHERE id = ?', 'a ? b', 'c ? d']);
    expect(constantString(constants.get('J'))).toBe('p, q');
    expect(constantString(constants.get('Q'), constants)).toBeUndefined();
  });

  test('an offset in a string leads back to its line', async () => {
    const value = stringValue(
      await expression('f("""\nSELECT 1\nFROM t""" "\\nWHERE" +\n x)').then((e) => (e.kind === 'Call' ? e.args[0] : e)),
    );
    if (value === undefined) throw new Error('no string');
    const text = textOf(value, () => '?');
    expect([...'1FW?'].map((char) => lineAt(value, text.indexOf(char), () => '?'))).toEqual([2, 3, 3, 4]);
  });
});
