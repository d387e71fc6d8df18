import type { QueryShape, ShapeSource, ShapeType, TableName } from '../../languages/sql/index.js';
import { resultType } from '../../languages/sql/index.js';
import type { Column } from './state.js';

/** Of a table in FROM: its columns, and whether those are all. */
export interface SourceTable {
  readonly columns: ReadonlyMap<string, Column>;
  readonly doubts: readonly unknown[];
}

export interface QueryColumn {
  readonly name: string;
  /** Undefined when it cannot be told from the query and its tables. */
  readonly type: string | undefined;
}

const MAX_DEPTH = 60;

/** A query's columns over the tables that are known here; undefined when not all their names are. */
export function queryColumns(
  shape: QueryShape,
  find: (table: TableName) => SourceTable | undefined,
  depth = 0,
): readonly QueryColumn[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const reader = new ShapeReader(shape.sources, find, depth);
  const columns: QueryColumn[] = [];
  for (const column of shape.columns) {
    if (!('star' in column)) columns.push({ name: column.name, type: reader.final(column.type) });
    else {
      const all = reader.star(column.of);
      if (all === undefined) return undefined;
      columns.push(...all);
    }
  }
  return columns;
}

/** A literal in quotes takes the type of what stands beside it. */
const LITERAL = Symbol('literal');
type Type = string | typeof LITERAL | undefined;

class ShapeReader {
  private readonly read = new Map<ShapeSource, readonly QueryColumn[] | undefined>();

  constructor(
    private readonly sources: readonly ShapeSource[],
    private readonly find: (table: TableName) => SourceTable | undefined,
    private readonly depth: number,
  ) {}

  star(of: string | undefined): readonly QueryColumn[] | undefined {
    const meant = this.sources.filter(({ alias }) => of === undefined || alias === of);
    const each = meant.map((source) => this.columnsOf(source));
    return meant.length === 0 || each.includes(undefined) ? undefined : each.flatMap((columns) => columns ?? []);
  }

  /** Text is what a literal becomes when nothing else says. */
  final(type: ShapeType): string | undefined {
    const known = this.type(type, 0);
    return known === LITERAL ? 'text' : known;
  }

  private columnsOf(source: ShapeSource): readonly QueryColumn[] | undefined {
    if (!this.read.has(source)) this.read.set(source, this.readSource(source));
    return this.read.get(source);
  }

  private readSource(source: ShapeSource): readonly QueryColumn[] | undefined {
    if ('shape' in source)
      return source.shape === null ? undefined : queryColumns(source.shape, this.find, this.depth + 1);
    const table = this.find(source.table);
    if (table === undefined || table.doubts.length > 0) return undefined;
    return [...table.columns.values()].map(({ name, type, typeUnknown }) => ({
      name,
      type: typeUnknown === true ? undefined : type,
    }));
  }

  private type(type: ShapeType, depth: number): Type {
    if (depth > MAX_DEPTH) return undefined;
    switch (type.kind) {
      case 'known':
        return type.type;
      case 'literal':
        return LITERAL;
      case 'column':
        return this.column(type.name, type.of);
      case 'same':
        return agreed(type.of.map((each) => this.type(each, depth + 1)));
      case 'call': {
        const types = type.of.map((each) => this.type(each, depth + 1));
        return types.every((each) => typeof each === 'string') ? resultType(type.name, types) : undefined;
      }
      case 'within':
        return new ShapeReader(type.sources, this.find, this.depth + 1).type(type.type, depth + 1);
      default:
        return undefined;
    }
  }

  /** Without a qualifier it is in the one table that has it; another whose columns are not known may have it too. */
  private column(name: string, of: string | undefined): string | undefined {
    const each = this.sources.filter(({ alias }) => of === undefined || alias === of).map((s) => this.columnsOf(s));
    if (each.includes(undefined)) return undefined;
    const found = each.flatMap((columns) => columns?.filter((column) => column.name === name) ?? []);
    return found.length === 1 ? found[0]?.type : undefined;
  }
}

/** COALESCE, CASE, UNION: the one type of all; a modifier (`varchar(20)`) survives only when all have it. */
function agreed(types: readonly Type[]): Type {
  const named = types.filter((type) => type !== LITERAL);
  if (named.length === 0) return LITERAL;
  const [first] = named;
  if (first === undefined || named.includes(undefined)) return undefined;
  const bare = (type: Type): string => String(type).replace(/\([^)]*\)/, '');
  if (new Set(named).size === 1) return named.length === types.length ? first : bare(first);
  return new Set(named.map(bare)).size === 1 ? bare(first) : undefined;
}
