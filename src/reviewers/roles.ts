import picomatch from 'picomatch';
import type { Settings } from '../core/settings.js';
import type { Role } from '../core/types.js';

/** What the layout alone says. Service and pipeline code is recognised by content, in `src/models`. */
const LAYOUT: readonly (readonly [Role, readonly string[]])[] = [
  [
    'test',
    [
      '**/{test,tests,testing,__tests__,spec,specs,testdata,test-data,fixtures,e2e,integration_tests}/**',
      '**/{test_*,*_test,conftest}.py',
      '**/*.{test,spec}.{js,ts,mjs,tsx}',
      '**/*{Test,Tests,IT}.java',
    ],
  ],
  ['example', ['**/{example,examples,sample,samples,demo,demos,tutorial,tutorials,docs_src}/**']],
  [
    'development',
    [
      '**/*{docker-compose,compose}*{.,-,_}{override,dev,develop,development,local,test,tests,testing,ci,integration,e2e,debug,example}.{yml,yaml}',
      '**/*{docker-compose,compose}*{.,-,_}{override,dev,develop,development,local,test,tests,testing,ci,integration,e2e,debug}{.,-,_}*.{yml,yaml}',
      '.github/workflows/**',
      '.gitlab-ci.yml',
      '.circleci/**',
      '.devcontainer/**',
      '**/.devcontainer/**',
    ],
  ],
  ['migration', ['**/{alembic,migrations,migration}/**']],
  ['script', ['**/{scripts,bin,tools,hack}/**', '**/{setup,manage,noxfile,tasks}.py']],
  [
    'exploration',
    ['**/{exploration,exploratory,eda,scratch,playground,sandbox}/**', '**/*{eda,exploration,scratch}*.ipynb'],
  ],
  ['documentation', ['**/*.{md,mdx,rst,adoc}', '**/{docs,doc}/**/*.{txt,png,svg,jpg}', '**/LICENSE*', '**/CODEOWNERS']],
  ['shared', ['**/lib/shared/**', '**/{libs,common,shared}/**']],
];

/** Roles in which a defect does not reach production: `block` becomes `note` there. */
export const NON_PRODUCTION: readonly Role[] = ['test', 'example', 'development', 'exploration'];

export type RoleOf = (path: string) => ReadonlySet<Role>;

/** Roles by path: the layout's, and those that the configuration adds. A role the configuration sets replaces the layout's guess for it. */
export function rolesByPath({ roles }: Pick<Settings, 'roles'>): RoleOf {
  const key = JSON.stringify(roles);
  let rules = shared.get(key);
  if (!rules) {
    if (shared.size >= MAX_SHARED) shared.clear();
    rules = rolesOf(roles);
    shared.set(key, rules);
  }
  return rules;
}

/** Paths stay the same from review to review, and matching globs costs more than looking up. */
const shared = new Map<string, RoleOf>();
const MAX_SHARED = 16;
const MAX_PATHS = 100_000;

function rolesOf(given: Settings['roles']): RoleOf {
  const configured = Object.entries(given) as [Role, readonly string[]][];
  const set = new Set(configured.map(([role]) => role));
  const rules = [...LAYOUT.filter(([role]) => !set.has(role)), ...configured].map(
    ([role, globs]) => [role, picomatch([...globs], { dot: true })] as const,
  );
  const known = new Map<string, ReadonlySet<Role>>();
  return (path) => {
    let roles = known.get(path);
    if (!roles) {
      if (known.size >= MAX_PATHS) known.clear();
      roles = new Set(rules.filter(([, matches]) => matches(path)).map(([role]) => role));
      known.set(path, roles);
    }
    return roles;
  };
}
