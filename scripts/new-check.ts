/** `npm run new-check proc/some-defect`: writes the check's skeleton and a fixture, and says which line to add to the list. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { VIEWS } from '../src/core/types.js';

const id = process.argv[2] ?? '';
const [view, name] = id.split('/');
if (!view || !name || !/^[a-z][a-z0-9-]+$/.test(name) || !(VIEWS as readonly string[]).includes(view)) {
  console.error(`usage: npm run new-check <view>/<defect-in-kebab-case>    views: ${VIEWS.join(', ')}`);
  process.exit(2);
}
const variable = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const files: Record<string, string> = {
  [`src/checks/${id}.ts`]: `import { defineCheck } from '../../core/check.js';

export const ${variable} = defineCheck({
  id: '${id}',
  task: 'LEAD-${view.toUpperCase()}-01-0?',
  severity: 'warn',
  reference: '…',
  flags: 'Flags … .',
  why: \`
What it does in production, what to do instead, the traps it knows, its sources.
\`,
  examples: {
    bad: [{ title: 'the defect', files: { 'app.py': '' } }],
    good: [{ title: 'the defect avoided', files: { 'app.py': '' } }],
  },
  async run(context) {
    return context.files.length === 0 ? 'not-applicable' : [];
  },
});
`,
  [`fixtures/${view}/${name}/README.md`]: `Lines that must be flagged end in \`# expect: ${id}\`; nothing else in this folder may be.\n`,
};
for (const [path, content] of Object.entries(files)) {
  if (existsSync(path)) {
    console.error(`${path} exists already; nothing written there.`);
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  console.log(`wrote ${path}`);
}
console.log(`Now add it to src/checks/index.ts:\n  import { ${variable} } from './${id}.js';\n  … ${variable},`);
