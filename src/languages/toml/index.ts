export { isTable, readToml, stringsAt, tableAt, type TomlDocument, type TomlTable } from './document.js';
export { tomlEntries, type Entry } from './positions.js';
