import { z } from 'zod';
import { CHECKS } from '../checks/index.js';
import type { Check } from '../core/check.js';
import { DEFAULT_SETTINGS } from './defaults.js';

const D = DEFAULT_SETTINGS;
const globs = z.array(z.string().min(1).max(500)).max(500);
const severity = z.enum(['block', 'warn', 'note', 'off']);
const path = z.string().min(1).max(500);

/** A check's entry: a severity, or an object with a severity and the check's own options. */
function checkEntry(check: Check<never>): z.ZodType {
  const options: Record<string, z.ZodType> = {};
  if (check.options instanceof z.ZodObject) {
    for (const [name, option] of Object.entries(check.options.shape)) options[name] = z.optional(option as z.ZodType);
  }
  return z.union([severity, z.strictObject({ severity: severity.optional(), ...options })]).describe(check.flags);
}

const checks = z
  .strictObject(Object.fromEntries(CHECKS.map((check) => [check.id, checkEntry(check).optional()])))
  .describe('Severity of each check (block, warn, note, off), and its options.');

const roles = z
  .strictObject({
    service: globs.optional(),
    pipeline: globs.optional(),
    shared: globs.optional(),
    test: globs.optional(),
    example: globs.optional(),
    development: globs.optional(),
    migration: globs.optional(),
    script: globs.optional(),
    exploration: globs.optional(),
    documentation: globs.optional(),
  })
  .describe('Globs that set the role of code; a role named here replaces what the layout would say.');

const waiver = z.strictObject({
  check: z.enum(CHECKS.map((check) => check.id) as [string, ...string[]]),
  path: path.optional().describe('Glob; every path when left out.'),
  reason: z.string().trim().min(1).max(1000),
  owner: z.string().trim().min(1).max(100),
  expires: z.iso.date().describe('Day after which the finding is open again (YYYY-MM-DD).'),
});

/** The shape of `.github/dialectic.yml`. Every key is optional; unknown keys are errors. */
export const ConfigurationFile = z
  .strictObject({
    $schema: z.string().optional(),
    extends: z
      .union([path, z.array(path).max(5)])
      .optional()
      .describe(
        'Other configuration: a path of this repository, or owner/repository:path. Later ones win, this file wins over all.',
      ),
    mode: z.enum(['enforce', 'observe']).optional().describe('observe: reports everything, never fails. For roll-out.'),
    review: z
      .strictObject({
        scope: z.enum(['changed', 'all']).optional().describe('all: what was there before counts too.'),
        approve: z
          .boolean()
          .optional()
          .describe('Approve clean pull requests. Branch rules may not count an app as a reviewer.'),
      })
      .optional(),
    ignore: globs.optional().describe('Paths that are never looked at, beside the defaults.'),
    roles: roles.optional(),
    featureTables: z.strictObject({ include: globs.optional(), exclude: globs.optional() }).optional(),
    gate: z
      .strictObject({
        require: z.enum(['always', 'decisions']).optional(),
        minimumWords: z.int().min(1).max(200).optional(),
        exempt: z
          .strictObject({
            documentation: z.boolean().optional(),
            bots: z.array(z.string().min(1)).max(100).optional(),
            reverts: z.boolean().optional(),
            releases: z.boolean().optional(),
          })
          .optional(),
      })
      .optional(),
    checks: checks.optional(),
    overrides: z
      .array(z.strictObject({ paths: globs.min(1), checks }))
      .max(100)
      .optional()
      .describe('Severities for parts of a monorepo; the last entry that matches a path wins.'),
    suppressions: z.enum(['reviewed', 'author']).optional(),
    waivers: z.array(waiver).max(500).optional(),
    allowAuthorWaivers: z.boolean().optional().describe("Let a pull request's author waive its findings."),
    process: z
      .strictObject({ blocking: z.array(path).max(500).optional(), allow: z.array(path).max(500).optional() })
      .optional(),
    logical: z.strictObject({ verify: z.boolean().optional(), eventTime: z.array(path).min(1).optional() }).optional(),
    development: z
      .strictObject({
        layers: z.array(z.strictObject({ name: path, paths: globs.min(1) })).optional(),
        packageIndex: z.url().optional(),
      })
      .optional(),
    physical: z
      .strictObject({
        heapShare: z.number().gt(0).lt(1).optional(),
        heapShareWithXgboost: z.number().gt(0).lt(1).optional(),
        helm: z
          .enum(['values', 'render'])
          .optional()
          .describe(
            '`values`: plain keys of a chart’s values are judged, its templates are not evaluated. `render`: what `helm template` prints is judged, with the `helm` on PATH.',
          ),
      })
      .optional(),
    scenarios: z
      .strictObject({
        load: z
          .strictObject({
            rate: z.number().positive().optional(),
            failures: z.number().min(0).optional(),
            maxLatencyMs: z.number().positive().optional(),
            p99Ms: z.number().positive().optional(),
            minDurationSec: z.number().min(0).optional(),
          })
          .optional(),
        artifacts: globs.optional(),
        psiThreshold: z.number().positive().optional(),
      })
      .optional(),
    planning: z
      .strictObject({ plans: globs.optional(), requirements: globs.optional(), triggers: z.boolean().optional() })
      .optional(),
  })
  .describe(
    `Configuration of Dialectic (.github/dialectic.yml). Feature tables by default: ${D.featureTables.include.join(', ')}.`,
  );

export type ConfigurationFile = z.infer<typeof ConfigurationFile>;
