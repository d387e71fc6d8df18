export { isTable, readToml, stringsAt, tableAt, type TomlDocument, type TomlTable } from './document.js';
export { tomlNumbers, type TomlNumber } from './numbers.js';
export { tomlEntries, type Entry } from './positions.js';
