/** Branch protection and rulesets, as an administrator's tool reads them. */
import { ApiError } from '../errors.js';
import { fullName } from '../represent.js';
import type { Repository } from '../store.js';
import { type Call, type Endpoints, ok, type Operations, page, present, serve } from './operation.js';

type Repos = Endpoints['repos'];

interface RequiredCheck {
  readonly context: string;
  readonly integration_id?: number;
}

function requiredChecks(repository: Repository, branch: string): RequiredCheck[] {
  const rules = repository.rules.get(branch) ?? [];
  return rules.flatMap(({ type, parameters }) =>
    type === 'required_status_checks' ? ((parameters?.['required_status_checks'] ?? []) as RequiredCheck[]) : [],
  );
}

function statusChecks(call: Call<{ branch: string }>): Record<string, unknown> {
  const { github, repository, input } = call;
  const checks = requiredChecks(repository, input.branch);
  if (checks.length === 0) throw new ApiError(404, 'Branch not protected');
  const url = `${github.addresses.api}/repos/${fullName(repository)}/branches/${input.branch}/protection/required_status_checks`;
  return {
    url,
    strict: false,
    contexts: checks.map(({ context }) => context),
    contexts_url: `${url}/contexts`,
    checks: checks.map(({ context, integration_id: app }) => ({ context, app_id: app ?? null })),
  };
}

function ruleset(call: Call, branch: string): Record<string, unknown> {
  const source = fullName(call.repository);
  return {
    id: 1,
    name: branch,
    target: 'branch',
    source_type: 'Repository',
    source,
    enforcement: 'active',
    conditions: { ref_name: { include: [`refs/heads/${branch}`], exclude: [] } },
    rules: call.repository.rules.get(branch) ?? [],
  };
}

export const ruleOperations: Operations = {
  'repos/get-branch-protection': serve<Repos['getBranchProtection']['parameters']>('administration:read', (call) =>
    ok({ required_status_checks: statusChecks(call) }),
  ),
  'repos/get-status-checks-protection': serve<Repos['getStatusChecksProtection']['parameters']>(
    'administration:read',
    (call) => ok(statusChecks(call)),
  ),
  'repos/get-repo-rulesets': serve<Repos['getRepoRulesets']['parameters']>('metadata:read', (call) =>
    page(call, [...call.repository.rules.keys()], (branch) => ruleset(call, branch)),
  ),
  'repos/get-repo-ruleset': serve<Repos['getRepoRuleset']['parameters']>('metadata:read', (call) =>
    ok(ruleset(call, present([...call.repository.rules.keys()][call.input.ruleset_id - 1]))),
  ),
};
