import type { FindingDraft } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import type { Event } from '../../models/dataflow/machine.js';

/** A finding about what data code does, with the code's own line as evidence. */
export async function draft(workspace: Workspace, event: Event, consequence: string): Promise<FindingDraft> {
  const { path, line, endLine } = event.at;
  const text = (await workspace.text(path))?.split('\n').slice(line - 1, Math.min(endLine, line + 3)) ?? [];
  return {
    location: { path, startLine: line, endLine },
    message: `${sentence(event.message)}.`,
    consequence,
    evidence: text
      .map((one) => one.trim())
      .join('\n')
      .slice(0, 400),
    trace: event.trace.map((step) => ({ path: step.path, line: step.line, label: step.label })),
    ...(event.mild ? { severity: event.mild } : {}),
  };
}

/** Begins with a capital, unless it begins with a name out of the code. */
const sentence = (text: string): string =>
  /^\w*[_(]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
