import { beforeAll, describe, expect, test } from '@jest/globals';
import { parsePython } from '../../../src/languages/python/extract.js';
import { loadSqlParser } from '../../../src/languages/sql/index.js';
import { readPythonDatabase } from '../../../src/languages/sqlalchemy/index.js';

beforeAll(loadSqlParser);

const HEAD = `import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, JSON, String, cast, func, select, text, update, delete, insert
from sqlalchemy.dialects.postgresql import JSONB, insert as pg_insert
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlmodel import Field, SQLModel
`;
const read = async (source: string) => readPythonDatabase((await parsePython(HEAD + source)).facts.tree);

describe('declared tables', () => {
  test('declarative, old and new', async () => {
    const { classes } = await read(`
class Feature(Base):
    __tablename__ = "features"
    __table_args__ = (
        Index("ix_payload", "payload", postgresql_using="gin"),
        {"schema": "ml"},
    )
    id = Column(Integer, primary_key=True)
    payload = Column(JSONB, nullable=False)
    raw: Mapped[dict] = mapped_column(JSON)
    name: Mapped[str | None] = mapped_column(String(20), index=True)
    at: Mapped[datetime]
    owner: Mapped["User"] = relationship(back_populates="x", cascade="all, delete-orphan")
`);
    expect(classes).toMatchObject([
      {
        name: 'Feature',
        tablename: 'features',
        schema: 'ml',
        columns: [
          { definition: { name: 'id', type: 'integer' }, primary: true },
          { definition: { name: 'payload', type: 'jsonb', nullable: false, line: 14 } },
          { definition: { name: 'raw', type: 'json', nullable: false } },
          { definition: { name: 'name', type: 'character varying(20)', nullable: true }, indexed: true },
          { definition: { name: 'at', type: 'timestamp without time zone', nullable: false } },
        ],
        indexes: [{ name: 'ix_payload', method: 'gin', keys: [{ column: 'payload' }] }],
        relationships: [{ target: 'User', cascade: 'all, delete-orphan' }],
      },
    ]);
  });

  test('SQLModel', async () => {
    const { classes } = await read(`
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    payload: dict = Field(sa_column=Column(JSON))
    extra: dict = Field(sa_type=JSONB)
    name: str = Field(index=True, max_length=20)
    secret: str
class HeroCreate(SQLModel):
    name: str
`);
    expect(classes).toMatchObject([
      {
        name: 'Hero',
        sqlmodelTable: true,
        columns: [
          { primary: true },
          { definition: { type: 'json' } },
          { definition: { type: 'jsonb' } },
          { definition: { type: 'character varying(20)' } },
          { definition: { type: 'character varying' } },
        ],
      },
    ]);
  });

  test('Table objects, module indexes, flask models, type decorators, mixins', async () => {
    const { classes, tables, indexes } = await read(`
features = sa.Table("features", metadata, Column("id", Integer), Column("p", JSONB), Index("ix", "p", postgresql_using="gin"))
class M(db.Model):
    data = db.Column(db.JSON)
class T(sa.types.TypeDecorator):
    impl = sa.Text
class Mixin:
    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower()
    event_time: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
Index("ix_m", M.data, postgresql_using="gin")
`);
    expect(tables).toMatchObject([
      {
        variable: 'features',
        name: { name: 'features' },
        columns: [{}, { definition: { type: 'jsonb' } }],
        indexes: [{ method: 'gin' }],
      },
    ]);
    expect(classes).toMatchObject([
      { name: 'M', columns: [{ definition: { type: 'json' } }] },
      { name: 'T', columnType: { type: 'text' } },
      { name: 'Mixin', computedTablename: 'lower', columns: [{ definition: { type: 'timestamp with time zone' } }] },
    ]);
    expect(indexes).toMatchObject([{ table: { name: 'class:M' }, method: 'gin' }]);
  });
});

describe('filters of the expression language', () => {
  test.each([
    [`q.where(M.data["a"].astext == "x")`, "(data ->> 'a')"],
    [`q.filter(M.data["a"]["b"].as_string() == "x")`, "((data -> 'a') ->> 'b')"],
    [`q.filter(M.data[("a", "b")].astext == "x")`, "(data #>> '{a,b}')"],
    [`q.where(M.data.op("->>")("a") == "x")`, "(data ->> 'a')"],
    [`q.where(cast(M.data["n"].astext, Integer) > 3)`, "((data ->> 'n'))::integer"],
    [`q.where(M.data["n"].as_integer() > 3)`, "((data ->> 'n'))::integer"],
    [`q.where(func.lower(M.data["a"].astext) == "x")`, "lower((data ->> 'a'))"],
    [`q.where(M.data["a"].astext.in_(names))`, "(data ->> 'a')"],
    [`q.where(table.c.data["a"].astext.ilike("x"))`, "(data ->> 'a')"],
    [`q.where(M.data.contains({"a": 1}))`, 'data'],
    [`q.where(M.data.has_key("a"))`, 'data'],
  ])('%s', async (line, expression) => {
    const { queries } = await read(`${line}\n`);
    expect(queries).toMatchObject([{ form: 'builder', predicates: [{ left: { expression } }] }]);
  });

  test.each([
    `q.order_by(M.data["a"].astext)`,
    `select(M.data["a"].astext.label("x"))`,
    `q.where(M.name == "x")`,
    `payload["a"] == "x"`,
    `row.data["a"] == 3`,
  ])('%s is none', async (line) => {
    expect((await read(`${line}\n`)).queries).toEqual([]);
  });

  test('distance order', async () => {
    const { queries } = await read('s.scalars(select(Item).order_by(Item.embedding.cosine_distance(v)).limit(5))\n');
    expect(queries).toMatchObject([
      { distances: [{ operator: '<=>', column: { name: 'embedding', table: { name: 'class:Item' } } }] },
    ]);
  });
});

describe('writes without SQL', () => {
  test.each([
    [
      `session.query(F).filter(F.valid_to == None).update({"valid_to": now})`,
      {
        kind: 'update',
        target: { name: 'class:F' },
        assignments: [{ column: 'valid_to' }],
        predicates: [{ operator: 'IS NULL' }],
      },
    ],
    [`F.query.filter_by(id=1).delete()`, { kind: 'delete', target: { name: 'class:F' } }],
    [
      `session.execute(update(F).where(F.id == 1).values(value=2))`,
      { kind: 'update', assignments: [{ column: 'value' }], predicates: [{ operator: '=' }] },
    ],
    [`await session.execute(sa.delete(F))`, { kind: 'delete' }],
    [
      `df.to_sql("feature_values", engine, if_exists="replace")`,
      { kind: 'truncate', target: { name: 'feature_values' } },
    ],
    [
      `pg_insert(F).values(rows).on_conflict_do_update(index_elements=["entity_id"], set_={})`,
      { kind: 'insert', conflict: { action: 'update', columns: ['entity_id'] } },
    ],
  ])('%s', async (line, expected) => {
    expect((await read(`${line}\n`)).queries).toMatchObject([expected]);
  });
  test.each([`config.update(x)`, `d.update({})`, `update(x)`, `os.delete(F)`, `f.delete()`])(
    '%s is none',
    async (line) => {
      expect(
        (await read(`from mylib import things\n${line}\n`.replace('update(x)', 'things.update(x)'))).queries,
      ).toEqual([]);
    },
  );
});

describe('SQL in strings', () => {
  test('concatenation, f-strings, constants, incremental building, lines', async () => {
    const { queries } = await read(`
TABLE = "feature_values"
def load(city, limit):
    """SELECT nothing FROM docs WHERE a->>'b' = 'c'"""
    query = f"""
        SELECT * FROM {TABLE}
        WHERE data->>'city' = %s
    """
    if limit:
        query += " AND data @> %(filter)s"
    return run(query, city)
def other():
    conditions = ["payload->>'kind' = :kind"]
    return text("UPDATE " + TABLE + " SET a = 1")
`);
    expect(queries).toMatchObject([
      {
        function: 'load',
        form: 'text',
        tables: [{ name: 'feature_values' }],
        predicates: [
          { left: { expression: "(data ->> 'city')" }, line: 12 },
          { operator: '@>', line: 15 },
        ],
      },
      { function: 'other', form: 'fragment', predicates: [{ left: { json: { steps: ['kind'] } } }] },
      { function: 'other', kind: 'update', target: { name: 'feature_values' } },
    ]);
  });

  test('prose is no SQL', async () => {
    const { queries } = await read(
      `print("Select all files, then the list")\nraise ValueError("update the table set below")\nx = "delete from cart"\nlog("with love as always")\n`,
    );
    expect(queries.filter((query) => query.kind !== 'delete')).toEqual([]);
  });

  test('DDL in strings', async () => {
    const { changes } = await read(
      `cursor.execute("""CREATE TABLE IF NOT EXISTS features (id int, payload json)""")\n`,
    );
    expect(changes).toMatchObject([{ kind: 'create-table', columns: [{ line: 6 }, { type: 'json', line: 6 }] }]);
  });
});
