import type { MojoFacts, MojoModel, Violation } from './facts.js';

/** What a MOJO is, what it needs and what is wrong with it, for a person. Plain text, lines without a final break. */
export function mojoSummary(name: string, facts: MojoFacts): string {
  if (!facts.isMojo) return `${name}: not a MOJO`;
  const lines = [`${name}: ${facts.violations.length === 0 ? 'a MOJO that h2o-genmodel can use' : 'NOT usable'}`];
  if (facts.model) lines.push(...modelLines(facts.model));
  if (facts.archive) {
    const { entries, inflatedBytes, largestEntry } = facts.archive;
    lines.push(
      `  archive     ${entries} entries, ${kilobytes(inflatedBytes)} inflated, largest ${kilobytes(largestEntry)}`,
    );
  }
  lines.push(...facts.violations.map((violation) => `  wrong       ${violationText(violation)}`));
  lines.push(...facts.warnings.slice(0, 10).map((violation) => `  remark      ${violationText(violation)}`));
  return lines.join('\n');
}

/** `trees/t00_001.bin at byte 196: expected the end of the tree, found 2 more bytes`. */
function violationText({ file, line, offset, expected, found }: Violation): string {
  const place = offset !== undefined ? ` at byte ${offset}` : line !== undefined ? ` line ${line}` : '';
  return `${file === '' ? 'the archive' : file}${place}: expected ${expected}, found ${found}`;
}

function modelLines(model: MojoModel): string[] {
  const unknown = 'not stated';
  const lines = [
    `  model       ${model.algorithm}, ${model.category ?? 'category not stated'}`,
    `  input       ${model.features ?? unknown} features, ${model.domains} categorical columns`,
  ];
  if (model.response !== undefined) lines.push(`  response    ${model.response}, ${classesText(model)}`);
  if (model.trees) {
    const { present, expected, nodes, leaves } = model.trees;
    lines.push(`  trees       ${present} of ${expected}, ${nodes} splits, ${leaves} leaves`);
  }
  for (const part of model.submodels) lines.push(`  contains    ${part.algorithm} in ${part.folder}`);
  lines.push(`  written by  H2O ${model.h2oVersion ?? unknown}${model.timestamp ? ` on ${model.timestamp}` : ''}`);
  lines.push(
    `  needs       h2o-genmodel ${model.h2oVersion ?? ''} or later (MOJO format ${model.mojoVersion ?? unknown})`,
  );
  return lines;
}

const classesText = ({ classes }: MojoModel): string =>
  classes === undefined || classes < 2 ? 'numeric' : `${classes} classes`;

const kilobytes = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
