/** The GraphQL side: operations are validated against GitHub's published schema, then executed over the store. */
import { schema as published } from '@octokit/graphql-schema';
import {
  buildSchema,
  type DocumentNode,
  execute,
  type FieldNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Actor } from '../auth.js';
import type { LocalGitHub } from '../github.js';
import { type Context, failure, type Fields, need, viewer } from './context.js';
import { actorFields } from './conversation.js';
import { mutations, node } from './mutations.js';
import { repositoryFields } from './repository.js';

interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

let built: GraphQLSchema | undefined;
/** Parsing 1.2 MB of schema takes a moment; only runs that ask GraphQL pay for it. */
const schema = (): GraphQLSchema => (built ??= buildSchema(published.idl, { assumeValid: true }));

export async function answerGraphql(
  github: LocalGitHub,
  actor: Actor,
  asked: Asked,
): Promise<{ status: number; body: unknown }> {
  let document;
  try {
    document = parse(asked.query);
  } catch (error) {
    github.violations.push(`graphql: ${String(error)}`);
    return { status: 200, body: { errors: [{ message: String(error) }] } };
  }
  const errors = validate(schema(), document);
  const unknown = unknownFields(document, github.settings.lacks);
  if (unknown.length > 0) return { status: 200, body: { errors: unknown } };
  if (errors.length > 0) {
    github.violations.push(...errors.map(({ message }) => `graphql: ${message}`));
    return { status: 200, body: { errors: errors.map(({ message, locations }) => ({ message, locations })) } };
  }
  const context: Context = { github, actor };
  const root = { ...queries(context), ...mutations(context) };
  const result = await execute({
    schema: schema(),
    document,
    rootValue: root,
    contextValue: context,
    variableValues: asked.variables ?? {},
    fieldResolver: resolveField,
  });
  const shown = result.errors?.map((error) => ({
    ...error.toJSON(),
    ...(typeof error.extensions['type'] === 'string' ? { type: error.extensions['type'], extensions: undefined } : {}),
  }));
  return {
    status: 200,
    body: { ...(result.data === undefined ? {} : { data: result.data }), ...(shown ? { errors: shown } : {}) },
  };
}

/** Fields that an older Enterprise Server does not know, refused in its words: the whole question fails. */
function unknownFields(document: DocumentNode, lacks: readonly string[]): object[] {
  const found: object[] = [];
  const types = new TypeInfo(schema());
  const visitor = {
    Field: ({ name: { value: fieldName } }: FieldNode) => {
      const typeName = types.getParentType()?.name ?? '';
      if (!lacks.includes(`${typeName}.${fieldName}`)) return;
      const message = `Field '${fieldName}' doesn't exist on type '${typeName}'`;
      found.push({ message, extensions: { code: 'undefinedField', typeName, fieldName } });
    },
  };
  if (lacks.length > 0) visit(document, visitWithTypeInfo(types, visitor));
  return found;
}

/** Like the default, but a field that the store does not know is an error, never null. */
const resolveField: GraphQLFieldResolver<unknown, Context> = (source, args, context, info) => {
  const value = (source as Fields)[info.fieldName];
  if (value === undefined) {
    const message = `the local GitHub does not serve ${info.parentType.name}.${info.fieldName}`;
    context.github.violations.push(`graphql: ${message}`);
    throw new GraphQLError(message);
  }
  return typeof value === 'function' ? (value as (args: unknown) => unknown)(args) : value;
};

function queries(context: Context): Fields {
  const { github } = context;
  return {
    rateLimit: () => ({ ...github.limits.state(context.actor), cost: 1, nodeCount: 1, resetAt: github.timestamp() }),
    viewer: () => actorFields(viewer(context)),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const found = github.findRepository(owner, name);
      if (found === undefined)
        throw failure('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      need(context, 'metadata:read', found.repository);
      return repositoryFields(context, found.repository);
    },
    node: ({ id }: { id: string }) => node(context, id),
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => node(context, id)),
  };
}
