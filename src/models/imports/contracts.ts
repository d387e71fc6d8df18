import { defineModel } from '../../core/workspace.js';
import type { Assign, ClassDef, Expr, Module } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName, importNames, qualifiedName, type ImportNames } from '../../languages/python/names.js';
import { moduleResolver } from '../python/modules.js';

/** A data shape that code on one side hands to the other. */
export interface Contract {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly fields: ReadonlySet<string>;
}

/** A shape as its own file tells it. */
interface Shape extends Contract {
  /** What it inherits from, dotted, with the file's imports followed. */
  readonly bases: readonly string[];
  /** It says itself that it is a contract; else a base must. */
  readonly declared: boolean;
}

const FEWEST = 3;
const DEEPEST = 8;

/**
 * Pydantic and SQLModel models, dataclasses, TypedDicts, NamedTuples, attrs and msgspec classes at the top of a module, as
 * classes or as calls, with three fields at least. Fields of base classes count, from other modules of the repository too.
 */
export const contracts = defineModel('contracts', async (workspace): Promise<readonly Contract[]> => {
  const resolver = await workspace.model(moduleResolver);
  const shapes = new Map<string, Shape>();
  for (const path of workspace.glob('**/*.py')) {
    if (workspace.roles(path).has('test')) continue;
    const facts = await workspace.facts(pythonModule, path);
    for (const shape of facts ? shapesOf(facts.tree, path) : []) shapes.set(`${path} ${shape.name}`, shape);
  }
  const baseOf = (path: string, dotted: string): Shape | undefined => {
    const found = shapes.get(`${path} ${dotted}`);
    const module = found ? undefined : resolver.resolve(path, dotted);
    return found ?? (module?.path === undefined ? undefined : shapes.get(`${module.path} ${module.rest.join('.')}`));
  };
  const whole = (shape: Shape, depth: number): { declared: boolean; fields: string[] } => {
    const inherited = shape.bases.flatMap((base) => {
      const parent = depth < DEEPEST ? baseOf(shape.path, base) : undefined;
      return parent && parent !== shape ? [whole(parent, depth + 1)] : [];
    });
    return {
      declared: shape.declared || inherited.some(({ declared }) => declared),
      fields: [...inherited.flatMap(({ fields }) => fields), ...shape.fields],
    };
  };
  return [...shapes.values()].flatMap((shape) => {
    const { declared, fields } = whole(shape, 0);
    const { path, line, name } = shape;
    const all = new Set(fields);
    return declared && all.size >= FEWEST ? [{ path, line, name, fields: all }] : [];
  });
});

function shapesOf(tree: Module, path: string): Shape[] {
  const imports = importNames(tree);
  return tree.body.flatMap((statement): Shape[] => {
    if (statement.kind === 'ClassDef') return [fromClass(statement, path, imports)];
    if (statement.kind !== 'Assign') return [];
    const shape = fromCall(statement, imports);
    return shape ? [{ ...shape, path, line: statement.line, bases: [], declared: true }] : [];
  });
}

const BASE = /(?:^|\.)(?:BaseModel|SQLModel|TypedDict|NamedTuple)$|^(?:msgspec\.)?Struct$/;
const DECORATOR = /(?:^|\.)dataclass$|^attrs?\.(?:s|attrs|define|frozen|mutable|dataclass)$/;

function fromClass(statement: ClassDef, path: string, imports: ImportNames): Shape {
  const named = (expr: Expr): string => qualifiedName(expr.kind === 'Call' ? expr.func : expr, imports) ?? '';
  const bases = statement.bases.map(named);
  const fields = statement.body.flatMap((part): string[] => {
    if (part.kind === 'AnnAssign' && part.target.kind === 'Name')
      return isField(part.target.id, part.annotation) ? [part.target.id] : [];
    // The old form of attrs: `age = attr.ib()`.
    const [target] = part.kind === 'Assign' && part.value.kind === 'Call' ? part.targets : [];
    const isAttribute =
      part.kind === 'Assign' && /^attrs?\.(?:ib|attrib|attr|field)$/.test(named(part.value)) && target?.kind === 'Name';
    return isAttribute ? [target.id] : [];
  });
  const declared =
    bases.some((base) => BASE.test(base)) || statement.decorators.map(named).some((one) => DECORATOR.test(one));
  return { path, line: statement.line, name: statement.name, fields: new Set(fields), bases, declared };
}

const isField = (name: string, annotation: Expr): boolean =>
  !name.startsWith('_') &&
  name !== 'model_config' &&
  !/(?:^|\.)ClassVar$/.test(dottedName(annotation.kind === 'Subscript' ? annotation.value : annotation) ?? '');

/** Functions that make a class of a name and a list, or a dictionary, of fields. */
const MAKES = /(?:^|\.)(?:TypedDict|NamedTuple|namedtuple|make_dataclass|defstruct)$|^attrs?\.make_class$/;

/** `Row = TypedDict("Row", {"age": float, …})`, `create_model("Row", age=(float, …))` and their kind. */
function fromCall({ targets, value }: Assign, imports: ImportNames): Pick<Shape, 'name' | 'fields'> | undefined {
  const name = dottedName(targets[0]);
  if (name === undefined || value.kind !== 'Call') return undefined;
  const called = qualifiedName(value.func, imports) ?? '';
  if (/(?:^|\.)create_model$/.test(called)) {
    const fields = value.keywords.flatMap((keyword) => (keyword.name?.startsWith('_') === false ? [keyword.name] : []));
    return { name, fields: new Set(fields) };
  }
  const [, fields] = value.args;
  return MAKES.test(called) && fields ? { name, fields: new Set(listed(fields)) } : undefined;
}

/** `["a", ("b", int)]`, `{"a": int}`, `"a b"`. */
function listed(fields: Expr): string[] {
  if (fields.kind === 'Str') return fields.value.split(/[\s,]+/).filter((name) => name !== '');
  if (fields.kind === 'Dict') return fields.entries.flatMap(({ key }) => (key?.kind === 'Str' ? [key.value] : []));
  if (fields.kind !== 'List' && fields.kind !== 'Tuple') return [];
  return fields.elements.flatMap((element) => {
    const first = element.kind === 'Tuple' ? element.elements[0] : element;
    return first?.kind === 'Str' ? [first.value] : [];
  });
}

/** Share of the fields of both that both have. */
export function overlap(a: Contract, b: Contract): number {
  const both = [...a.fields].filter((field) => b.fields.has(field)).length;
  return both / new Set([...a.fields, ...b.fields]).size;
}
