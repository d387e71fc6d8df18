import type { Settings } from '../core/settings.js';

/** What holds where no configuration file says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  ignore: [
    '**/node_modules/**',
    '**/.git/**',
    '**/vendor/**',
    '**/site-packages/**',
    '**/.venv/**',
    '**/venv/**',
    '**/__pycache__/**',
  ],
  roles: {},
  featureTables: {
    include: ['feature*', '*_features', 'feature_values', 'fs_*'],
    exclude: ['feature_flag*', 'feature_toggle*', 'feature_request*'],
  },
  gate: {
    require: 'always',
    exempt: {
      documentation: true,
      bots: ['dependabot[bot]', 'renovate[bot]', 'pre-commit-ci[bot]', 'github-actions[bot]'],
      reverts: false,
      releases: false,
    },
    minimumWords: 8,
  },
  process: { blocking: [], allow: [] },
  logical: {
    verify: false,
    eventTime: ['event_time', 'event_ts', 'event_timestamp', 'observed_at', 'as_of', 'valid_from'],
  },
  development: { layers: [], packageIndex: undefined },
  physical: { heapShare: 0.7, heapShareWithXgboost: 2 / 3, helm: 'values' },
  scenarios: {
    load: { rate: 1000, failures: 0, maxLatencyMs: 100, p99Ms: 50, minDurationSec: 60 },
    artifacts: [],
    psiThreshold: 0.25,
  },
  planning: { plans: ['**/PLAN.md'], requirements: [], triggers: false },
};
