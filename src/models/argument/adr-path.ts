const FOLDER =
  /(?:^|\/)(?:adrs?|madr|decisions?|decision[-_ ]records?|architect(?:ure|ural)[-_ ]decisions?|architect(?:ure|ural)[-_ ]decision[-_ ]records?|adr[-_ ]log|design[-_ ]decisions)\//i;
/** Directly in it: folders below hold guides. Chapters of a description (arc42) have two digits. */
const CLASSIC = /(?:^|\/)docs?\/arch(?:itecture)?\/(?:adr[-_ ]?\d{1,6}|\d{3,6})[-_. ][^/]+$/i;
const FILE = /\.(?:mdx?|markdown|rst|adoc|asciidoc)$/i;
const NAMED = /(?:^|\/)(?:adr[-_ ]?\d{1,6}|adr-[^/]+)\.(?:mdx?|markdown|rst|adoc|asciidoc)$/i;
const NOT_A_RECORD =
  /(?:^|\/)(?:readme|index|overview|summary|template[^/]*|adr-template[^/]*|[^/]*[-_]template|decision[-_]records?|_[^/]*|\d{0,4}[-_]?template[^/]*|changelog|contributing|toc)\.(?:mdx?|markdown|rst|adoc|asciidoc)$|(?:^|\/)(?:node_modules|templates?)\//i;
/** One folder a record, with its pictures: `decision-records/2022-02-07-tracing/README.md`. */
const FOLDER_PER_RECORD = /\/\d{1,6}[-_.][^/]+\/(?:readme|index)\.(?:mdx?|markdown|rst|adoc|asciidoc)$/i;

/** Whether a file could be a record by its name alone, wherever it lies. */
export const isDocumentName = (path: string): boolean => FILE.test(path) && !NOT_A_RECORD.test(path);

/** Whether a path is an architecture decision record by where it lies and how it is called; templates and indexes are not. */
export function isRecordPath(path: string): boolean {
  if (FOLDER_PER_RECORD.test(path) && FOLDER.test(path)) return true;
  if (!isDocumentName(path)) return false;
  return FOLDER.test(path) || NAMED.test(path) || CLASSIC.test(path);
}
