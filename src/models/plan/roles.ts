import type { PlanView } from './views.js';

/** The seeds' role table. */
export interface PlanRole {
  readonly name: string;
  readonly skill: string;
  readonly specialty: string;
}

export const ROLES: readonly PlanRole[] = [
  { name: 'Database Architect', skill: 'skills/db-architect', specialty: 'sharding, schemas' },
  { name: 'Data Engineer', skill: 'skills/data-engineer', specialty: 'Mage pipelines, ETL' },
  { name: 'ML Engineer', skill: 'skills/ml-engineer', specialty: 'H2O AutoML, MOJO' },
  { name: 'FastAPI Pro', skill: 'skills/fastapi-pro', specialty: 'async APIs, caching' },
  { name: 'Deployment Engineer', skill: 'skills/deployment-engineer', specialty: 'Docker, Kubernetes, CI/CD' },
  { name: 'Implementation Worker', skill: 'skills/implementation-worker', specialty: 'task execution' },
];

/** Who does the work of a view, where nobody is named. */
export const ROLE_OF_VIEW: Readonly<Record<PlanView, string>> = {
  log: 'Database Architect',
  proc: 'FastAPI Pro',
  dev: 'ML Engineer',
  phy: 'Deployment Engineer',
  scn: 'Implementation Worker',
};

const fold = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^@/, '')
    .replace(/[^\p{L}\p{N}/]+/gu, ' ')
    .trim();

/**
 * Whether a field names a role of the table: by its name, its skill path or the path's last part.
 * @param own roles that the document's own table adds
 */
export function isRole(text: string, own: readonly string[]): boolean {
  const written = ` ${fold(text)} `;
  const known = [...ROLES.flatMap((role) => [role.name, role.skill, role.skill.replace('skills/', '')]), ...own];
  return known.map(fold).some((name) => name !== '' && written.includes(` ${name} `));
}
