import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import { R, tokens, type Token } from '../tokens/lexer.js';
import { chunks } from './r.js';

/** A call in R that trains, keeps or loads an H2O model. */
export interface RModelCall {
  readonly kind: 'train' | 'mojo' | 'binary' | 'load-binary';
  /** `h2o.download_mojo`. */
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
  /** `get_genmodel_jar`: undefined when it depends on something the call does not say. */
  readonly jar?: boolean | undefined;
  /** `filename = "…"`, when it is written out. */
  readonly target?: string;
  /** The script is a Plumber interface or a Shiny application. */
  readonly inApp?: boolean;
}

const KINDS: Readonly<Record<string, RModelCall['kind']>> = {
  'h2o.download_mojo': 'mojo',
  'h2o.save_mojo': 'mojo',
  'h2o.saveMojo': 'mojo',
  'h2o.saveModel': 'binary',
  'h2o.save_model': 'binary',
  'h2o.download_model': 'binary',
  'h2o.loadModel': 'load-binary',
  'h2o.load_model': 'load-binary',
  'h2o.upload_model': 'load-binary',
  'h2o.automl': 'train',
  'h2o.gbm': 'train',
  'h2o.glm': 'train',
  'h2o.randomForest': 'train',
  'h2o.deeplearning': 'train',
  'h2o.xgboost': 'train',
  'h2o.stackedEnsemble': 'train',
};

/** R scripts, R Markdown and Quarto. */
export const rModels: Extractor<readonly RModelCall[]> = {
  name: 'h2o-r-models',
  version: 2,
  extract: (bytes) => ({ facts: calls(decodeText(bytes)) }),
};

export const rMarkdownModels: Extractor<readonly RModelCall[]> = {
  name: 'h2o-rmd-models',
  version: 2,
  extract: (bytes) => ({ facts: calls(chunks(decodeText(bytes))) }),
};

function calls(text: string): RModelCall[] {
  const everything = [...tokens(text, R)];
  const all = everything.filter(({ kind }) => kind !== 'comment');
  const app = everything.some(isApp) ? { inApp: true } : {};
  return all.flatMap((token, index): RModelCall[] => {
    const kind = KINDS[token.text];
    if (kind === undefined || token.kind !== 'name' || all[index + 1]?.text !== '(') return [];
    const { given, end } = argumentsAt(all, index + 1);
    const call = { kind, text: token.text, line: token.line, endLine: end.line, ...app };
    if (kind !== 'mojo') return [call];
    // `model %>% h2o.download_mojo(…)` gives the first argument already.
    const piped = ['%', '>'].includes(all[index - 1]?.text ?? '') ? 1 : 0;
    const target = given.find(({ name }) => name === 'filename')?.value;
    return [
      {
        ...call,
        ...(token.text === 'h2o.download_mojo' ? { jar: jarOf(given, piped) } : {}),
        ...(target?.length === 1 && target[0]?.kind === 'string' ? { target: target[0].text } : {}),
      },
    ];
  });
}

/** `#* @post /predict`, and what ends a Shiny script. */
const isApp = ({ kind, text }: Token): boolean =>
  kind === 'comment'
    ? /^[*']\s*@(?:get|post|put|patch|head|use|filter|plumber)\b/.test(text)
    : kind === 'name' && text === 'shinyApp';

interface Argument {
  readonly name: string | undefined;
  readonly value: readonly Token[];
}

/** The arguments of a call whose `(` is at `open`, split at its own commas. */
function argumentsAt(all: readonly Token[], open: number): { given: Argument[]; end: Token } {
  const given: Argument[] = [];
  let depth = 0;
  let current: Token[] = [];
  const take = (): void => {
    if (current.length > 0) given.push(argument(current));
    current = [];
  };
  for (let at = open; at < all.length; at++) {
    const token = all[at];
    if (!token) break;
    const symbol = token.kind === 'symbol' ? token.text : '';
    if ('([{'.includes(symbol) && symbol !== '') depth++;
    if (')]}'.includes(symbol) && symbol !== '' && --depth === 0) {
      take();
      return { given, end: token };
    }
    if (symbol === ',' && depth === 1) take();
    else if (at > open) current.push(token);
  }
  take();
  return { given, end: all.at(-1) ?? { kind: 'symbol', text: '', line: 1 } };
}

function argument(parts: readonly Token[]): Argument {
  const [first, second, third] = parts;
  const named = first?.kind === 'name' && second?.text === '=' && third?.text !== '=';
  return named ? { name: first.text, value: parts.slice(2) } : { name: undefined, value: parts };
}

/** `h2o.download_mojo(model, path = getwd(), get_genmodel_jar = FALSE, …)`. */
function jarOf(given: readonly Argument[], piped: number): boolean | undefined {
  const named = given.find(({ name }) => name === 'get_genmodel_jar');
  const taken = given.filter(({ name }) => name === 'model' || name === 'path').length;
  const byPosition = given.filter(({ name }) => name === undefined)[2 - piped - taken];
  const value = (named ?? byPosition)?.value;
  if (value === undefined) return given.some(({ value: one }) => one[0]?.text === '...') ? undefined : false;
  if (value.length !== 1) return undefined;
  const text = value[0]?.text ?? '';
  return /^(?:TRUE|T)$/.test(text) ? true : /^(?:FALSE|F)$/.test(text) ? false : undefined;
}
