import type { Extractor } from '../../core/facts.js';
import { Unparsable } from '../../core/errors.js';
import { readAb } from './ab.js';
import { readAutocannon } from './autocannon.js';
import { readGatling } from './gatling.js';
import { readHey } from './hey.js';
import { readJmeterStatistics, readJtlCsv, readJtlXml } from './jmeter.js';
import { readK6 } from './k6.js';
import { readLocustCsv, readLocustJson } from './locust.js';
import { readOha } from './oha.js';
import { isRecord } from './record.js';
import type { Evidence, LoadRun } from './record.js';
import { readVegeta } from './vegeta.js';
import { readWrk } from './wrk.js';

/** Above this a result is raw samples by the million; the tool's own summary is what should be kept. */
const MAX_BYTES = 24 * 1024 * 1024;

/** Recognises a load test's result by its content and reads it into one neutral record. */
export const loadEvidence: Extractor<Evidence> = {
  name: 'load-evidence',
  version: 3,
  extract(bytes) {
    if (bytes.byteLength > MAX_BYTES)
      throw new Unparsable('a load test result of more than 24 MB; keep its summary instead', 1, 'unsupported');
    const text = new TextDecoder('utf-8').decode(bytes);
    return { facts: recognise(text) };
  },
};

const JSON_READERS: readonly ((json: Record<string, unknown>) => LoadRun | undefined)[] = [
  readK6,
  readVegeta,
  readOha,
  readAutocannon,
  readGatling,
  readJmeterStatistics,
];

function recognise(text: string): Evidence {
  const start = text.trimStart().charAt(0);
  if (start === '{' || start === '[') return fromJson(text);
  try {
    if (start === '<') return asRun(readJtlXml(text));
    return readLocustCsv(text) ?? asRun(readJtlCsv(text) ?? readWrk(text) ?? readHey(text) ?? readAb(text));
  } catch (error) {
    throw new Unparsable(
      `a load test's result that is broken: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`,
    );
  }
}

const asRun = (run: LoadRun | undefined): Evidence => (run ? { kind: 'run', run } : { kind: 'other' });

function fromJson(text: string): Evidence {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Unparsable('not valid JSON');
  }
  if (Array.isArray(json)) return asRun(readLocustJson(json));
  if (!isRecord(json)) return { kind: 'other' };
  for (const read of JSON_READERS) {
    const run = read(json);
    if (run) return { kind: 'run', run };
  }
  return { kind: 'other' };
}
