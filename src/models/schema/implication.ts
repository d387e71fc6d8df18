import type { Condition, ConditionLeaf } from '../../languages/sql/index.js';

/** `open`: it depends on a value, or on a part of the query, that is known only when it runs. */
export type Proof = 'proven' | 'open' | 'not';

/**
 * Whether rows that satisfy all of `known` satisfy `wanted`, by the rules with which PostgreSQL decides that a query may
 * use a partial index (`predtest.c`): the same condition, a comparison that implies another, or one that is never true
 * of NULL. What PostgreSQL may prove beyond that (functions of the project, other operator families) counts as `not`.
 */
export function implied(known: readonly Condition[], wanted: Condition): Proof {
  if (wanted.kind === 'and') return worst(wanted.parts.map((part) => implied(known, part)));
  const direct = best(known.map((condition) => impliedBy(condition, wanted)));
  if (wanted.kind === 'leaf' || direct === 'proven') return direct;
  return best([direct, ...wanted.parts.map((part) => implied(known, part))]);
}

/** @param wanted never an `and` */
function impliedBy(condition: Condition, wanted: Condition): Proof {
  if (condition.kind === 'leaf') {
    if (wanted.kind === 'leaf') return leafImplies(condition, wanted);
    return condition.open === true ? 'open' : 'not';
  }
  return condition.kind === 'and'
    ? best(condition.parts.map((part) => impliedBy(part, wanted)))
    : worst(condition.parts.map((part) => implied([part], wanted)));
}

function leafImplies(known: ConditionLeaf, wanted: ConditionLeaf): Proof {
  if (known.text === wanted.text && known.open !== true) return 'proven';
  if (wanted.null?.is === false && known.strict.includes(wanted.null.operand)) return 'proven';
  if (known.open === true) return 'open';
  if (wanted.test === undefined || known.test?.operand !== wanted.test.operand) return 'not';
  if (known.test.values === undefined) return 'open';
  const { values } = known.test;
  return tests(known.test.operator, values, wanted.test.operator, wanted.test.values ?? []) ? 'proven' : 'not';
}

/** `x known value` for one of the known values (`IN`) implies `x wanted value` for one of the wanted. */
function tests(known: string, values: readonly string[], wanted: string, others: readonly string[]): boolean {
  const operator = known === 'IN' ? '=' : known;
  const target = wanted === 'IN' ? '=' : wanted;
  return values.every((value) => others.some((other) => comparisonImplies(operator, value, target, other)));
}

/** PostgreSQL's table of B-tree strategies; literals other than numbers are only equal or not. */
function comparisonImplies(known: string, value: string, wanted: string, other: string): boolean {
  if (known === wanted && value === other) return true;
  const [a, b] = [numberOf(value), numberOf(other)];
  if (a === undefined || b === undefined) return known === '=' && wanted === '<>' && differ(value, other);
  switch (known) {
    case '=':
      return holds(a, wanted, b);
    case '<':
      return (wanted === '<' || wanted === '<=' || wanted === '<>') && a <= b;
    case '<=':
      return wanted === '<=' ? a <= b : (wanted === '<' || wanted === '<>') && a < b;
    case '>':
      return (wanted === '>' || wanted === '>=' || wanted === '<>') && a >= b;
    case '>=':
      return wanted === '>=' ? a >= b : (wanted === '>' || wanted === '<>') && a > b;
    default:
      return false;
  }
}

function holds(a: number, operator: string, b: number): boolean {
  switch (operator) {
    case '=':
      return a === b;
    case '<>':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return false;
  }
}

const numberOf = (literal: string): number | undefined =>
  /^-?\d+(\.\d+)?$/.test(literal) ? Number(literal) : undefined;

/** Two words are different values of any type that people write as words; dates and numbers in quotes may be one value. */
const WORD = /^'(?!(true|false|t|f|yes|no|on|off|now|today|infinity)')[a-z_][a-z_ -]*'$/i;
const differ = (a: string, b: string): boolean => WORD.test(a) && WORD.test(b) && a.toLowerCase() !== b.toLowerCase();

const RANK: readonly Proof[] = ['not', 'open', 'proven'];
const best = (proofs: readonly Proof[]): Proof =>
  RANK[Math.max(0, ...proofs.map((proof) => RANK.indexOf(proof)))] ?? 'not';
const worst = (proofs: readonly Proof[]): Proof =>
  proofs.length === 0 ? 'not' : (RANK[Math.min(...proofs.map((proof) => RANK.indexOf(proof)))] ?? 'not');
