import { DEBATES, type Debate } from './debates.js';
import type { Area } from './area.js';

/** A text that argues, and where it stands. */
export interface ArguedText {
  /** `description`, or the path of a record. */
  readonly where: string;
  readonly line: number;
  readonly text: string;
}

export interface StandingDebate {
  readonly debate: Debate;
  /** Places of the diff that touch it. */
  readonly touched: readonly Area[];
  readonly argued: readonly ArguedText[];
}

/** The five debates: which the diff touches, and which of the texts argue them. */
export const standing = (areas: readonly Area[], texts: readonly ArguedText[]): StandingDebate[] =>
  DEBATES.map((debate) => ({
    debate,
    touched: areas.filter((area) => area.debate === debate.id),
    argued: texts.filter(({ text }) => debate.words.test(text)),
  }));
