import type { FindingDraft } from '../../core/types.js';

/** A finding on one line of a document. */
export const at = (path: string, line: number, rest: Omit<FindingDraft, 'location'>): FindingDraft => ({
  location: { path, startLine: line, endLine: line },
  ...rest,
});

/** A complete small plan, from which the examples of the checks take away or add. */
export const PLAN = `# Plan: scoring platform

## Phase 1: Logical View

### Task 1.1: Hybrid schema
**Assignee:** Database Architect
**JTBD:** JTBD-01, JTBD-03
**Verification:** \`alembic upgrade head\` exits 0

## Phase 2: Process View

### Task 2.1: Thread pool for predictions
**Assignee:** FastAPI Pro
**JTBD:** JTBD-02
**Dependencies:** Task 1.1
**Verification:** p99 < 50 ms at 1000 req/s

## Phase 3: Development View

### Task 3.1: Export MOJO
**Assignee:** ML Engineer
**JTBD:** JTBD-01
**Verification:** \`dialectic verify-mojo-artifact model.zip\` exits 0

## Phase 4: Physical View

### Task 4.1: Three shards with Patroni
**Assignee:** Deployment Engineer
**JTBD:** JTBD-04
**Verification:** failover < 30 s, zero data loss

## Phase 5: Scenarios

### Task 5.1: Drill the failover
**Assignee:** Deployment Engineer
**JTBD:** JTBD-04
**Dependencies:** Task 4.1
**Verification:** replica promoted < 30 s
`;
