import { schemaModel, type Column, type Schema, type Table } from '../schema/index.js';
import type { Area } from './area.js';
import type { Change } from './change.js';

const FILES = /\.(?:sql|py)$/i;
/** Words without which a file neither makes nor alters a table, in the case they are usually written in. */
const NEEDLES = ['TABLE', 'table', 'Table', 'Column', 'column', 'COLUMN', 'Mapped[', 'SQLModel', 'down_revision'];

/** Tables, columns and column types that the folded schema has now and did not have at the merge base. */
export async function schemaAreas(change: Change): Promise<Area[]> {
  if (!(await change.touches(FILES, NEEDLES))) return [];
  const after = await change.head.model(schemaModel);
  const before = await change.base?.model(schemaModel);
  const areas = after.tables.flatMap((table) => {
    const known = before?.named(table.name) ?? [];
    if (known.length === 0) return after.principal.includes(table) ? tableArea(table, change) : [];
    return [...table.columns.values()].flatMap((column) => columnArea(table, column, known, { after, before, change }));
  });
  // The class beside the migration says the same thing.
  return [...new Map(areas.toReversed().map((area) => [area.what, area])).values()].toReversed();
}

const nameOf = ({ name }: Table): string => (name.schema === undefined ? name.name : `${name.schema}.${name.name}`);

function tableArea(table: Table, change: Change): Area[] {
  const { path, line, endLine } = table.origin;
  if (!change.decides(path) || !change.added({ path, line, endLine })) return [];
  const what = `table ${nameOf(table)}`;
  return [{ kind: 'table', what, path, line, debate: 'schema', names: [table.name.name] }];
}

interface Schemas {
  readonly after: Schema;
  readonly before: Schema | undefined;
  readonly change: Change;
}

/** @param known the tables of this name at the merge base: migrated, declared, or both */
function columnArea(table: Table, column: Column, known: readonly Table[], schemas: Schemas): Area[] {
  const { change } = schemas;
  const was = known.flatMap((twin) => twin.columns.get(column.name) ?? []);
  const origin = was.length === 0 ? column.origin : column.typeOrigin;
  if (!change.decides(origin.path) || !change.added(origin)) return [];
  const shared = { kind: 'column', path: origin.path, line: origin.line, debate: 'schema' } as const;
  const names = [column.name, table.name.name];
  if (was.length === 0) return [{ ...shared, what: `column ${table.name.name}.${column.name}`, names }];
  const old = sameSource(table, known, schemas)?.columns.get(column.name);
  if (!old || old.typeUnknown || column.typeUnknown || old.type === column.type) return [];
  return [
    { ...shared, what: `type of column ${table.name.name}.${column.name} (${old.type} → ${column.type})`, names },
  ];
}

/** A model and a migration may word one type differently: types are compared within one source. */
function sameSource(table: Table, known: readonly Table[], { after, before }: Schemas): Table | undefined {
  const source = after.databaseOf(table);
  return known.find((twin) => {
    const database = before?.databaseOf(twin);
    return database?.tool === source?.tool && database?.declared?.className === source?.declared?.className;
  });
}
