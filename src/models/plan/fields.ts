/** What a field of a task says. */
export type Field = 'id' | 'title' | 'role' | 'files' | 'dependencies' | 'gate' | 'job' | 'view' | 'other';

const NAMES: readonly (readonly [Field, RegExp])[] = [
  ['dependencies', /^(?:depend(?:s on|encies|ency|s)?|blocked by|requires|after|prerequisites?|predecessors?)$/],
  [
    'gate',
    /^(?:verification(?: gates?)?|verify|verified by|gates?|acceptance(?: criteria| criterion| tests?)?|definition of done|done when|dod|checks?|exit criteria|success criteria|validation|how to verify|proof|evidence|tests?)$/,
  ],
  ['job', /^(?:jtbd(?:s| ids?| mapping)?|jobs?(?: ids?| to be done)?|job mapping|maps to)$/],
  ['role', /^(?:assignees?|assigned(?: role| to)?|roles?|owners?|skills?(?: path)?|responsible|who|agent)$/],
  ['files', /^(?:files?|paths?|artifacts?|modules?|touches)$/],
  ['view', /^(?:views?|target views?|4\+1 views?|architectural views?)$/],
  [
    'id',
    /^(?:id|#|no\.?|nr\.?|task(?: id)?|story(?: id)?|stories|tasks|epic(?: id)?|ticket|key|requirement(?: id)?|req(?:\.| id)?)$/,
  ],
  [
    'title',
    /^(?:title|description|summary|what|name|details?|objective|statement|task description|work|text|user story)$/,
  ],
];

/** The field that a column head or a bold label names. */
export function fieldOf(label: string): Field | undefined {
  const name =
    label
      .toLowerCase()
      .replace(/[*_`]/g, '')
      .replace(/[:：\s]+$/u, '')
      .replace(/^\W+(?=\w)/, '')
      .trim() || label.trim();
  return NAMES.find(([, pattern]) => pattern.test(name))?.[0];
}

/** `Verification: pytest -k shards`, as a line of a task: the field and its value. */
export function fieldLine(text: string, lead: string | undefined): { field: Field; value: string } | undefined {
  if (lead !== undefined) {
    const field = fieldOf(lead);
    if (field)
      return {
        field,
        value: text
          .slice(lead.length)
          .replace(/^\s*[:：–—-]?\s*/u, '')
          .trim(),
      };
  }
  const plain = /^([\p{L}][\p{L}\d+ ]{1,30})[:：]\s*(.*)$/u.exec(text);
  const field = plain?.[1] === undefined ? undefined : fieldOf(plain[1]);
  return field && field !== 'title' && field !== 'id' ? { field, value: (plain?.[2] ?? '').trim() } : undefined;
}
