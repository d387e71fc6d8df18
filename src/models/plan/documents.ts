import picomatch from 'picomatch';
import { defineModel, type Workspace } from '../../core/workspace.js';
import { markdownExtractor, type MarkdownFacts } from '../../languages/markdown/index.js';
import { planOf, type Plan } from './plan.js';
import { requirementsOf, type Requirement } from './requirements.js';

/** A document that the planner judges. */
export interface PlanDocument {
  readonly path: string;
  readonly kind: 'plan' | 'requirements';
  readonly plan: Plan;
  readonly requirements: readonly Requirement[];
  /** Last line. */
  readonly lines: number;
}

const MARKDOWN = /\.(?:md|mdx|markdown)$/i;
/** Forms to be filled in are no plans. */
const FORM = /(?:^|\/)(?:templates?|assets|examples?)\/|template/i;
const NAMED = /\b(?:plan|backlog|roadmap)\b/i;

/** Plans and requirement documents that the change adds or edits (all of them when everything is under review). */
export const planDocuments = defineModel('plan/documents', async (workspace): Promise<readonly PlanDocument[]> => {
  const { plans, requirements } = workspace.settings.planning;
  // In capitals it is the document; `plan.md` beside code is somebody's notes, unless it declares itself.
  const [isPlan, isRequirements] = [picomatch([...plans], { dot: true }), picomatch([...requirements], { dot: true })];
  const found: PlanDocument[] = [];
  for (const path of candidates(workspace)) {
    const configured = isPlan(path) ? 'plan' : isRequirements(path) ? 'requirements' : undefined;
    if (configured === undefined && FORM.test(path)) continue;
    const facts = await workspace.facts(markdownExtractor, path);
    if (!facts) continue;
    const kind = configured ?? declaredKind(facts, path);
    if (kind) found.push(documentOf(path, kind, facts));
  }
  return found;
});

const documentOf = (path: string, kind: PlanDocument['kind'], facts: MarkdownFacts): PlanDocument => ({
  path,
  kind,
  plan: planOf(facts),
  requirements: requirementsOf(facts, kind === 'requirements'),
  lines: facts.lines,
});

const candidates = (workspace: Workspace): string[] =>
  workspace.files
    .map((file) => file.path)
    .filter((path) => MARKDOWN.test(path) && workspace.addedLines(path) !== undefined);

/** What a document says that it is: by front matter, or by being called a plan and having jobs and views. */
function declaredKind(facts: MarkdownFacts, path: string): PlanDocument['kind'] | undefined {
  const declared = /^(?:type|kind|document|doctype)\s*:\s*["']?(\w+)/im
    .exec(facts.frontMatter?.text ?? '')?.[1]
    ?.toLowerCase();
  if (declared === 'plan' || declared === 'requirements') return declared;
  if (
    facts.frontMatter &&
    /^name\s*:/m.test(facts.frontMatter.text) &&
    /^description\s*:/m.test(facts.frontMatter.text)
  )
    return undefined;
  const plan = planOf(facts);
  const called = NAMED.test(plan.title) || NAMED.test(path.split('/').at(-1)?.replace(/[-_.]/g, ' ') ?? '');
  return called && plan.named.size > 0 && plan.views.size >= 2 && plan.items.length > 0 ? 'plan' : undefined;
}
