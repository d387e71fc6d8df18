import { describe, expect, test } from '@jest/globals';
import { Unparsable } from '../../../src/core/errors.js';
import {
  expandWord,
  extractDockerfile,
  lineAt,
  resolveStage,
  splitWords,
} from '../../../src/languages/dockerfile/index.js';
import { processorTime } from '../../support/processor-time.js';

const read = (text: string) => extractDockerfile(text).facts;

const WHOLE = `# syntax=docker/dockerfile:1
ARG JAVA=17
FROM --platform=$BUILDPLATFORM eclipse-temurin:\${JAVA}-jre AS Base
ARG JAVA
ARG HEAP=2g
ENV A=1 \\
    # why
    B="two words" C=x\\ y
ENV OLD the "rest"
RUN <<EOF
pip install h2o
FROM nothing
EOF
COPY --from=build --chown=1:1 <<-"X" /dest
\tbody
\tX
ONBUILD RUN echo 1
RUN echo a \\
  && pip install \\

  h2o
CMD ["ignored"]
FROM base
ENV JAVA_OPTS="-Xmx\${HEAP:-1g}" TWICE=$A$A
ENTRYPOINT ["java", "-Xmx1g", \\
  "-jar", "x.jar"]
VOLUME ["/data"]
USER app
`;

describe('what stands in a Dockerfile', () => {
  test('stages, global arguments, names and platforms', () => {
    const facts = read(WHOLE);
    expect(facts.args).toEqual([{ name: 'JAVA', raw: '17', line: 2 }]);
    expect(facts.stages.map(({ name, from, line, platform }) => ({ name, from, line, platform }))).toEqual([
      { name: 'base', from: 'eclipse-temurin:${JAVA}-jre', line: 3, platform: '$BUILDPLATFORM' },
      { name: undefined, from: 'base', line: 23, platform: undefined },
    ]);
  });

  test('pairs of ENV keep their lines over continuations and comments', () => {
    const [, , env, old] = read(WHOLE).stages[0]?.instructions ?? [];
    expect(env?.pairs).toEqual([
      { name: 'A', raw: '1', line: 6 },
      { name: 'B', raw: '"two words"', line: 8 },
      { name: 'C', raw: 'x\\ y', line: 8 },
    ]);
    expect(old?.pairs).toEqual([{ name: 'OLD', raw: 'the "rest"', line: 9 }]);
  });

  test('heredocs belong to their instruction, and every character knows its line', () => {
    const runs = read(WHOLE).stages[0]?.instructions.filter((instruction) => instruction.keyword === 'RUN') ?? [];
    const [heredoc, trigger, split] = runs;
    if (heredoc === undefined || split === undefined) throw new Error('no RUN');
    expect(heredoc).toMatchObject({ line: 10, endLine: 13, text: '<<EOF\npip install h2o\nFROM nothing\nEOF' });
    expect(lineAt(heredoc, heredoc.text.indexOf('h2o'))).toBe(11);
    expect(trigger).toMatchObject({ onbuild: true, text: 'echo 1' });
    expect(split).toMatchObject({ line: 18, endLine: 21, text: 'echo a   && pip install   h2o' });
    expect(lineAt(split, split.text.indexOf('pip'))).toBe(19);
    expect(lineAt(split, split.text.indexOf('h2o'))).toBe(21);
  });

  test('flags stand apart from the arguments', () => {
    const copy = read(WHOLE).stages[0]?.instructions.find((instruction) => instruction.keyword === 'COPY');
    expect(copy).toMatchObject({ flags: { from: 'build', chown: '1:1' }, line: 14, endLine: 16 });
  });

  test('a bracket that is not JSON is the shell form', () => {
    const [first, second] = read("FROM a\nCMD ['java', '-jar']\nCMD [ \"a\" ]\n").stages[0]?.instructions ?? [];
    expect(first?.exec).toBeUndefined();
    expect(second?.exec).toEqual(['a']);
  });

  test('another escape character', () => {
    expect(read('# escape=`\nFROM a\nRUN x `\n  y\\\n').stages[0]?.instructions[0]).toMatchObject({
      text: 'x   y\\',
      endLine: 4,
    });
  });
});

describe('the image of a stage', () => {
  test('environment, entry point and base come through the chain of stages', () => {
    const image = resolveStage(read(WHOLE));
    expect(image?.base).toEqual({ value: 'eclipse-temurin:17-jre', line: 3 });
    expect(Object.fromEntries(image?.environment ?? [])).toMatchObject({
      B: { value: 'two words', line: 8 },
      C: { value: 'x y', line: 8 },
      OLD: { value: 'the rest', line: 9 },
      JAVA_OPTS: { value: '-Xmx1g', line: 24 },
      TWICE: { value: '11', line: 24 },
    });
    expect(image?.entrypoint).toEqual({
      words: ['java', '-Xmx1g', '-jar', 'x.jar'],
      form: 'exec',
      line: 25,
      endLine: 26,
    });
    expect(image?.command).toBeUndefined();
    expect(image?.user?.value).toBe('app');
    expect(image?.volumes).toEqual([{ value: '/data', line: 27 }]);
  });

  test('build arguments win over defaults; a value that is not known stays unknown', () => {
    const facts = read('ARG TAG=1\nFROM x:$TAG\nARG HEAP=1g\nENV O=-Xmx$HEAP\n');
    expect(
      resolveStage(
        facts,
        undefined,
        new Map([
          ['TAG', '2'],
          ['HEAP', null],
        ]),
      ),
    ).toMatchObject({ base: { value: 'x:2' } });
    expect(resolveStage(facts, undefined, new Map([['HEAP', null]]))?.environment.get('O')).toEqual({
      value: undefined,
      line: 4,
    });
    expect(resolveStage(read('FROM x\nARG HEAP\nENV O=-Xmx$HEAP\n'))?.environment.get('O')?.value).toBeUndefined();
  });

  test('CMD survives an ENTRYPOINT of its own stage', () => {
    expect(resolveStage(read('FROM a\nCMD ["b"]\nENTRYPOINT ["c"]\n'))?.command?.words).toEqual(['b']);
  });

  test('targets by name, by number, and missing ones', () => {
    const facts = read('FROM a AS One\nFROM b AS two\n');
    expect(resolveStage(facts, 'one')?.base.value).toBe('a');
    expect(resolveStage(facts, '1')?.base.value).toBe('b');
    expect(resolveStage(facts, 'three')).toBeUndefined();
  });

  test('a stage named like its own image starts from the image', () => {
    expect(resolveStage(read('FROM redis AS redis\n'))?.base.value).toBe('redis');
  });
});

describe('words', () => {
  test('split outside quotes', () => {
    expect(splitWords('a="b c" d\\ e \'f "g\'').map((word) => word.text)).toEqual(['a="b c"', 'd\\ e', "'f \"g'"]);
  });

  test.each([
    ['${A:-x}', 'x'],
    ['${E:-x}', 'x'],
    ['${E-x}', ''],
    ['${S:+y}', 'y'],
    ["'$S'", '$S'],
    ['"$S"', 'set'],
    ['\\$S', '$S'],
    ['$', '$'],
    ['${S#s}', undefined],
  ])('%s expands to %s', (raw, expected) => {
    expect(expandWord(raw, (name) => ({ S: 'set', E: '' })[name])).toBe(expected);
  });
});

describe('bad input', () => {
  const refusal = (text: string): unknown => {
    try {
      return read(text);
    } catch (error) {
      return error;
    }
  };

  test('no FROM, a template, bytes that are not text', () => {
    expect(refusal('hello world\n')).toBeInstanceOf(Unparsable);
    expect(refusal('{{ range }}\nRUN x\n')).toMatchObject({ kind: 'unsupported' });
    expect(extractDockerfile('FROM a\nRUNN x\n').problems).toEqual([
      { kind: 'unread', reason: '"RUNN" is not a Dockerfile instruction', line: 2 },
    ]);
  });

  test('hostile text takes bounded time', async () => {
    const texts = [
      `FROM a\n${'RUN a \\\n'.repeat(20_000)}`,
      `FROM a\nENV ${'a=1 '.repeat(45_000)}`,
      `FROM a\nENV A="${'\\'.repeat(190_000)}`,
      `FROM a\nRUN ${'--a '.repeat(45_000)}`,
      `FROM a\nENV A=${'${'.repeat(90_000)}`,
      'FROM a AS a\n'.repeat(15_000),
    ];
    const spent = await processorTime(() => {
      for (const text of texts) {
        const facts = refusal(text);
        if (!(facts instanceof Error)) resolveStage(facts as ReturnType<typeof read>);
      }
    });
    expect(spent).toBeLessThan(60_000);
  });
});
