import type { Extractor } from '../../core/facts.js';
import { Damaged, type Container, type MojoFacts } from './facts.js';
import { newReading, readModel } from './reader.js';
import { openZip, type ZipContainer } from './zip.js';

const NOTHING: MojoFacts = { isMojo: false, violations: [], warnings: [] };

/** What a MOJO holds and nothing else does; names stand uncompressed in an archive, even in one that is cut off. */
const MARKS = [
  'model.ini',
  'trees/t00_000.bin',
  'trees/t00_000_aux.bin',
  'domains/d000.txt',
  'experimental/modelDetails.json',
] as const;

/** What to look for before reading an archive at all. */
export const MOJO_NEEDLES: readonly string[] = MARKS;

/** A zip archive, MOJO or not. Never throws for damaged content: damage is what it reports. */
export async function readMojoArchive(bytes: Uint8Array): Promise<MojoFacts> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!MARKS.some((mark) => buffer.includes(mark))) return NOTHING;
  let container: ZipContainer;
  try {
    container = await openZip(bytes);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { ...NOTHING, isMojo: marked(buffer), violations: [error.violation] };
  }
  const archive = {
    entries: container.entries.length,
    inflatedBytes: container.entries.reduce((sum, entry) => sum + entry.inflatedBytes, 0),
    largestEntry: container.entries.reduce((most, entry) => Math.max(most, entry.inflatedBytes), 0),
  };
  return { ...(await readMojo(container)), archive };
}

/** Of a damaged archive only the names tell; two of them are no accident. */
const marked = (buffer: Buffer): boolean => MARKS.filter((mark) => buffer.includes(mark)).length >= 2;

/** A container opened before: an archive or a folder. */
export async function readMojo(container: Container): Promise<MojoFacts> {
  const { names } = container;
  if (!names.has('model.ini')) return withoutRoot(names);
  // A lone model.ini is a template or a test's input, not an export.
  if (![...names].some((name) => name !== 'model.ini' && /^[\w ./-]+$/.test(name) && !/\.(?:md|java|py)$/.test(name)))
    return NOTHING;
  const reading = newReading(container);
  const model = await readModel(reading);
  const { violations, warnings } = reading;
  if (model && violations.length > 0 && !isModelIni(model.lines)) return NOTHING;
  return { isMojo: true, ...(model ? { model } : {}), violations, warnings };
}

/** Other tools have a `model.ini` too. */
const isModelIni = (lines: Readonly<Record<string, number>>): boolean =>
  ['mojo_version', 'algorithm', 'n_columns', 'h2o_version', 'n_features'].filter((key) => key in lines).length >= 2;

function withoutRoot(names: ReadonlySet<string>): MojoFacts {
  const marks = ['domains/d000.txt', 'trees/t00_000.bin', 'experimental/modelDetails.json'];
  if (marks.filter((mark) => names.has(mark)).length >= 2) {
    const violation = { file: 'model.ini', expected: 'the file', found: 'nothing' };
    return { isMojo: true, violations: [violation], warnings: [] };
  }
  const top = new Set([...names].map((name) => name.split('/', 1)[0] ?? ''));
  const [folder] = top;
  const inside = (mark: string): boolean => names.has(`${folder ?? ''}/${mark}`);
  if (top.size !== 1 || !inside('model.ini') || !marks.some(inside)) return NOTHING;
  const violation = {
    file: 'model.ini',
    expected: 'the file at the root of the archive',
    found: `it in ${folder ?? ''}/`,
  };
  return { isMojo: true, violations: [violation], warnings: [] };
}

/** A `.zip` or `.mojo` file. */
export const mojoExtractor: Extractor<MojoFacts> = {
  name: 'mojo',
  version: 1,
  extract: async (bytes) => ({ facts: await readMojoArchive(bytes) }),
};
