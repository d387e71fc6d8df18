import { describe, expect, test } from '@jest/globals';
import { checksOf, places, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

const POD =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\nspec:\n  template:\n    spec:\n      containers:\n        - name: db\n          image: postgres:16\n';
const COMPOSE = 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n';

test('what cannot be read gets a line each, and the rest is judged', async () => {
  const { findings, workspace } = await runChecks(
    snapshotOf({
      'k8s/good.yaml': POD,
      'k8s/huge.yaml': `apiVersion: v1\nkind: List\nitems:\n${'- {}\n'.repeat(2_000_000)}`,
      'k8s/tabs.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a\n',
      'k8s/twice.yaml': 'apiVersion: v1\nkind: Pod\nkind: Service\nmetadata: {name: a}\n',
      'k8s/broken.json': '{"apiVersion": "v1", "kind": "Pod", \n',
      'cycle/docker-compose.yml': 'include: [docker-compose.yml]\n' + COMPOSE,
      'out/docker-compose.yml': COMPOSE + '    extends: {file: ../../etc/passwd, service: a}\n',
    }),
    checksOf('phy'),
  );
  const found = places(findings);
  expect(found).toContain('k8s/good.yaml:4 phy/stateful-kind');
  expect(found).toContain('cycle/docker-compose.yml:5 phy/datastore-port-published');
  expect(found).toContain('out/docker-compose.yml:4 phy/datastore-port-published');
  const paths = new Set(workspace.gaps.map(({ path }) => path));
  expect([...paths].sort()).toEqual([
    'cycle/docker-compose.yml',
    'k8s/broken.json',
    'k8s/huge.yaml',
    'k8s/tabs.yaml',
    'k8s/twice.yaml',
    'out/docker-compose.yml',
  ]);
});

test('every way of being wrong is called by its name', async () => {
  const aliases = `apiVersion: v1\nkind: Pod\nbase: &b {x: 1}\nall:\n${'  - *b\n'.repeat(10_000)}`;
  const levels = [...'bcdefghij'].map((name, index) => {
    const before = `*${'abcdefghi'[index] ?? ''}`;
    return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(', ')}]\n`;
  });
  const { workspace } = await runChecks(
    snapshotOf({
      'k8s/aliases.yaml': aliases,
      'k8s/bomb.yaml': `apiVersion: v1\nkind: Pod\na: &a [x, x, x, x, x, x, x, x, x, x]\n${levels.join('')}`,
      'k8s/template.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n',
      'kustomize/a/kustomization.yaml': 'resources: [../b]\n',
      'kustomize/b/kustomization.yaml': 'resources: [../a]\n',
      'kustomize/c/kustomization.yaml': 'resources: [../../../shared]\n',
      'kustomize/d/kustomization.yaml':
        'patches:\n  - path: gone.yaml\n  - patch: |-\n      a: b\n      \tc: d\nconfigMapGenerator:\n  - name: jvm\n    envs: [jvm.env]\nhelmCharts:\n  - name: kafka\n',
      'out/docker-compose.yml':
        'services:\n  a:\n    image: eclipse-temurin:17\n    command: java -Xmx600m -jar /a.jar\n    env_file: ../../etc/passwd\n    mem_limit: 1g\n  b:\n    build: ../../b\n',
      'ring/docker-compose.yml':
        'services:\n  a:\n    extends: {service: b}\n    image: nginx\n  b:\n    extends: {service: a}\n',
      'without/docker-compose.yml':
        'services:\n  a:\n    image: eclipse-temurin:17\n    command: java -jar /a.jar\n    env_file: none.env\n    mem_limit: 1g\n',
    }),
    checksOf('phy'),
  );
  const said = workspace.gaps.map(({ path, line, reason }) => `${path}:${String(line ?? '')} ${reason}`).sort();
  expect(said).toEqual([
    'k8s/aliases.yaml:1 the document holds more than 5000 aliases',
    'k8s/bomb.yaml:1 the document holds aliases that expand to more than 1000000 nodes',
    'k8s/template.yaml:4 template markup ({{ … }}) outside strings: not evaluated',
    'kustomize/b/kustomization.yaml:1 kustomization cycle: kustomize/a → kustomize/b → kustomize/a',
    'kustomize/c/kustomization.yaml:1 kustomization names ../../../shared, which leaves the repository',
    'kustomize/d/kustomization.yaml:2 kustomization names gone.yaml, which is not in the repository',
    'kustomize/d/kustomization.yaml:5 the patch written here: not valid YAML: tab characters must not be used in indentation',
    'kustomize/d/kustomization.yaml:8 env_file kustomize/d/jvm.env is not in the repository: the variables that it sets count as unknown',
    "kustomize/d/kustomization.yaml:9 kustomization's helmCharts are not evaluated",
    'out/docker-compose.yml:5 env_file leaves the repository: ../../etc/passwd',
    'out/docker-compose.yml:8 build leaves the repository: ../../b',
    'ring/docker-compose.yml:3 extends cycle: ring/docker-compose.yml#a → ring/docker-compose.yml#b → ring/docker-compose.yml#a',
    'ring/docker-compose.yml:6 extends cycle: ring/docker-compose.yml#b → ring/docker-compose.yml#a → ring/docker-compose.yml#b',
    'without/docker-compose.yml:2 the heap of a is not known: env_file none.env is not in the repository',
    'without/docker-compose.yml:5 env_file without/none.env is not in the repository: the variables that it sets count as unknown',
  ]);
});

const said = async (files: Record<string, string>) => {
  const { findings, workspace } = await runChecks(snapshotOf(files), checksOf('phy'));
  const lines = workspace.gaps.map(({ path, line, kind, reason }) => `${kind} ${path}:${String(line ?? '')} ${reason}`);
  return { found: places(findings), lines };
};

describe('tags that nobody knows', () => {
  const JVM = 'services:\n  a:\n    image: eclipse-temurin:17\n    command: java -Xmx900m -jar /a.jar\n';

  test('a marked limit is unknown, and nothing is claimed about the share', async () => {
    const { found, lines } = await said({ 'docker-compose.yml': `${JVM}    mem_limit: !foo 512m\n` });
    expect(found).toEqual([]);
    expect(lines).toEqual([
      'unsupported docker-compose.yml:2 the memory limit of a is not known: it carries the tag !foo, which is not known',
      'assumed docker-compose.yml:5 the tag !foo is not known: the value that carries it counts as unknown',
    ]);
  });

  test('where no check reads it, it is told and turns nothing', async () => {
    const { found, lines } = await said({
      'docker-compose.yml': `${JVM}    mem_limit: 2g\n    labels: !foo\n      a: !bar 1\n      b: !bar 2\n`,
    });
    expect(found).toEqual([]);
    expect(lines).toEqual([
      'assumed docker-compose.yml:6 the tag !foo is not known: the mapping that carries it is read as if it had none',
      'assumed docker-compose.yml:7 the tag !bar is not known: the value that carries it counts as unknown (2 times)',
    ]);
  });

  test("YAML's own and Compose's two are known", async () => {
    const { found, lines } = await said({
      'docker-compose.yml': `${JVM}    mem_limit: !!str 1g\n    labels: !<tag:yaml.org,2002:map>\n      a: ! b\n`,
      'docker-compose.override.yml': 'services:\n  a:\n    ports: !override []\n    labels: !reset null\n',
    });
    expect(found).toEqual(['docker-compose.yml:4 phy/heap-over-limit-share']);
    expect(lines).toEqual([]);
  });

  test('in manifests and kustomizations; not in YAML that is neither', async () => {
    const pod = (memory: string, heap: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: eclipse-temurin:17\n      command: [java, -jar, /a.jar]\n      env:\n        - name: JAVA_TOOL_OPTIONS\n          value: ${heap}\n      resources: {limits: {memory: ${memory}}}\n`;
    const { found, lines } = await said({
      'k8s/limit.yaml': pod('!vault secret/limit', '-Xmx900m'),
      'k8s/heap.yaml': pod('1Gi', '!vault secret/heap'),
      'kustomize/kustomization.yaml': 'resources: [pod.yaml]\n',
      'kustomize/pod.yaml': pod('!vault secret/limit', '-Xmx900m'),
      'mkdocs.yml': 'site_name: x\nservices: {}\napiVersion: !ENV [A, b]\nextra: !ENV X\n',
    });
    expect(found).toEqual([]);
    expect(lines).toEqual([
      'unsupported k8s/heap.yaml:6 the heap of a is not known: JAVA_TOOL_OPTIONS is not set in the repository',
      'assumed k8s/heap.yaml:11 the tag !vault is not known: the value that carries it counts as unknown',
      'unsupported k8s/limit.yaml:6 the memory limit of a is not known: it carries a tag that is not known',
      'assumed k8s/limit.yaml:12 the tag !vault is not known: the value that carries it counts as unknown',
      'unsupported kustomize/pod.yaml:6 the memory limit of a is not known: it carries a tag that is not known',
      'assumed kustomize/pod.yaml:12 the tag !vault is not known: the value that carries it counts as unknown',
    ]);
  });
});

describe('environment files that are not there', () => {
  test('one that is named gets a line; `required: false` and the default .env none', async () => {
    const { lines } = await said({
      'docker-compose.yml':
        'services:\n  web:\n    image: nginx:1.27\n    env_file:\n      - .env\n      - {path: more.env, required: false}\n      - {path: local.env}\n  api:\n    image: ${API:-nginx:1.27}\n',
    });
    expect(lines).toEqual([
      'assumed docker-compose.yml:5 env_file .env is not in the repository: the variables that it sets count as unknown',
      'assumed docker-compose.yml:7 env_file local.env is not in the repository: the variables that it sets count as unknown',
    ]);
  });

  test('of an include and of a generated ConfigMap: what depends on it is unknown', async () => {
    const { found, lines } = await said({
      'docker-compose.yml': 'include:\n  - path: part/jvm.yml\n    env_file: part/jvm.env\n',
      'part/jvm.yml':
        'services:\n  a:\n    image: eclipse-temurin:17\n    command: java -Xmx$HEAP -jar /a.jar\n    mem_limit: 1g\n',
      'k/kustomization.yaml': 'resources: [pod.yaml]\nconfigMapGenerator: [{name: jvm, envs: [jvm.env]}]\n',
      'k/pod.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: eclipse-temurin:17\n      command: [java, -jar, /a.jar]\n      envFrom: [{configMapRef: {name: jvm}}]\n      resources: {limits: {memory: 1Gi}}\n',
    });
    expect(found).toEqual([]);
    expect(lines).toEqual([
      'assumed docker-compose.yml:3 env_file part/jvm.env is not in the repository: the variables that it sets count as unknown',
      'assumed k/kustomization.yaml:2 env_file k/jvm.env is not in the repository: the variables that it sets count as unknown',
      'unsupported k/pod.yaml:6 the heap of a is not known: env_file k/jvm.env is not in the repository',
      'unsupported part/jvm.yml:2 the heap of a is not known: -Xmx? depends on a value that is not in the repository',
    ]);
  });
});
