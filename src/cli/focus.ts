import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { CHECKS } from '../checks/index.js';
import type { ConfigurationFile } from '../config/schema.js';
import type { Review } from '../core/review.js';
import type { CheckId } from '../core/types.js';

/** The configuration with every other check off. */
export function only(file: ConfigurationFile, wanted: (id: CheckId) => boolean): ConfigurationFile {
  const off = Object.fromEntries(CHECKS.filter((check) => !wanted(check.id)).map((check) => [check.id, 'off']));
  return { ...file, checks: { ...file.checks, ...off } };
}

/** The review as far as it concerns some paths; a finding counts when its place or its way touches one of them. */
export function focused(review: Review, concerns: (path: string) => boolean): Review {
  const findings = review.findings.filter(
    (finding) => concerns(finding.location.path) || (finding.trace ?? []).some((step) => concerns(step.path)),
  );
  const gaps = review.gaps.map((gap) => ({ ...gap, decisive: gap.decisive && concerns(gap.path) }));
  const blocked = findings.some((finding) => finding.severity === 'block' && finding.scope !== 'existing');
  const external = new Set(CHECKS.flatMap((check) => (check.external ? [check.id] : [])));
  const open = review.outcomes.some(
    (outcome) => outcome.kind === 'crashed' || (outcome.kind === 'inconclusive' && !external.has(outcome.check)),
  );
  const verdict = blocked ? 'fail' : open || gaps.some((gap) => gap.decisive) ? 'incomplete' : 'pass';
  return { ...review, verdict, findings, gaps: gaps.filter((gap) => concerns(gap.path)) };
}

const PROJECT_MARKERS = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'alembic.ini', 'Pipfile'];

/**
 * The project that a folder belongs to: the nearest folder upwards with a project file, and the folder itself where
 * there is none. Calls and schemas are followed through the whole project, although only the folder is reported.
 */
export function projectOf(folder: string): { root: string; inside: (path: string) => boolean } {
  const wanted = resolve(folder);
  for (let at = wanted; ; at = dirname(at)) {
    if (PROJECT_MARKERS.some((marker) => existsSync(join(at, marker))))
      return { root: at, inside: below(relative(at, wanted)) };
    if (existsSync(join(at, '.git')) || dirname(at) === at) return { root: wanted, inside: () => true };
  }
}

function below(place: string): (path: string) => boolean {
  if (place === '') return () => true;
  const prefix = `${place.split(sep).join('/')}/`;
  return (path) => path.startsWith(prefix);
}
