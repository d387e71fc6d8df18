#!/usr/bin/env node
/**
 * Cuts GitHub's published OpenAPI description down to the operations that the local GitHub serves, without prose.
 *
 *   npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz        (outside the repository: 400 MB unpacked)
 *   node scripts/openapi/trim.mjs package/generated/api.github.com.json [+operation/id …] [-operation/id …]
 *
 * demo/local-github/openapi.json is its own list of operations: the script keeps those and adds or removes the ones named.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Keys of a schema, parameter or response that only a human reader needs. */
const PROSE = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'externalDocs',
  'title',
  'tags',
  'x-github',
  'x-octokit',
  'x-githubCloudOnly',
  'deprecated',
]);
/** Under these keys the next level is a map from names of data to schemas, so a key called `title` is data. */
const MAPS = new Set(['properties', 'patternProperties']);

function strip(value, isMap = false) {
  if (Array.isArray(value)) return value.map((item) => strip(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => isMap || !PROSE.has(key));
  return Object.fromEntries(
    kept.map(([key, item]) => [key, key === 'enum' || key === 'default' ? item : strip(item, !isMap && MAPS.has(key))]),
  );
}

function collectReferences(value, found) {
  if (Array.isArray(value)) for (const item of value) collectReferences(item, found);
  else if (value !== null && typeof value === 'object') {
    if (typeof value.$ref === 'string') found.add(value.$ref);
    for (const item of Object.values(value)) collectReferences(item, found);
  }
}

function lookUp(description, reference) {
  return reference
    .slice(2)
    .split('/')
    .reduce((value, key) => value[key.replaceAll('~1', '/').replaceAll('~0', '~')], description);
}

/** Copies every component that `trimmed` refers to, and what those refer to, without prose. */
function addComponents(trimmed, description) {
  for (const waiting = new Set(), done = new Set(); ;) {
    collectReferences(trimmed, waiting);
    const missing = [...waiting].filter((reference) => !done.has(reference));
    if (missing.length === 0) return;
    for (const reference of missing) {
      const [, kind, name] = reference.slice(2).split('/');
      (trimmed.components[kind] ??= {})[name] = strip(lookUp(description, reference));
      done.add(reference);
    }
  }
}

/** Success bodies only: the local GitHub's answers are checked against them in tests. */
function trimResponses(responses) {
  return Object.fromEntries(Object.entries(responses).filter(([status]) => /^[23]/.test(status)));
}

function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

const [source, ...edits] = process.argv.slice(2);
if (source === undefined) {
  console.error('usage: trim.mjs path/to/api.github.com.json [+operation/id …] [-operation/id …]');
  process.exit(2);
}
const target = fileURLToPath(new URL('../../demo/local-github/openapi.json', import.meta.url));
const wanted = new Set();
if (existsSync(target)) {
  for (const operations of Object.values(JSON.parse(readFileSync(target, 'utf8')).paths))
    for (const { operationId } of Object.values(operations)) wanted.add(operationId);
}
for (const edit of edits) edit.startsWith('-') ? wanted.delete(edit.slice(1)) : wanted.add(edit.replace(/^\+/, ''));

const description = JSON.parse(readFileSync(source, 'utf8'));
const trimmed = {
  openapi: description.openapi,
  info: { title: 'GitHub REST API, the operations used', version: description.info.version },
  paths: {},
  components: {},
};
for (const [path, item] of Object.entries(description.paths)) {
  for (const method of METHODS) {
    const operation = item[method];
    if (operation === undefined || !wanted.delete(operation.operationId)) continue;
    const { operationId, parameters = [], requestBody, responses } = operation;
    (trimmed.paths[path] ??= {})[method] = strip({
      operationId,
      parameters,
      ...(requestBody && { requestBody }),
      responses: trimResponses(responses),
    });
  }
}
if (wanted.size > 0) {
  console.error(`not in the description: ${[...wanted].join(', ')}`);
  process.exit(1);
}
addComponents(trimmed, description);
writeFileSync(target, `${JSON.stringify(sortKeys(trimmed))}\n`);
