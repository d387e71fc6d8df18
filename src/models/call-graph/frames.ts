import type { Cls, Fn } from './program.js';
import { keyOf, type Frame, type Told, type Value } from './values.js';

/** Ways to call one function that are told apart; beyond it they are one. */
const MAX_FRAMES = 16;
/** A decorator, or whatever else runs what it is given, has one way for each function; without it what they do is lost. */
const MAX_CALLBACK_FRAMES = 200;
const MAX_KEY = 600;

type Arguments = ReadonlyMap<string, readonly Value[]>;
type Literals = ReadonlyMap<string, Told>;

/** One frame for each way in which a function runs. */
export class Frames {
  readonly #byKey = new Map<string, Frame>();
  readonly #count = new Map<Fn, number>();
  readonly #plain = new Map<Fn, Map<Cls | undefined, Frame>>();

  frame(fn: Fn, self: Cls | undefined, args?: Arguments, closure?: Frame, literals?: Literals): Frame {
    if (closure !== undefined || args !== undefined || literals !== undefined)
      return this.#told(fn, self, args, closure, literals);
    // By far the most are asked for again and again; writing their key would be most of the work.
    const byOwner = this.#plain.get(fn) ?? new Map<Cls | undefined, Frame>();
    if (byOwner.size === 0) this.#plain.set(fn, byOwner);
    let frame = byOwner.get(self);
    if (!frame) {
      frame = this.#told(fn, self, undefined, undefined, undefined);
      byOwner.set(self, frame);
    }
    return frame;
  }

  #told(
    fn: Fn,
    self: Cls | undefined,
    args: Arguments | undefined,
    closure: Frame | undefined,
    literals: Literals | undefined,
  ): Frame {
    const outer =
      closure ?? (fn.parent && fn.parent.facts.kind !== 'module' ? this.frame(fn.parent, fn.parent.owner) : undefined);
    const owner = self ?? fn.owner;
    const said = [
      ...[...(args ?? [])].map(([name, values]) => `${name}=${values.map(keyOf).join()}`),
      ...[...(literals ?? [])].map(([name, value]) => `${name}:${JSON.stringify(value)}`),
    ].join(';');
    const plain = `${fn.id}@${owner?.id ?? ''}<${outer?.key ?? ''}>`;
    const key = said === '' ? plain : `${plain}(${said})`;
    const known = this.#byKey.get(key);
    if (known) return known;
    const count = (this.#count.get(fn) ?? 0) + 1;
    const most = holdsFunction(args) ? MAX_CALLBACK_FRAMES : MAX_FRAMES;
    if (key.length > MAX_KEY || (said !== '' && count > most)) {
      return said === ''
        ? this.#newFrame({ fn, self: owner, args: undefined, closure: undefined, literals: undefined, key: `${fn.id}` })
        : this.frame(fn, self, undefined, closure);
    }
    this.#count.set(fn, count);
    return this.#newFrame({ fn, self: owner, args: said === '' ? undefined : args, closure: outer, literals, key });
  }

  #newFrame(given: Omit<Frame, 'known'>): Frame {
    const existing = this.#byKey.get(given.key);
    if (existing) return existing;
    const frame: Frame = { ...given, known: new Map() };
    this.#byKey.set(given.key, frame);
    return frame;
  }
}

const holdsFunction = (args: Arguments | undefined): boolean =>
  args !== undefined && [...args.values()].some((values) => values.some(({ kind }) => kind === 'function'));
