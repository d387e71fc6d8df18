/** What a section of a decision record is for, by its heading. */
export type Part = 'context' | 'reasons' | 'options' | 'alternatives' | 'drawbacks' | 'decision' | 'aside';

/**
 * First match wins. From MADR 2 to 4, Nygard, Tyree and Akerman, Merson, the business case and planguage forms, RFC-like
 * records, and their German, French and Spanish counterparts.
 */
const HEADINGS: readonly (readonly [Part, RegExp])[] = [
  [
    'aside',
    /^(?:status|date|deciders?|authors?|metadata|tags|links?|references?|related\b.*|notes?|changelog|history|table of contents|more information|see also|glossary|validation|confirmation|appendix)$/,
  ],
  [
    'drawbacks',
    /^con$|\b(?:consequences?|cons|drawbacks?|downsides?|disadvantages?|risks?|trade-?offs?|pros (?:and|&) cons|pros\/cons|implications?|limitations?|caveats?|concerns?|objections?|counter-?arguments?|negatives?|impacts?|failure modes?|konsequenzen|nachteile|folgen|consecuencias|desventajas|conséquences|inconvénients)\b/,
  ],
  ['alternatives', /\b(?:alternatives?|rejected|not chosen|alternativen|alternativas)\b/],
  [
    'options',
    /\b(?:options?|positions|candidates|possibilities|possible solutions|approaches|solutions considered|existing solutions|solution space|competition|optionen|opciones|comparison|evaluation)\b/,
  ],
  [
    'decision',
    /^(?:the |our |final |proposed |selected |chosen )?(?:decisions?|decision outcome(?: .{1,40})?|outcome|resolution|solutions?|chosen option|conclusions?|recommendation|approach|proposal|design|detailed design|specification|implementation|what we will do|entscheidung|ergebnis|décision|decisión|agreement|guidance|policy|rules?)(?: outcome)?$/,
  ],
  ['reasons', /^(?:rationale|justification|arguments?|discussion)$/],
  [
    'context',
    /^(?:context.*|problem.*|background.*|motivation.*|issues?|summary|abstract|(?:decision )?drivers?.*|forces?|requirements?|assumptions?|constraints?|introduction|overview|goals?(?: and non-?goals)?|why.*|use ?cases?|prologue|story|user story|description|current (?:state|situation)|purpose|scope|topic|question|kontext.*|contexte|contexto.*|problemstellung|ausgangslage)$/,
  ],
];

/** @param heading a heading or a bold label, as written */
export function partOf(heading: string): Part | undefined {
  const text = heading
    .toLowerCase()
    .replace(/^[^\p{L}]+/u, '')
    .replace(/[^\p{L})]+$/u, '')
    .trim();
  return text.length > 80 ? undefined : (meaning(/^([^:]{3,40}):\s/.exec(text)?.[1] ?? '') ?? meaning(text));
}

/** `Proposed decision: option 2` means what stands before the colon. */
const meaning = (text: string): Part | undefined => HEADINGS.find(([, pattern]) => pattern.test(text))?.[0];
