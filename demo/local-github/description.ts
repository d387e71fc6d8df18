/** GitHub's OpenAPI description, trimmed (scripts/openapi/trim.mjs): finds the operation of a request and judges its fields. */
import { readFileSync } from 'node:fs';
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import formatsModule from 'ajv-formats';

type Schema = Record<string, unknown>;
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
interface OperationDescription {
  readonly operationId: string;
  readonly parameters: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationDescription>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly segments: readonly string[];
  readonly parameters: ValidateFunction;
  readonly body: ValidateFunction | undefined;
  readonly bodyRequired: boolean;
  readonly answers: ReadonlyMap<number, ValidateFunction>;
}

const document = JSON.parse(readFileSync(new URL('./openapi.json', import.meta.url), 'utf8')) as Document;
/** Path parameters that may hold slashes, sent raw or as %2F. */
const SLASHED = new Set(['{path}', '{ref}', '{basehead}', '{branch}']);

function makeAjv(coerceTypes: boolean): Ajv2019 {
  const ajv = new Ajv2019({ strict: false, allErrors: true, coerceTypes, validateFormats: true });
  formatsModule.default(ajv);
  for (const format of ['timestamp', 'repo.nwo', 'ssh']) ajv.addFormat(format, true);
  ajv.addSchema({ $id: 'github', components: convert(document.components) as Schema });
  return ajv;
}
const strict = makeAjv(false);
const coercing = makeAjv(true);

/** OpenAPI 3.0 to JSON Schema: `nullable` becomes a type, references point into the shared document. */
function convert(value: unknown, closed = false): unknown {
  if (Array.isArray(value)) return value.map((item) => convert(item, closed));
  if (value === null || typeof value !== 'object') return value;
  const { nullable, ...rest } = value as Schema;
  const schema: Schema = Object.fromEntries(
    Object.entries(rest).map(([key, item]) => [key, key === 'enum' ? item : convert(item, closed && !isChoice(key))]),
  );
  const reference = schema['$ref'];
  if (typeof reference === 'string') schema['$ref'] = `github${reference}`;
  // Field names of a request that GitHub's description does not know would be ignored there, and hide a bug here.
  if (
    closed &&
    schema['type'] === 'object' &&
    typeof schema['properties'] === 'object' &&
    schema['additionalProperties'] === undefined
  )
    schema['additionalProperties'] = false;
  return nullable === true ? { anyOf: [{ type: 'null' }, schema] } : schema;
}

/** Members of a choice see only a part of the object: closing them would forbid the rest. */
function isChoice(key: string): boolean {
  return key === 'oneOf' || key === 'anyOf' || key === 'allOf';
}

function resolveParameter(parameter: Parameter | { readonly $ref: string }): Parameter {
  if (!('$ref' in parameter)) return parameter;
  const found = document.components['parameters']?.[parameter.$ref.slice('#/components/parameters/'.length)];
  return found as Parameter;
}

function describe(path: string, method: string, operation: OperationDescription): Operation {
  const parameters = operation.parameters.map(resolveParameter).filter((parameter) => parameter.in !== 'header');
  const body = operation.requestBody?.content['application/json']?.schema;
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    segments: path.split('/').slice(1),
    parameters: coercing.compile({
      type: 'object',
      properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, convert(parameter.schema)])),
      required: parameters.filter((parameter) => parameter.required === true).map((parameter) => parameter.name),
      additionalProperties: false,
    }),
    body: body && strict.compile(convert(body, true) as Schema),
    bodyRequired: operation.requestBody?.required ?? false,
    answers: new Map(
      Object.entries(operation.responses).flatMap(([status, response]) => {
        const schema = response.content?.['application/json']?.schema;
        return schema ? [[Number(status), lazily(schema)]] : [];
      }),
    ),
  };
}

/** Compiling every answer's schema takes a second; most runs look at few of them. */
function lazily(schema: Schema): ValidateFunction {
  let compiled: ValidateFunction | undefined;
  const validate = (data: unknown): boolean => {
    compiled ??= strict.compile(convert(schema) as Schema);
    const valid = compiled(data);
    validate.errors = compiled.errors ?? null;
    return valid;
  };
  validate.errors = null as ValidateFunction['errors'];
  return validate as unknown as ValidateFunction;
}

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => describe(path, method, operation)),
);

export interface Match {
  readonly operation: Operation;
  readonly parameters: Record<string, string>;
}

/** The operation of a request, literal segments before parameters; undefined when the description has none. */
export function match(method: string, pathname: string): Match | undefined {
  const segments = pathname.split('/').slice(1);
  const found = operations.flatMap((operation) => {
    const parameters = operation.method === method ? matchSegments(operation.segments, segments) : undefined;
    return parameters ? [{ operation, parameters }] : [];
  });
  const literal = (candidate: Match): number =>
    candidate.operation.segments.filter((segment) => !segment.startsWith('{')).length;
  return found.sort((a, b) => literal(b) - literal(a))[0];
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const slashed = pattern.findIndex((segment) => SLASHED.has(segment));
  const extra = segments.length - pattern.length;
  if (extra < 0 || (extra > 0 && slashed < 0)) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const from = slashed >= 0 && index > slashed ? index + extra : index;
    const value = segments.slice(from, index === slashed ? from + extra + 1 : from + 1).join('/');
    if (segment.startsWith('{')) {
      if (value === '' && segment !== '{path}') return undefined;
      parameters[segment.slice(1, -1)] = decodeURIComponent(value);
    } else if (segment !== value) return undefined;
  }
  return parameters;
}

export function problems(validate: ValidateFunction): string[] {
  return (validate.errors ?? []).map((error) => {
    const extra = 'additionalProperty' in error.params ? ` (${String(error.params['additionalProperty'])})` : '';
    return `${error.instancePath || 'the request'} ${error.message ?? 'is wrong'}${extra}`;
  });
}
