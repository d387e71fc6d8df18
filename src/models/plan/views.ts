import type { View } from '../../core/types.js';

/** The views of a plan, in the order in which they are built: each needs the one before it, scenarios validate them all. */
export const PLAN_VIEWS = ['log', 'proc', 'dev', 'phy', 'scn'] as const satisfies readonly View[];
export type PlanView = (typeof PLAN_VIEWS)[number];

export const VIEW_NAMES: Readonly<Record<PlanView, string>> = {
  log: 'Logical View',
  proc: 'Process View',
  dev: 'Development View',
  phy: 'Physical View',
  scn: 'Scenarios View',
};

const WORDS: readonly (readonly [PlanView, string])[] = [
  ['log', 'logical|log|logisch\\w*|logique'],
  ['proc', 'process|proc|prozess\\w*|processus'],
  ['dev', 'development|dev|entwicklung\\w*|développement'],
  ['phy', 'physical|phys?|deployment|physisch\\w*|physique'],
  ['scn', 'scenarios?|scn|\\+1|szenari\\w*|scénarios?'],
];

const PREFIX = String.raw`^(?:[^\p{L}\p{N}+]*)(?:(?:phase|step|part|section|view|epic|stage|sprint)\s*[\d.]*\s*[:.)–—-]?\s*|[\d.]+[.)]?\s+)*(?:the\s+)?\(?`;

/** The view that a heading, a label or a table cell names; undefined when it names none. */
export function viewOf(text: string): PlanView | undefined {
  const heading = text.trim();
  if (heading.length > 160) return undefined;
  for (const [view, words] of WORDS) {
    const named = new RegExp(
      `${PREFIX}(?:${words})\\)?(?:\\s+(?:view|architecture|scenarios?|layer|perspective|\\(?\\+1\\)?)|\\s*\\((?:${words}|[^)]{0,40})\\))*\\s*(?:$|[:–—|,]|-\\s|\\()`,
      'iu',
    );
    if (named.test(heading)) return view;
  }
  return viewOfId(heading) ?? viewInPhrase(heading);
}

/** `LOG-01`, `LEAD-PHY-01-02`, `Epic PROC-02: …`. */
export function viewOfId(text: string): PlanView | undefined {
  const id = /(?:^|[^A-Za-z])(?:LEAD-)?(LOG|PROC|DEV|PHY|SCN)-\d/.exec(text)?.[1]?.toLowerCase();
  return PLAN_VIEWS.find((view) => view === id);
}

/** "Schema work (Logical View)": the word "view" makes it plain wherever it stands. */
function viewInPhrase(text: string): PlanView | undefined {
  return WORDS.find(([, words]) =>
    new RegExp(`\\b(?:${words.replace('\\+1|', '').replace('|\\+1', '')})\\s+view\\b`, 'i').test(text),
  )?.[0];
}

/** Place in the order of building. */
export const rank = (view: PlanView): number => PLAN_VIEWS.indexOf(view);
