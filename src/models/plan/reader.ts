import type { Block, TextLine } from '../../languages/markdown/index.js';
import { fieldLine, fieldOf, type Field } from './fields.js';
import { itemOfHeading } from './headings.js';
import { emptyItem, idsIn, type MutableItem, type PlanItem } from './item.js';
import { jobIdsIn } from './jobs.js';
import { viewOf, viewOfId, type PlanView } from './views.js';

interface Container {
  readonly level: number;
  /** Index of the phase, epic or task that the heading begins. */
  readonly item: number | undefined;
  /** The field that the heading names: `#### Verification`. */
  readonly field: Field | undefined;
}

const CHECKBOX_ID =
  /^(?:task\s+|story\s+)?((?:LEAD-)?[A-Z]{2,6}(?:-[A-Z]{2,5})*-\d+(?:-[A-Z0-9]+)*|\d+(?:\.\d+)+[a-z]?|T-?\d+)\s*[.:)–—-]*\s+(.*)$/;

/** Reads phases, epics and tasks out of a document's blocks, with the fields that belong to each. */
export class ItemReader {
  readonly items: MutableItem[] = [];
  #containers: Container[] = [];
  #field: Field | undefined;
  /** Task of a checklist whose nested points are being read, and the depth of its list. */
  #checklist: { item: number; depth: number } | undefined;

  read(block: Block): void {
    if (block.quote > 0) return;
    if (block.kind === 'heading') return this.#heading(block);
    if (block.kind === 'table') return this.#table(block);
    if (block.kind === 'paragraph') return this.#paragraph(block);
    if (block.kind === 'code' && this.#current !== undefined)
      this.#put(this.#field, `\`${block.lines.map((line) => line.text).join(' ; ')}\``, block.start);
  }

  #heading(block: Block & { kind: 'heading' }): void {
    this.#containers = this.#containers.filter((container) => container.level < block.level);
    this.#checklist = undefined;
    this.#field = undefined;
    const item = itemOfHeading(
      block.text,
      block.start,
      this.#within('phase') !== undefined || this.#within('epic') !== undefined,
    );
    if (!item) {
      const field = this.#within('task') === undefined ? undefined : fieldOf(block.text);
      this.#field = field;
      this.#containers.push({ level: block.level, item: undefined, field });
      return;
    }
    this.#add(item);
    item.jobs.push(...jobIdsIn(block.text));
    this.#containers.push({ level: block.level, item: this.items.length - 1, field: undefined });
  }

  #paragraph(block: Block & { kind: 'paragraph' }): void {
    if (this.#checklist && (block.list === 0 || (block.item && block.list <= this.#checklist.depth)))
      this.#checklist = undefined;
    const [first, ...rest] = block.lines;
    if (first && block.item?.checked !== undefined && this.#field === undefined && this.#mayHoldTasks)
      return this.#checkbox(block, first, rest);
    for (const line of block.lines) this.#line(line);
  }

  /** A checklist below a phase or an epic is a list of tasks; below a task it is its definition of done. */
  get #mayHoldTasks(): boolean {
    return (
      this.#within('task') === undefined &&
      (this.#within('phase') !== undefined || this.#within('epic') !== undefined) &&
      this.#checklist === undefined
    );
  }

  #checkbox(block: Block & { kind: 'paragraph' }, first: TextLine, rest: readonly TextLine[]): void {
    const [head = '', ...parts] = first.text.split(/\s[—–|]\s|;\s|\.\s+(?=[A-Z][\p{L} ]{2,24}:)/u);
    const match = CHECKBOX_ID.exec(head);
    const item = emptyItem('task', match?.[1] ?? '', (match?.[2] ?? head).trim(), first.line);
    item.view = viewOfId(item.id);
    this.#add(item);
    this.#checklist = { item: this.items.length - 1, depth: block.list };
    item.jobs.push(...jobIdsIn(first.text));
    for (const part of parts) this.#line({ line: first.line, text: part });
    this.#field = undefined;
    for (const line of rest) this.#line(line);
    this.#field = undefined;
  }

  #line(line: TextLine): void {
    if (this.#current === undefined) return;
    const field = fieldLine(line.text, line.lead);
    if (field) {
      this.#field = field.field;
      this.#put(field.field, field.value, line.line);
    } else this.#put(this.#field, line.text, line.line);
  }

  #put(field: Field | undefined, text: string, line: number): void {
    const index = this.#current;
    const item = index === undefined ? undefined : this.items[index];
    if (item && text !== '') setField(item, field, text, line);
  }

  #table(block: Block & { kind: 'table' }): void {
    const fields = block.head.map((cell) => fieldOf(cell.text));
    const named = /^\W*(?:task|stor(?:y|ies)|epic|id|#)/i.test(block.head[0]?.text ?? '');
    const isTasks =
      named &&
      fields[0] === 'id' &&
      (fields.includes('gate') ||
        (fields.includes('title') && (this.#current !== undefined || fields.includes('job'))));
    if (!isTasks) return;
    const base = this.#containers.length;
    for (const row of block.rows) {
      const title = row[fields.indexOf('title')]?.text ?? '';
      const line = row[0]?.line ?? block.start;
      const item = emptyItem(
        'task',
        (row[0]?.text ?? '').replace(/^(?:task|story)\s+/i, ''),
        title.split('\n')[0] ?? '',
        line,
      );
      item.view = viewOfId(item.id);
      this.#add(item);
      row.forEach((cell, column) => setField(item, fields[column], cell.text, cell.line));
    }
    this.#containers = this.#containers.slice(0, base);
  }

  #add(item: MutableItem): void {
    item.phase = item.kind === 'phase' ? undefined : this.#within('phase');
    item.epic = item.kind === 'task' ? this.#within('epic') : undefined;
    this.items.push(item);
  }

  #within(kind: PlanItem['kind']): number | undefined {
    return this.#containers.findLast(
      (container) => container.item !== undefined && this.items[container.item]?.kind === kind,
    )?.item;
  }

  get #current(): number | undefined {
    return this.#checklist?.item ?? this.#containers.findLast((container) => container.item !== undefined)?.item;
  }
}

function setField(item: MutableItem, field: Field | undefined, text: string, line: number): void {
  if (text.trim() === '' || /^[\s–—-]*$/.test(text)) return;
  switch (field) {
    case 'gate':
      item.gate = item.gate ? { ...item.gate, text: `${item.gate.text}\n${text}` } : { text, line };
      return;
    case 'role':
      item.role = item.role ? { ...item.role, text: `${item.role.text}, ${text}` } : { text, line };
      return;
    case 'job':
      item.jobs.push(...jobIdsIn(text).filter((id) => !item.jobs.includes(id)));
      return;
    case 'view':
      item.view ??= firstView(text);
      return;
    case 'dependencies':
      item.dependencies.push(...idsIn(text).map((id) => ({ id, line })));
      return;
    default:
      item.jobs.push(...jobIdsIn(text).filter((id) => !item.jobs.includes(id)));
  }
}

const firstView = (text: string): PlanView | undefined =>
  text.split(/[,;/&]|\band\b/).flatMap((part) => viewOf(part) ?? [])[0];
