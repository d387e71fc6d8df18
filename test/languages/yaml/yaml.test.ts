import { describe, expect, test } from '@jest/globals';
import { Unparsable } from '../../../src/core/errors.js';
import { yamlExtractor, YamlNode, parseYaml } from '../../../src/languages/yaml/index.js';
import { processorTime } from '../../support/processor-time.js';

const root = (text: string): YamlNode => {
  const node = parseYaml(text).documents[0];
  if (node === undefined) throw new Error('no document');
  return node;
};
const refusalOf = (text: string): Unparsable => {
  try {
    parseYaml(text);
  } catch (error) {
    if (error instanceof Unparsable) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('values and positions', () => {
  test('scalars follow the core schema of YAML 1.2', () => {
    const node = root('a: 12:30\nb: yes\nc: 0o17\nd: 010\ne: "1"\nf: ~\ng:\nh: !!str 5\ni: True\nj: 1e3\nk: 1_000\n');
    expect(node.toJS()).toEqual({
      a: '12:30',
      b: 'yes',
      c: 15,
      d: 10,
      e: '1',
      f: null,
      g: null,
      h: '5',
      i: true,
      j: 1000,
      k: '1_000',
    });
    expect(node.get('d')?.text).toBe('010');
  });

  test('lines and columns hold with BOM, CRLF, emoji and several documents', () => {
    const bytes = new TextEncoder().encode(
      '\uFEFFa: 1\r\n😀: {b: "q\\n", c}\r\n---\r\nd:\r\n  - |\r\n    x\r\n    y\r\n  - z\r\n',
    );
    const extracted = yamlExtractor.extract(bytes) as Awaited<ReturnType<typeof yamlExtractor.extract>>;
    const [first, second] = YamlNode.documents(extracted.facts);
    expect(first?.get('a')?.range.start).toEqual({ line: 1, column: 4, offset: 3 });
    expect(first?.get('😀', 'b')).toMatchObject({ value: 'q\n', line: 2 });
    expect(first?.get('😀')?.range).toMatchObject({ start: { line: 2, column: 5 }, end: { line: 2, column: 18 } });
    expect(second?.get('d', 0)).toMatchObject({ value: 'x\ny\n', line: 5, endLine: 7, style: 'literal' });
    expect(second?.get('d', 1)?.range).toMatchObject({ start: { line: 8, column: 5 }, end: { line: 8, column: 6 } });
    expect(second?.get('d')).toMatchObject({ line: 5, endLine: 8 });
    expect(second?.entry('d')?.keyNode.range.start).toMatchObject({ line: 4, column: 1 });
  });

  test('an empty value stands after its key', () => {
    expect(root('a:\n  b:\nc: 1\n').get('a', 'b')).toMatchObject({ isNull: true, line: 2 });
  });

  test('UTF-16 with a byte order mark', () => {
    const bytes = new Uint8Array(Buffer.from('\uFEFFa: é\n', 'utf16le'));
    const extracted = yamlExtractor.extract(bytes) as Awaited<ReturnType<typeof yamlExtractor.extract>>;
    expect(YamlNode.documents(extracted.facts)[0]?.get('a')?.value).toBe('é');
    expect(() => yamlExtractor.extract(new Uint8Array([0x61, 0xff, 0xfe]))).toThrow(Unparsable);
  });

  test('tags are kept and tolerated', () => {
    const node = root('a: !reset null\nb: !override\n  - 1\nc: !Sub "${x}"\nd: !!int "7"\n');
    expect(node.get('a')).toMatchObject({ tag: '!reset', value: null });
    expect(node.get('b')).toMatchObject({ tag: '!override', kind: 'sequence' });
    expect(node.get('c')).toMatchObject({ tag: '!Sub', value: '${x}' });
    expect(node.get('d')?.value).toBe(7);
  });
});

describe('flow collections indented as people write them', () => {
  test('a closing bracket under its key, with comments before it', () => {
    const node = root(
      'a:\n  test: [\n      "x # y",  # why\n      # more\n      "z"  # last\n  ]\n  env: {\n    K: 1\n  }\nb: [\n1,\n2\n]\nc: 3\n',
    );
    expect(node.toJS()).toEqual({ a: { test: ['x # y', 'z'], env: { K: 1 } }, b: [1, 2], c: 3 });
    expect(node.get('a', 'test', 1)?.range.start).toMatchObject({ line: 5, column: 7 });
    expect(node.get('a', 'test')?.endLine).toBe(6);
    expect(node.get('c')?.line).toBe(14);
  });

  test('a bracket that never closes is still an error, and text blocks keep their lines', () => {
    expect(refusalOf('b: [\nc: 1\nd: 2\n').why).toMatch(/not valid YAML/);
    expect(root('a: [\n1\n]\nb: |\n  {\n  }\n').toJS()).toEqual({ a: [1], b: '{\n}\n' });
  });
});

describe('anchors and merges', () => {
  const text = `x-env: &env
  A: 1
  B: 2
x-more: &more
  <<: *env
  B: 3
  C: 4
one:
  <<: [*more, *env]
  C: 5
two: *env
`;

  test('merges apply in order, own keys win, nested merges resolve', () => {
    expect(root(text).get('one')?.toJS()).toEqual({ C: 5, B: 3, A: 1 });
    expect(root(text).get('one')?.keys()).toEqual(['C', 'B', 'A']);
  });

  test('a merged value says where it was written and where it was merged', () => {
    const entry = root(text).get('one')?.entry('A');
    expect(entry?.value.line).toBe(2);
    expect(entry?.mergedAt?.start.line).toBe(9);
    expect(root(text).get('two')).toMatchObject({ line: 2, aliasAt: { start: { line: 11, column: 6 } } });
  });

  test('`<<` in quotes is a key like any other, and prototypes cannot be reached', () => {
    expect(root('"<<": {a: 1}\n').keys()).toEqual(['<<']);
    expect(root('__proto__: {a: 1}\n').get('__proto__', 'a')?.value).toBe(1);
    expect(root('a: 1\n').get('constructor')).toBeUndefined();
  });

  test('an alias without an anchor is a problem, the rest stands', () => {
    const { documents, problems } = parseYaml('a: *gone\nb: 1\n');
    expect(documents[0]?.get('b')?.value).toBe(1);
    expect(problems).toEqual([{ kind: 'unread', reason: 'alias *gone has no anchor', line: 1 }]);
  });
});

describe('what cannot be read', () => {
  test('one bad document does not lose the others', () => {
    const { documents, problems } = parseYaml('a: 1\n---\nb: [\n---\nc: 3\n');
    expect(documents.map((node) => node.toJS())).toEqual([{ a: 1 }, { c: 3 }]);
    expect(documents[1]?.get('c')?.line).toBe(5);
    expect(problems).toMatchObject([{ kind: 'unread', line: 4 }]);
  });

  test('duplicate keys are said, the last one counts', () => {
    const { documents, problems } = parseYaml('a: 1\nb: 2\na: 3\n');
    expect(documents[0]?.get('a')?.value).toBe(3);
    expect(problems).toEqual([
      { kind: 'unread', reason: 'key "a" stands twice in one mapping (also on line 1)', line: 3 },
    ]);
  });

  test.each([
    ['Helm control flow', 'a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n', 2],
    ['Helm value', 'spec:\n  replicas: {{ .Values.replicas }}\n', 2],
    ['Jinja', '{% for x in y %}\na: 1\n{% endfor %}\n', 1],
    ['an include', 'metadata:\n  labels:\n    {{- include "x.labels" . | nindent 4 }}\n', 3],
  ])('%s is unsupported, not broken', (_, text, line) => {
    expect(refusalOf(text)).toMatchObject({ kind: 'unsupported', line });
  });

  test('braces inside scalars are values', () => {
    expect(root('a: ${{ matrix.x }}\nb: "{{ y }}"\nc: x-{{ z }}\n').toJS()).toEqual({
      a: '${{ matrix.x }}',
      b: '{{ y }}',
      c: 'x-{{ z }}',
    });
  });

  test.each([
    ['tabs', 'a:\n\t- b\n', /tab characters/],
    ['a cycle', 'a: &a\n  b: *a\n', /no anchor|contains itself/],
    ['a bomb', bomb(), /expand to more than/],
    ['10,000 aliases', `a: &a 1\nb:\n${'  - *a\n'.repeat(10_000)}`, /more than 5000 aliases/],
    ['deep nesting', '['.repeat(5_000), /nesting|depth/i],
    ['a merge cycle', 'a: &a\n  <<: *a\n  b: 1\n', /no anchor|contains itself/],
  ])('%s: one clear reason', (_, text, reason) => {
    expect(refusalOf(text).why).toMatch(reason);
  });

  test('hostile text takes bounded time', async () => {
    const texts = [
      '- '.repeat(100_000),
      '? '.repeat(100_000),
      '{'.repeat(100_000),
      'a: '.repeat(100_000),
      '"'.repeat(100_001),
      '&a '.repeat(50_000),
      `a: "${'\\'.repeat(200_000)}`,
      `${'---\n'.repeat(50_000)}{`,
      `a: [\n${'1,\n'.repeat(100_000)}`,
      `${'a: [\n1\n]\n'.repeat(1_000)}`,
    ];
    const spent = await processorTime(() => {
      for (const text of texts) {
        try {
          parseYaml(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Unparsable);
        }
      }
    });
    expect(spent).toBeLessThan(60_000);
  });

  test('a large manifest is read, a huge one is refused', () => {
    const item = (i: number) => `---\nkind: ConfigMap\nmetadata:\n  name: c${i}\ndata:\n  k: ${'v'.repeat(200)}\n`;
    const large = Array.from({ length: 4_000 }, (_, i) => item(i)).join('');
    expect(parseYaml(large).documents).toHaveLength(4_000);
    expect(refusalOf('a: b\n'.repeat(2_000_000)).why).toMatch(/6 million/);
  });
});

function bomb(): string {
  const rows = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 10; i++)
    rows.push(
      `${String.fromCharCode(97 + i)}: &${String.fromCharCode(97 + i)} [${Array(9)
        .fill(`*${String.fromCharCode(96 + i)}`)
        .join(', ')}]`,
    );
  return rows.join('\n');
}
