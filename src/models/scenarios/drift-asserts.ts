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
  /** Does a call on this line come to the start of training? */
  startsTrainingOn(line: number): boolean;
  /** Is a function of this name called where the code acts on drift or starts training? */
  startsTraining(callee: string): boolean;
  /** Is a function of this name an index of drift? */
  isIndex(callee: string): boolean;
  /** Is a function of this name called by the code under test? */
  isCalled(callee: string): boolean;
  /** Does a call on this line come to a function of the repository? What that gives is known by what it does, not by a name. */
  isKnown(line: number): boolean;
}

/** Below this an index of drift is not past the mandated threshold. */
const CROSSED = 0.25;
/** Names, for what comes from outside the repository: a service's answer, a plugin's fixture. */
const TRIGGER = /trigger|retrain|pipeline|schedul|run_id|^runs?$|enqueue|dispatch|launch|kick|^started?$|^start_/i;
const MOJO = /mojo|artifact|genmodel|^export|_export|model_path|new_model|model_file/i;
const INDEX = /psi|drift|stability/i;
const DECISION =
  /^(drift_?detected|is_drift(ed)?|has_drift(ed)?|drifted|dataset_drift|should_retrain|needs_retrain\w*)$/i;
/** What a verdict is called when nothing has moved far. */
const CALM = /^(?:none|no\b.*|ok|stable|low|minor|normal|green|insufficient.*|unknown)$/i;
const LIMIT = /threshold|limit|^psi_max$/i;
const MOVED = /shift|drift(ed)?_|skew|moved|perturb|^(loc|scale|mean|sigma)$/i;
const DRAWN = /^(normal|uniform|lognormal|beta|exponential|gamma|standard_normal|poisson)$/;
const CALLED = /^assert_(called|awaited|has_calls|any_call|has_awaits)/;
/** Methods and functions that look at what is in a folder. */
const LOOKS = /^(?:glob|rglob|iterdir|exists|is_file|listdir|scandir|stat)$/;
const EXPORT = /^(?:download_mojo|save_mojo|export_mojo)$/;

/** What the functions of a test file assert. */
export class Assertions {
  /** Conditions that must hold. */
  private readonly held: Expr[] = [];
  /** Objects of which a test says that they were called. */
  private readonly called: Expr[] = [];
  /** Local name → what it was given, last first. */
  private readonly bindings = new Map<string, Expr>();
  /** Every call. */
  private readonly calls: Call[] = [];
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
    return this.held.some((condition) => this.isCrossed(condition)) && this.movesRows();
  }

  /** Something looks at the start of training: a stand-in for what starts it, or what the call that starts it gave. */
  seeTrigger(): boolean {
    return this.asserted().some((expr) =>
      this.parts(expr).some((part) => {
        if (part.kind === 'Call') return this.meaning.startsTrainingOn(part.line);
        const name = nameIn(part);
        if (name === undefined) return false;
        const replaced = this.standIns.get(name);
        if (replaced !== undefined)
          return this.meaning.startsTraining(replaced) || (TRIGGER.test(replaced) && this.meaning.isCalled(replaced));
        return TRIGGER.test(name) && !this.isFromHere(part);
      }),
    );
  }

  /** Something looks at a new MOJO: what the export gave, the folder that it was told to write to, a stand-in for it. */
  seeMojo(): boolean {
    const folders = this.exportFolders();
    return this.asserted().some((expr) => {
      const parts = this.parts(expr);
      const looks = parts.some((part) => LOOKS.test(nameIn(part) ?? ''));
      return parts.some((part) => {
        if (part.kind === 'Call') return this.meaning.exportsMojo(part.line);
        const name = nameIn(part);
        if (name === undefined) return false;
        const replaced = this.standIns.get(name);
        if (replaced !== undefined) return EXPORT.test(replaced) && this.meaning.isCalled(replaced);
        return (looks && folders.has(name)) || (MOJO.test(name) && !this.isFromHere(part));
      });
    });
  }

  private asserted(): Expr[] {
    return [...this.held, ...this.called];
  }

  /** Names that are handed to a call which comes to the export of a MOJO. */
  private exportFolders(): ReadonlySet<string> {
    const found = new Set<string>();
    for (const call of this.calls) {
      if (!this.meaning.exportsMojo(call.line)) continue;
      for (const given of [...call.args, ...call.keywords.map(({ value }) => value)])
        for (const part of this.parts(given)) {
          const name = part.kind === 'Name' ? part.id : undefined;
          if (name !== undefined) found.add(name);
        }
    }
    return found;
  }

  /** The nodes of an expression, and of what its names were given, on and on. */
  private parts(expr: Expr, depth = 0): (Expr & PyNode)[] {
    const found: Expr[] = [];
    walk(expr, {
      enter: (node) => {
        if (node.kind === 'Call' && this.meaning.isKnown(node.line)) {
          // What the repository's function is called says nothing; what it does is asked by its line.
          found.push(node);
          const handed = [...node.args, ...node.keywords.map(({ value }) => value)];
          const of = node.func.kind === 'Attribute' ? [node.func.value] : [];
          for (const one of [...of, ...handed]) found.push(...this.parts(one, depth));
          return 'skip';
        }
        if (node.kind === 'Name' || node.kind === 'Attribute' || node.kind === 'Call') found.push(node);
        const given = node.kind === 'Name' && depth < 4 ? this.bindings.get(node.id) : undefined;
        if (given) found.push(...this.parts(given, depth + 1));
        return undefined;
      },
    });
    return found;
  }

  /**
   * Does a value come from the repository's own code, or from what the test itself writes down? Then it is what it is, whatever it is
   * called. A name of which nothing is known, or that comes from elsewhere, is all there is to go by.
   */
  private isFromHere(part: Expr): boolean {
    const root = rootOf(part);
    if (root === undefined) return false;
    const given = this.bindings.get(root);
    if (!given) return false;
    const calls = this.parts(given).filter((one) => one.kind === 'Call');
    if (calls.length === 0) return given.kind !== 'Attribute' && given.kind !== 'Name';
    return calls.some(({ line }) => this.meaning.isKnown(line));
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
        this.calls.push(node);
        this.call(node);
        break;
      default:
    }
    return undefined;
  }

  private bind(target: Expr, value: Expr): void {
    if (target.kind === 'Tuple' || target.kind === 'List') for (const one of target.elements) this.bind(one, value);
    const name = dottedName(target);
    if (name === undefined) return;
    this.bindings.set(name, value);
    const replaced = value.kind === 'Call' ? patched(value) : undefined;
    if (replaced !== undefined) this.standIns.set(name, replaced);
  }

  private call(node: Call): void {
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
      const affirmed = right.kind === 'Bool' ? right.value : right.kind === 'Str' && !CALM.test(right.value);
      return (op === 'is' || op === '==') && affirmed && this.decides(left);
    });
  }

  /** A verdict of drift: returned by code that asks for the index, or, of what comes from elsewhere, by its name. */
  private decides(expr: Expr): boolean {
    const parts = this.parts(expr);
    if (parts.some((part) => part.kind === 'Call' && this.meaning.measuresDrift(part.line))) return true;
    return parts.some((part) => DECISION.test(nameIn(part) ?? '') && !this.isFromHere(part));
  }

  private isIndex(expr: Expr): boolean {
    const parts = this.parts(expr);
    if (parts.some((part) => part.kind === 'Call' && this.meaning.measuresDrift(part.line))) return true;
    return parts.some((part) => {
      const name = nameIn(part);
      return name !== undefined && (this.meaning.fixtureMeasures(name) || (INDEX.test(name) && !this.isFromHere(part)));
    });
  }

  /** A value past the threshold in the place of the index: by a patch, or handed to the code as one. */
  private stubsIndex(): boolean {
    return this.calls.some((call) => {
      const replaced = patched(call);
      const values = [...call.args, ...call.keywords.map(({ value }) => value)].map((one) =>
        one.kind === 'Lambda' ? one.body : one,
      );
      if (replaced !== undefined)
        return (
          (this.meaning.isIndex(replaced) || (INDEX.test(replaced) && this.meaning.isCalled(replaced))) &&
          values.some((one) => this.isPast(one))
        );
      if (!this.meaning.isKnown(call.line)) return false;
      return (
        call.keywords.some(({ name, value }) => NAMED_INDEX.test(name ?? '') && this.isPast(value)) ||
        call.args.some((one) => one.kind === 'Name' && NAMED_INDEX.test(one.id) && this.isPast(one))
      );
    });
  }

  private isPast(expr: Expr): boolean {
    const value = expr.kind === 'Name' ? this.bindings.get(expr.id) : expr;
    if (value?.kind === 'Call')
      return value.keywords.some((one) => one.name === 'return_value' && this.isPast(one.value));
    return value?.kind === 'Num' && value.value >= CROSSED;
  }

  /** Are the rows that the index is asked about moved, drawn apart or written down? */
  private movesRows(): boolean {
    const measuring = this.calls.filter(
      ({ line, func }) => this.meaning.measuresDrift(line) || this.meaning.fixtureMeasures(nameIn(func) ?? ''),
    );
    const given = measuring.flatMap(({ func, args, keywords }) => [
      func,
      ...args,
      ...keywords.map(({ value }) => value),
    ]);
    if (given.length === 0) return this.code.some(movesData);
    // A number past the threshold, handed to what judges the index.
    if (given.some((one) => one.kind === 'Num' && one.value >= CROSSED)) return true;
    return given.some((one) => this.isMoved(one, 0)) || this.code.some((def) => isFixture(def) && movesData(def));
  }

  private isMoved(expr: Expr, depth: number): boolean {
    let moved = false;
    walk(expr, {
      enter: (node) => {
        if (moves(node) || node.kind === 'List') moved = true;
        const value = node.kind === 'Name' && depth < 4 ? this.bindings.get(node.id) : undefined;
        const own = node.kind === 'Attribute' ? this.bindings.get(dottedName(node) ?? '') : undefined;
        if (!moved && value) moved = this.isMoved(value, depth + 1);
        if (!moved && own && depth < 4) moved = this.isMoved(own, depth + 1);
        if (node.kind === 'Name' && !value) moved ||= MOVED.test(node.id);
        return undefined;
      },
    });
    return moved;
  }
}

type Call = Extract<Expr, { kind: 'Call' }>;

const nameIn = (expr: Expr): string | undefined =>
  expr.kind === 'Name' ? expr.id : expr.kind === 'Attribute' ? expr.attr : undefined;

/** The name with which a chain of attributes, calls and subscripts begins. */
function rootOf(expr: Expr): string | undefined {
  let node = expr;
  for (;;) {
    if (node.kind === 'Attribute' || node.kind === 'Subscript') node = node.value;
    else if (node.kind === 'Call') node = node.func;
    else return node.kind === 'Name' ? node.id : undefined;
  }
}

const isFixture = ({ decorators, name }: FunctionDef): boolean => decorators.length > 0 || /^set_?up/i.test(name);

const NAMED_INDEX = /^(psi\w*|drift_score|\w*_psi)$/i;

const isLimit = (expr: Expr): boolean =>
  (expr.kind === 'Num' && expr.value >= CROSSED) || wordsIn(expr).some((word) => LIMIT.test(word));

/** The last part of what `patch("a.b")`, `patch.object(a, "b")` or `monkeypatch.setattr(a, "b", …)` replaces. */
function patched(call: Call): string | undefined {
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
  let found = def.params.some(({ name }) => MOVED.test(name));
  walk(def.body, {
    enter(node) {
      found ||= moves(node) || (node.kind === 'Name' && MOVED.test(node.id));
      return undefined;
    },
  });
  return found;
}

/** Arithmetic with a number, or a draw from a distribution. */
function moves(node: PyNode): boolean {
  if (node.kind === 'BinOp')
    return ['+', '-', '*'].includes(node.op) && [node.left, node.right].some(({ kind }) => kind === 'Num');
  if (node.kind === 'Keyword') return MOVED.test(node.name ?? '');
  if (node.kind !== 'Call') return false;
  return DRAWN.test(node.func.kind === 'Attribute' ? node.func.attr : (dottedName(node.func) ?? ''));
}
