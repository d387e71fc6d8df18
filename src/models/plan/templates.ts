/** Documents that `dialectic new` writes; the files lie in `templates/`. */
export const TEMPLATES = {
  plan: 'plan_template.md',
  jtbd_framework: 'jtbd_framework.md',
  architectural_views: 'architectural_views_template.md',
  sharding_strategy: 'sharding_strategy_template.md',
  scaling_strategy: 'scaling_strategy_template.md',
  dialectical_reasoning: 'dialectical_reasoning.md',
  failure_modes: 'failure_modes.md',
  technology_decisions: 'technology_decisions.md',
  logical_view_checklist: 'checklists/logical_view_orchestrator.md',
  process_view_checklist: 'checklists/process_view_orchestrator.md',
  development_view_checklist: 'checklists/development_view_orchestrator.md',
  physical_view_checklist: 'checklists/physical_view_orchestrator.md',
  scenario_view_checklist: 'checklists/scenario_view_orchestrator.md',
  orchestrator_report: 'orchestrator_report.md',
} as const;
export type TemplateName = keyof typeof TEMPLATES;

/** The template that somebody means: by its name, by its file's name, with or without `_template` and `.md`. */
export function templateNamed(text: string): TemplateName | undefined {
  const wanted = text.toLowerCase().replace(/\.md$/, '').replace(/-/g, '_').split('/').at(-1) ?? '';
  const names = Object.keys(TEMPLATES) as TemplateName[];
  return (
    names.find((name) => name === wanted) ??
    names.find((name) => fileName(name) === wanted || fileName(name) === `${wanted}_template`)
  );
}

const fileName = (name: TemplateName): string => TEMPLATES[name].replace(/^.*\//, '').replace(/\.md$/, '');

/** `{{name|what stands there unless a value is given}}`. */
const PLACE = /\{\{\s*([a-z][a-z0-9_]*)\s*(?:\|([^{}]*))?\}\}/g;

/** A template with its places filled: by the values given, or by the example that the template carries. */
export const fillTemplate = (template: string, values: Readonly<Record<string, string>> = {}): string =>
  template.replace(PLACE, (_, name: string, example: string | undefined) =>
    (Object.hasOwn(values, name) ? (values[name] ?? '') : (example ?? name)).trim(),
  );

/** Names of the places of a template, in order. */
export const placesOf = (template: string): string[] => [
  ...new Set([...template.matchAll(PLACE)].map((match) => match[1] ?? '')),
];
