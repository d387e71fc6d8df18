import type { CheckId } from '../core/types.js';

/** Where the documentation of this version lives. */
export const DOCUMENTATION = 'https://github.com/dialectic-app/dialectic/blob/main/docs';

/** A check's own page. */
export const checkPage = (check: CheckId): string => `${DOCUMENTATION}/checks/${check}.md`;
