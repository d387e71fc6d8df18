import { defineModel } from '../../core/workspace.js';
import type { ClassDef, Expr, Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName } from '../../languages/python/names.js';

/** A data shape that code on one side hands to the other. */
export interface Contract {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly fields: ReadonlySet<string>;
}

const MARKS = ['BaseModel', 'SQLModel', 'dataclass', 'TypedDict', 'NamedTuple', 'attrs', 'import attr', 'msgspec'];

/**
 * Pydantic models, dataclasses, TypedDicts (both forms), NamedTuples, attrs and msgspec classes at the top of a module, with
 * three fields at least. Fields of a base class in the same module count.
 */
export const contracts = defineModel('contracts', async (workspace): Promise<readonly Contract[]> => {
  const found: Contract[] = [];
  for (const path of await workspace.mentioning(workspace.glob('**/*.py'), MARKS)) {
    if (workspace.roles(path).has('test')) continue;
    const facts = await workspace.facts(pythonModule, path);
    if (facts) found.push(...contractsOf(facts.tree).map((contract) => ({ ...contract, path })));
  }
  return found;
});

function contractsOf(tree: Module): Omit<Contract, 'path'>[] {
  const known = new Map<string, ReadonlySet<string>>();
  return tree.body.flatMap((statement) => {
    const shape = statement.kind === 'ClassDef' ? fromClass(statement, known) : fromCall(statement);
    if (!shape) return [];
    known.set(shape.name, shape.fields);
    return shape.fields.size >= 3 ? [shape] : [];
  });
}

/** @param known the contracts of the module so far, by name */
function fromClass(
  statement: ClassDef,
  known: ReadonlyMap<string, ReadonlySet<string>>,
): Omit<Contract, 'path'> | undefined {
  const bases = statement.bases.map((base) => dottedName(base) ?? '');
  if (!isContract(statement) && !bases.some((base) => known.has(base))) return undefined;
  const own = statement.body.flatMap((part) =>
    part.kind === 'AnnAssign' && part.target.kind === 'Name' && isField(part.target.id, part.annotation)
      ? [part.target.id]
      : [],
  );
  const inherited = bases.flatMap((base) => [...(known.get(base) ?? [])]);
  return { name: statement.name, line: statement.line, fields: new Set([...inherited, ...own]) };
}

const isField = (name: string, annotation: Expr): boolean =>
  !name.startsWith('_') &&
  name !== 'model_config' &&
  !/(?:^|\.)ClassVar$/.test(dottedName(annotation.kind === 'Subscript' ? annotation.value : annotation) ?? '');

/** `Row = TypedDict("Row", {"age": float, …})` and `create_model("Row", age=(float, …))`. */
function fromCall(statement: Module['body'][number]): Omit<Contract, 'path'> | undefined {
  if (statement.kind !== 'Assign' || statement.value.kind !== 'Call') return undefined;
  const { func, args, keywords } = statement.value;
  const name = dottedName(statement.targets[0]);
  const called = dottedName(func) ?? '';
  if (name === undefined) return undefined;
  if (/(?:^|\.)create_model$/.test(called)) {
    const fields = keywords.flatMap((keyword) => (keyword.name?.startsWith('_') === false ? [keyword.name] : []));
    return { name, line: statement.line, fields: new Set(fields) };
  }
  const [, shape] = args;
  if (!/(?:^|\.)TypedDict$/.test(called) || shape?.kind !== 'Dict') return undefined;
  const fields = shape.entries.flatMap(({ key }) => (key?.kind === 'Str' ? [key.value] : []));
  return { name, line: statement.line, fields: new Set(fields) };
}

function isContract({ bases, decorators }: ClassDef): boolean {
  const named = (pattern: RegExp) => (expr: ClassDef['bases'][number]) =>
    pattern.test(dottedName(expr.kind === 'Call' ? expr.func : expr) ?? '');
  return (
    bases.some(named(/(?:^|\.)(?:BaseModel|SQLModel|TypedDict|NamedTuple|Struct)$/)) ||
    decorators.some(named(/(?:^|\.)(?:dataclass|attrs?\.(?:s|define|frozen|mutable)|attrs|define|frozen)$/))
  );
}

/** Share of the fields of both that both have. */
export function overlap(a: Contract, b: Contract): number {
  const both = [...a.fields].filter((field) => b.fields.has(field)).length;
  return both / new Set([...a.fields, ...b.fields]).size;
}
