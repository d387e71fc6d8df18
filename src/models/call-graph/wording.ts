import type { Sym } from '../../languages/python/flow.js';
import type { Answers } from './joined.js';
import type { Frame } from './values.js';

/** A symbol in the function where it stands, with what the caller gave for that function's parameters. */
export interface Ref {
  readonly sym: Sym;
  readonly frame: Frame;
  readonly given?: ReadonlyMap<string, Ref> | undefined;
}

const MAX_DEPTH = 8;

/**
 * All names and texts that a value is made of, followed through local variables, parameters, module constants and the
 * functions that build it: `f"pred:{model.version}:{id}"` → `pred:`, `model`, `version`, `id`.
 */
export function wordsOf(ref: Ref, interpreter: Answers): string[] {
  const words: string[] = [];
  collect(ref, interpreter, words, 0);
  return words;
}

function collect({ sym, frame, given }: Ref, interpreter: Answers, words: string[], depth: number): void {
  if (depth > MAX_DEPTH || words.length > 200) return;
  const into = (inner: Sym): void => collect({ sym: inner, frame, given }, interpreter, words, depth + 1);
  switch (sym.t) {
    case 'string':
      words.push(sym.value);
      return;
    case 'name':
      words.push(sym.id);
      return collectName(sym.id, { sym, frame, given }, interpreter, words, depth);
    case 'attr':
      words.push(sym.name);
      return into(sym.of);
    case 'template':
    case 'any':
    case 'sequence':
      return sym.of.forEach(into);
    case 'await':
    case 'element':
    case 'enter':
      return into(sym.of);
    case 'item':
      into(sym.of);
      return into(sym.key);
    case 'call': {
      const call = frame.fn.facts.calls[sym.site];
      if (!call) return;
      into(call.func);
      call.args.forEach(into);
      for (const [, value] of call.keywords) into(value);
      for (const callee of interpreter.callees(call, frame)) {
        if (callee.kind !== 'function') continue;
        const inner = interpreter.frameFor(callee, undefined);
        for (const returned of callee.fn.facts.returned)
          collect({ sym: returned, frame: inner }, interpreter, words, depth + 1);
      }
      return;
    }
    default:
  }
}

function collectName(
  id: string,
  { sym, frame, given }: Ref,
  interpreter: Answers,
  words: string[],
  depth: number,
): void {
  const passed = given?.get(id);
  if (passed) return collect(passed, interpreter, words, depth + 1);
  const local = frame.fn.bindings(id).at(-1);
  if (local && local.value.t !== 'function' && local.value.t !== 'class' && local.value.t !== 'import') {
    return collect({ sym: local.value, frame, given }, interpreter, words, depth + 1);
  }
  if (frame.fn.facts.params.some(({ name }) => name === id)) return;
  const defined = interpreter.definition(sym, frame.fn);
  if (defined && defined.sym.t !== 'function' && defined.sym.t !== 'class') {
    collect(
      { sym: defined.sym, frame: interpreter.frame(defined.fn, defined.fn.owner) },
      interpreter,
      words,
      depth + 1,
    );
  }
}

/** Parameters of a called function → what this call gives for them. */
export function givenTo(
  callee: Frame,
  bound: boolean,
  call: { readonly args: readonly Sym[]; readonly keywords: readonly (readonly [string, Sym])[] },
  from: Ref,
): Map<string, Ref> {
  const given = new Map<string, Ref>();
  callee.fn.facts.params.forEach((param, index) => {
    const sym = call.keywords.find(([name]) => name === param.name)?.[1] ?? call.args[index - (bound ? 1 : 0)];
    if (sym && param.style !== 'args' && param.style !== 'kwargs')
      given.set(param.name, { sym, frame: from.frame, given: from.given });
  });
  return given;
}
