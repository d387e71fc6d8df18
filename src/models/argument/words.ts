import { distance } from 'fastest-levenshtein';

export const MOVEMENTS = ['thesis', 'antithesis', 'synthesis'] as const;
export type Movement = (typeof MOVEMENTS)[number];

/** The three words as their languages write them, lower case, without accents. */
const FORMS: Readonly<Record<Movement, readonly string[]>> = {
  thesis: [
    'thesis',
    'theses',
    'these',
    'thesen',
    'tesis',
    'tesi',
    'tese',
    'teza',
    'tez',
    'tes',
    'teze',
    'teesi',
    'тезис',
    'теза',
    '正题',
    '正題',
    '论题',
    '正',
    'テーゼ',
    '정립',
    '테제',
    'θεση',
  ],
  antithesis: [
    'antithesis',
    'antitheses',
    'antithese',
    'antithesen',
    'antitesis',
    'antitesi',
    'antitese',
    'antyteza',
    'antiteza',
    'antitez',
    'antites',
    'antiteze',
    'antiteesi',
    'антитезис',
    'антитеза',
    '反题',
    '反題',
    '反',
    'アンチテーゼ',
    '반정립',
    '안티테제',
    'αντιθεση',
  ],
  synthesis: [
    'synthesis',
    'syntheses',
    'synthese',
    'synthesen',
    'sintesis',
    'sintesi',
    'sintese',
    'synteza',
    'sinteza',
    'sentez',
    'syntes',
    'syntese',
    'synteesi',
    'синтез',
    '合题',
    '合題',
    '合',
    'ジンテーゼ',
    '종합',
    '진테제',
    'συνθεση',
  ],
};

const plain = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFKC')
    .toLowerCase();

const BY_FORM = new Map(
  MOVEMENTS.flatMap((movement) => FORMS[movement].map((form) => [plain(form), movement] as const)),
);

/** English words that are also another language's "thesis": they count only where nothing else stands with them. */
const AMBIGUOUS = new Set(['these', 'tese', 'tez', 'tes', 'teze', 'tesi', '正', '反', '合', 'syntes']);

/** @param alone nothing else stands in the label, so that a foreign or misspelt word can be trusted */
export function movementWord(word: string, alone = false): Movement | undefined {
  const form = plain(word).replace(/^anti[-\s]thes/, 'antithes');
  if (!alone && AMBIGUOUS.has(form)) return undefined;
  return BY_FORM.get(form) ?? (alone ? misspelt(form) : undefined);
}

/** `Anthithesis`, `Sythesis`: who writes that meant it. */
function misspelt(form: string): Movement | undefined {
  if (!/^[a-z-]{5,12}$/.test(form)) return undefined;
  if (form.startsWith('an') && distance(form, 'antithesis') <= 2) return 'antithesis';
  if (form.startsWith('s') && distance(form, 'synthesis') <= 2) return 'synthesis';
  return form.startsWith('th') && distance(form, 'thesis') <= 1 ? 'thesis' : undefined;
}
