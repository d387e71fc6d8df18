import { viewOf } from './views.js';
import { emptyItem, type MutableItem } from './item.js';

const PHASE = /^\W*phase\s+(\d+|[ivx]+|[a-z])\b\s*[.:)–—-]*\s*(.*)$/i;
const EPIC =
  /^\W*(?:epic\b[\s:–—-]*([A-Z]{2,6}(?:-[A-Z]{2,5})*-\d+)?|((?:LEAD-)?(?:LOG|PROC|DEV|PHY|SCN)-\d+)(?![-\w]))\s*[.:)–—-]*\s*(.*)$/i;
const TASK =
  /^\W*(?:task|story|user story|work item|ticket)\s+([A-Z]{1,6}(?:-[A-Z0-9]+)+|T?-?\d+(?:\.\d+)*[a-z]?)\s*[.:)–—-]*\s*(.*)$/i;
const STEP = /^\W*step\s+(\d+(?:\.\d+)*)\s*[.:)–—-]*\s*(.*)$/i;
const BARE_TASK = /^\W*((?:LEAD-)?[A-Z]{2,6}(?:-[A-Z]{2,5})*-\d+-[A-Z0-9]+|\d+\.\d+(?:\.\d+)*)\s*[.:)–—-]*\s+(\S.*)$/;

/** The phase, epic or task that a heading begins; undefined for any other heading. */
export function itemOfHeading(text: string, line: number, insidePhase: boolean): MutableItem | undefined {
  const phase = PHASE.exec(text);
  if (phase)
    return withView(emptyItem('phase', `PHASE ${phase[1] ?? ''}`, phase[2]?.trim() ?? '', line), text, phase[2] ?? '');
  const numbered =
    insidePhase || /^\W*(?:LEAD-)?(?:LOG|PROC|DEV|PHY|SCN)-\d+-/i.test(text) ? BARE_TASK.exec(text) : null;
  const task = TASK.exec(text) ?? (insidePhase ? STEP.exec(text) : null) ?? numbered;
  if (task) return withView(emptyItem('task', task[1] ?? '', task[2]?.trim() ?? '', line), task[1] ?? '', text);
  const epic = EPIC.exec(text);
  return epic
    ? withView(
        emptyItem('epic', epic[1] ?? epic[2] ?? '', epic[3]?.trim() ?? '', line),
        epic[1] ?? epic[2] ?? '',
        epic[3] ?? '',
        text,
      )
    : undefined;
}

function withView(item: MutableItem, ...texts: readonly string[]): MutableItem {
  for (const text of texts) item.view ??= viewOf(text);
  return item;
}
