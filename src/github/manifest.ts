/** What the App asks GitHub for. app.yml says the same to GitHub; a test compares the two. */
export const PERMISSIONS = {
  checks: 'write',
  pull_requests: 'write',
  contents: 'read',
  issues: 'write',
  metadata: 'read',
  actions: 'read',
  merge_queues: 'read',
} as const;

/** The events that are handled. `installation` is delivered without being asked for. */
export const EVENTS = [
  'pull_request',
  'issues',
  'issue_comment',
  'check_run',
  'check_suite',
  'merge_group',
  'push',
  'workflow_run',
] as const;
