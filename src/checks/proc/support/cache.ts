import type { CheckContext } from '../../../core/check.js';
import { callsTo } from '../../../models/call-graph/calls.js';
import { familyOf } from '../../../models/call-graph/patterns.js';
import { lookAsides, type LookAside } from '../../../models/call-graph/look-aside.js';
import type { Radar } from '../../../models/call-graph/joined.js';
import { radar } from '../../../models/call-graph/radar.js';
import { givenTo, wordsOf, type Ref } from '../../../models/call-graph/wording.js';

/** Keys of what is no cache: locks, markers, queues, limits, sessions, records of their own. */
const NO_CACHE =
  /\b(?:locks?|sessions?|tokens?|rate ?limit(?:er|s)?|limiter|quota|throttle|nonce|otp|csrf|idempotency|queues?|jobs?|tasks?|heartbeat|counter|lease|pending|dedup|seen|blacklist|denylist|presence)\b/i;
const PREDICTION = /predict|inference|mojo|model_output|propensity/i;
const SCORE = /\bscor(?:e|es|ing)\b|recommend|classif|embedding/i;
const FEATURE = /feature(?!_?(?:flag|toggle|request|switch))/i;

export type CacheOf = 'prediction' | 'feature' | 'other';

export interface CacheFlow extends LookAside {
  readonly of: CacheOf;
  /** Everything that the key is made of. */
  readonly keyWords: readonly string[];
}

/** Look-aside flows of production code, without what only looks like a cache. */
export async function cacheFlows(
  context: CheckContext,
): Promise<{ readonly flows: readonly CacheFlow[]; readonly radar: Radar }> {
  const found = await context.model(radar);
  const all = await context.model(lookAsides);
  const flows = all
    .filter(({ fn }) => !context.roles(fn.module.path).has('test'))
    .map((flow) => classify(flow, found))
    .filter(({ keyWords, of }) => of !== 'other' || !keyWords.some((word) => NO_CACHE.test(spaced(word))));
  return { flows, radar: found };
}

function classify(flow: LookAside, found: Radar): CacheFlow {
  const { interpreter } = found.graph;
  const keyWords = wordsOf(flow.read.key, interpreter);
  const names = [...keyWords.map(spaced), spaced(flow.fn.facts.qualname)].join(' ');
  const infers = PREDICTION.test(names) || (SCORE.test(names) && usesModel(flow, found));
  return { ...flow, keyWords, of: infers ? 'prediction' : FEATURE.test(names) ? 'feature' : 'other' };
}

const spaced = (name: string): string => name.replace(/[^A-Za-z0-9]+/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2');

/** The function, or what it hands to an executor, runs a model. */
function usesModel({ fn, frame }: LookAside, { graph }: Radar): boolean {
  const reached = graph.reachable([frame]);
  for (const node of reached)
    if (node.edges.some(({ sink }) => sink && familyOf(sink.category) === 'inference')) return true;
  return fn.facts.calls.some((call) =>
    [call.func, ...call.args].some((sym) =>
      wordsOf({ sym, frame }, graph.interpreter).some((word) =>
        /^(?:predict|predict_proba|model|scorer|score_batch|inference)$/i.test(word),
      ),
    ),
  );
}

/** A key as callers make it, where the function that looks aside only passes it on. */
export interface KeyUse {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly words: readonly string[];
  readonly name: string;
}

export function keyUses(flow: CacheFlow, { program, graph }: Radar): readonly KeyUse[] {
  const { key, line, endLine } = flow.read;
  const own = { path: flow.fn.module.path, line, endLine, words: flow.keyWords, name: flow.fn.facts.qualname };
  const param = key.sym.t === 'name' ? key.sym.id : undefined;
  const passedOn =
    param !== undefined &&
    !key.given &&
    flow.fn.facts.params.some(({ name }) => name === param) &&
    flow.fn.bindings(param).length === 0;
  if (!passedOn) return [own];
  return callsTo(program, graph.interpreter, flow.fn).flatMap((site) => {
    const bound = flow.fn.owner !== undefined;
    const from: Ref = { sym: site.call.func, frame: site.frame };
    const given = givenTo(flow.frame, bound, site.call, from).get(param);
    if (!given) return [];
    const words = wordsOf(given, graph.interpreter);
    return [
      {
        path: site.fn.module.path,
        line: site.call.line,
        endLine: site.call.endLine,
        words,
        name: site.fn.facts.qualname,
      },
    ];
  });
}

/** What kind of thing a key names, by its words and the function that uses it. */
export function kindOfKey(use: KeyUse, flow: CacheFlow): CacheOf {
  const names = [...use.words, use.name].map(spaced).join(' ');
  if (PREDICTION.test(names)) return 'prediction';
  if (FEATURE.test(names)) return 'feature';
  return use.name === flow.fn.facts.qualname ? flow.of : SCORE.test(names) ? 'prediction' : 'other';
}
