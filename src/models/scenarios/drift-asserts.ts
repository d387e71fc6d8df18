import type { Expr, FunctionDef, PyNode } from '../../languages/python/ast.js';
import { dottedName } from '../../languages/python/names.js';
import { walk } from '../../languages/python/walk.js';

/** What the call graph knows of a test's lines and of the names that it replaces. */
export interface Meaning {
  /** Does a call on this line come to an index of drift? */
  measuresDrift(line: number): boolean;
  /** Is this the name of a fixture that computes an index of drift, or hands out a function that does? */
  fixtureMeasures(name: string): boolean;
  /** Does a call on this line come to the export of a MOJO? */
  exportsMojo(line: number): boolean;
  /** Is a function of this name called where the code acts on drift or starts training? */
  startsTraining(callee: string): boolean;
}

/** Below this an index of drift is not past the mandated threshold. */
const CROSSED = 0.25;
const TRIGGER = /trigger|retrain|pipeline|schedul|run_id|^runs?$|enqueue|dispatch|launch|kick|^started?$|^start_/i;
const MOJO = /mojo|\.zip|artifact|genmodel|^export|_export|model_path|new_model|model_file/i;
const INDEX = /psi|drift|stability|^score$|^value$|^result$/i;
const DECISION =
  /^(drift_?detected|is_drift(ed)?|has_drift(ed)?|drifted|dataset_drift|should_retrain|needs_retrain\w*)$/i;
const LIMIT = /threshold|limit|^psi_max$/i;
const MOVED = /shift|drift(ed)?_|skew|moved|perturb|^(loc|scale|mean|sigma)$/i;
const DRAWN = /^(normal|uniform|lognormal|beta|exponential|gamma|standard_normal|poisson)$/;
const CALLED = /^assert_(called|awaited|has_calls|any_call|has_awaits)/;

/** What the functions of a test file assert. */
export class Assertions {
  /** Conditions that must hold. */
  private readonly held: Expr[] = [];
  /** Objects of which a test says that they were called. */
  private readonly called: Expr[] = [];
  /** Local name → what it was given, last first. */
  private readonly bindings = new Map<string, Expr>();
  /** Local name → the last part of what it stands in for: `post` for `patch("app.requests.post")`. */
  private readonly standIns = new Map<string, string>();

  constructor(
    private readonly code: readonly FunctionDef[],
    private readonly meaning: Meaning,
  ) {
    for (const def of code) {
      this.decorators(def);
      walk(def.body, { enter: (node) => this.read(node) });
    }
  }

  /** Data is moved and an index of it passes the threshold, or an index past it is put in its place. */
  crossThreshold(): boolean {
    if (this.stubsIndex()) return true;
    return this.held.some((condition) => this.isCrossed(condition)) && this.code.some(movesData);
  }

  nameTrigger(): boolean {
    const asserted = [...this.held, ...this.called];
    return asserted.some((expr) =>
      this.wordsOf(expr).some((word) => {
        const replaced = this.standIns.get(word);
        return (
          TRIGGER.test(word) ||
          (replaced !== undefined && (TRIGGER.test(replaced) || this.meaning.startsTraining(replaced)))
        );
      }),
    );
  }

  nameMojo(): boolean {
    return [...this.held, ...this.called].some((expr) =>
      this.wordsOf(expr).some((word) => {
        const given = this.bindings.get(word);
        const replaced = this.standIns.get(word);
        return (
          MOJO.test(word) ||
          (replaced !== undefined && MOJO.test(replaced)) ||
          (given !== undefined && this.meaning.exportsMojo(given.line))
        );
      }),
    );
  }

  // ── Reading ──

  private read(node: PyNode): 'skip' | undefined {
    switch (node.kind) {
      case 'Assert':
        this.held.push(node.test);
        break;
      case 'Assign':
        for (const target of node.targets) this.bind(target, node.value);
        break;
      case 'AnnAssign':
        if (node.value) this.bind(node.target, node.value);
        break;
      case 'WithItem':
        if (node.target) this.bind(node.target, node.context);
        break;
      case 'Call':
        this.call(node);
        break;
      default:
    }
    return undefined;
  }

  private bind(target: Expr, value: Expr): void {
    if (target.kind === 'Tuple' || target.kind === 'List') for (const one of target.elements) this.bind(one, value);
    if (target.kind !== 'Name') return;
    this.bindings.set(target.id, value);
    const replaced = value.kind === 'Call' ? patched(value) : undefined;
    if (replaced !== undefined) this.standIns.set(target.id, replaced);
  }

  private call(node: Extract<Expr, { kind: 'Call' }>): void {
    const name = dottedName(node.func) ?? (node.func.kind === 'Attribute' ? node.func.attr : '');
    const short = name.split('.').at(-1) ?? '';
    if (node.func.kind === 'Attribute' && CALLED.test(short)) this.called.push(node.func.value, ...node.args);
    else if (/^assert(Greater|GreaterEqual)$/.test(short) && node.args[0] && node.args[1])
      this.held.push({ ...node, kind: 'Compare', left: node.args[0], ops: ['>'], comparators: [node.args[1]] });
    else if (/^assert(?!False|Not|IsNone)[A-Z]\w*$|^assert_(that|true|equal)/.test(short)) this.held.push(...node.args);
    // monkeypatch.setattr(drift.requests, "post", lambda url, **_: posted.append(url))
    if (short !== 'setattr') return;
    const replaced = patched(node);
    const by = node.args.at(-1);
    if (replaced === undefined || !by) return;
    for (const word of wordsIn(by)) if (/^\w+$/.test(word)) this.standIns.set(word, replaced);
  }

  /** `@patch("app.requests.post")` gives the last parameters, the lowest decorator first. */
  private decorators(def: FunctionDef): void {
    const targets = def.decorators.flatMap((one) => (one.kind === 'Call' ? (patched(one) ?? []) : [])).reverse();
    const params = def.params.filter(({ name }) => name !== 'self');
    targets.forEach((target, index) => {
      const param = params[index];
      if (param) this.standIns.set(param.name, target);
    });
  }

  // ── Judging ──

  /** Names, attributes and strings of an expression, and of what its names were given. */
  private wordsOf(expr: Expr): string[] {
    const words = wordsIn(expr);
    return [...words, ...words.flatMap((word) => this.given(word))];
  }

  private given(word: string): string[] {
    const value = this.bindings.get(word);
    return value ? wordsIn(value) : [];
  }

  private isCrossed(expr: Expr): boolean {
    if (expr.kind === 'BoolOp') return expr.op === 'and' && expr.values.some((one) => this.isCrossed(one));
    if (expr.kind === 'UnaryOp') return false;
    if (expr.kind !== 'Compare') return this.decides(expr);
    const sides = [expr.left, ...expr.comparators];
    return expr.ops.some((op, index) => {
      const [left, right] = [sides[index], sides[index + 1]];
      if (!left || !right) return false;
      if (op === '>' || op === '>=') return this.isIndex(left) && isLimit(right);
      if (op === '<' || op === '<=') return this.isIndex(right) && isLimit(left);
      const affirmed = right.kind === 'Bool' ? right.value : right.kind === 'Str';
      return (op === 'is' || op === '==') && affirmed && this.decides(left);
    });
  }

  /** A verdict of drift: by its name, or returned by a function that asks for the index. */
  private decides(expr: Expr): boolean {
    if (wordsIn(expr).some((word) => DECISION.test(word))) return true;
    const value = expr.kind === 'Name' ? this.bindings.get(expr.id) : expr;
    return value?.kind === 'Call' && this.meaning.measuresDrift(value.line);
  }

  private isIndex(expr: Expr): boolean {
    if (wordsIn(expr).some((word) => INDEX.test(word) || this.meaning.fixtureMeasures(word))) return true;
    const named = wordsIn(expr).flatMap((word) => this.bindings.get(word) ?? []);
    return [expr, ...named].some(({ line }) => this.meaning.measuresDrift(line));
  }

  private stubsIndex(): boolean {
    for (const [name, value] of this.bindings)
      if (NAMED_INDEX.test(name) && value.kind === 'Num' && value.value >= CROSSED) return true;
    return this.code.some((def) => {
      let found = false;
      walk(def.body, {
        enter(node) {
          if (node.kind === 'Call' && patched(node) !== undefined && INDEX.test(patched(node) ?? '')) {
            const given = [...node.args, ...node.keywords.map(({ value }) => value)].map((one) =>
              one.kind === 'Lambda' ? one.body : one,
            );
            found ||= given.some((one) => one.kind === 'Num' && one.value >= CROSSED);
          }
          return undefined;
        },
      });
      return found;
    });
  }
}

const NAMED_INDEX = /^(psi\w*|drift_score|\w*_psi)$/i;

const isLimit = (expr: Expr): boolean =>
  (expr.kind === 'Num' && expr.value >= CROSSED) || wordsIn(expr).some((word) => LIMIT.test(word));

/** The last part of what `patch("a.b")`, `patch.object(a, "b")` or `monkeypatch.setattr(a, "b", …)` replaces. */
function patched(call: Extract<Expr, { kind: 'Call' }>): string | undefined {
  const name = dottedName(call.func) ?? '';
  if (!/(^|\.)patch(\.object)?$|(^|\.)setattr$/.test(name)) return undefined;
  const [first, second] = call.args;
  const target = second?.kind === 'Str' ? second : first?.kind === 'Str' ? first : undefined;
  return target?.value.split('.').at(-1);
}

function wordsIn(expr: Expr): string[] {
  const words: string[] = [];
  const take = (node: PyNode): undefined => {
    if (node.kind === 'Name') words.push(node.id);
    else if (node.kind === 'Attribute') words.push(node.attr);
    else if (node.kind === 'Str') words.push(node.value.slice(0, 200));
    return undefined;
  };
  walk(expr, { enter: take });
  return words;
}

/** Rows are drawn, moved or stretched, or named as such. */
function movesData(def: FunctionDef): boolean {
  let moves = def.params.some(({ name }) => MOVED.test(name));
  walk(def.body, {
    enter(node) {
      if (node.kind === 'BinOp')
        moves ||= ['+', '-', '*'].includes(node.op) && [node.left, node.right].some(({ kind }) => kind === 'Num');
      else if (node.kind === 'Name') moves ||= MOVED.test(node.id);
      else if (node.kind === 'Keyword') moves ||= MOVED.test(node.name ?? '');
      else if (node.kind === 'Call')
        moves ||= DRAWN.test(
          (dottedName(node.func) ?? '').split('.').at(-1) ?? (node.func.kind === 'Attribute' ? node.func.attr : ''),
        );
      return undefined;
    },
  });
  return moves;
}
