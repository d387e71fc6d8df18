const FOLDER =
  /(?:^|\/)(?:adrs?|madr|decisions?|decision-records?|architecture-decisions?|architecture-decision-records?|architectural-decisions|adr-log|design-decisions)\//i;
const CLASSIC_FOLDER = /(?:^|\/)docs?\/arch(?:itecture)?\//i;
const FILE = /\.(?:md|mdx|markdown)$/i;
const NUMBERED = /(?:^|\/)(?:adr[-_ ]?)?\d{1,6}[-_. ][^/]+$/i;
const NAMED = /(?:^|\/)(?:adr[-_ ]?\d{1,6}|adr-[^/]+)\.(?:md|mdx|markdown)$/i;
const NOT_A_RECORD =
  /(?:^|\/)(?:readme|index|template[^/]*|adr-template[^/]*|[^/]*[-_]template|_[^/]*|\d{0,4}[-_]?template[^/]*|changelog|contributing|toc)\.(?:md|mdx|markdown)$|(?:^|\/)(?:node_modules|templates?)\//i;
/** One folder a record, with its pictures: `decision-records/2022-02-07-tracing/README.md`. */
const FOLDER_PER_RECORD = /\/\d{1,6}[-_.][^/]+\/(?:readme|index)\.(?:md|mdx|markdown)$/i;

/** Whether a path is an architecture decision record by where it lies and how it is called; templates and indexes are not. */
export function isRecordPath(path: string): boolean {
  if (FOLDER_PER_RECORD.test(path) && FOLDER.test(path)) return true;
  if (!FILE.test(path) || NOT_A_RECORD.test(path)) return false;
  return FOLDER.test(path) || NAMED.test(path) || (CLASSIC_FOLDER.test(path) && NUMBERED.test(path));
}
