import type { Check } from '../core/check.js';

// LOG
import { migrationDoesNotApply } from './log/migration-does-not-apply.js';
import { writeOutsideExporter } from './log/write-outside-exporter.js';
import { blockWithoutContract } from './log/block-without-contract.js';
import { dynamicBlockFanOut } from './log/dynamic-block-fan-out.js';
import { blockingIndexBuild } from './log/blocking-index-build.js';
import { deeplyNestedJson } from './log/deeply-nested-json.js';
import { featureColumnSprawl } from './log/feature-column-sprawl.js';
import { featureTableWithoutEventTime } from './log/feature-table-without-event-time.js';
import { modelMigrationDrift } from './log/model-migration-drift.js';
import { mutatedHistory } from './log/mutated-history.js';
import { noShardKey } from './log/no-shard-key.js';
import { unboundedTrainingRead } from './log/unbounded-training-read.js';
import { vectorWithoutAnnIndex } from './log/vector-without-ann-index.js';
import { arrowFilterWithoutIndex } from './log/arrow-filter-without-index.js';
import { ginCannotServeQuery } from './log/gin-cannot-serve-query.js';
import { jsonColumn } from './log/json-column.js';
import { jsonbWithoutGin } from './log/jsonb-without-gin.js';
import { transformerSideEffect } from './log/transformer-side-effect.js';

// PROC
import { blockingCall } from './proc/blocking-call.js';
import { blockingFileIo } from './proc/blocking-file-io.js';
import { cacheKeyWithoutModelVersion } from './proc/cache-key-without-model-version.js';
import { cacheStampede } from './proc/cache-stampede.js';
import { cacheWithoutExpiry } from './proc/cache-without-expiry.js';
import { cacheWithoutFallback } from './proc/cache-without-fallback.js';
import { cpuBoundDataframe } from './proc/cpu-bound-dataframe.js';
import { inferenceOnEventLoop } from './proc/inference-on-event-loop.js';
import { poolOutsideStartup } from './proc/pool-outside-startup.js';
import { poolWithoutLimit } from './proc/pool-without-limit.js';
import { readFromPrimary } from './proc/read-from-primary.js';
import { syncDbDriver } from './proc/sync-db-driver.js';
import { unboundedOffload } from './proc/unbounded-offload.js';

// DEV
import { contractNotShared } from './dev/contract-not-shared.js';
import { genmodelJarMissing } from './dev/genmodel-jar-missing.js';
import { h2oMojoGated } from './dev/h2o-mojo-gated.js';
import { h2oUnpinned } from './dev/h2o-unpinned.js';
import { importAgainstLayers } from './dev/import-against-layers.js';
import { mojoInvalid } from './dev/mojo-invalid.js';
import { mojoNotExported } from './dev/mojo-not-exported.js';
import { mojoVersionMismatch } from './dev/mojo-version-mismatch.js';
import { noContainerTest } from './dev/no-container-test.js';
import { pojoExport } from './dev/pojo-export.js';
import { serviceImportsPipeline } from './dev/service-imports-pipeline.js';
import { unknownLibrary } from './dev/unknown-library.js';

// PHY
import { datastoreOffPrivateNetwork } from './phy/datastore-off-private-network.js';
import { datastorePortPublished } from './phy/datastore-port-published.js';
import { heapNotSet } from './phy/heap-not-set.js';
import { heapOverLimitShare } from './phy/heap-over-limit-share.js';
import { inferenceWithoutAutoscaling } from './phy/inference-without-autoscaling.js';
import { javaOptsWithoutEffect } from './phy/java-opts-without-effect.js';
import { memoryLimitMissing } from './phy/memory-limit-missing.js';
import { noConnectionPooler } from './phy/no-connection-pooler.js';
import { noReplication } from './phy/no-replication.js';
import { stateWithoutVolume } from './phy/state-without-volume.js';
import { statefulKind } from './phy/stateful-kind.js';

// SCN
import { driftTestMissing } from './scn/drift-test-missing.js';
import { failoverUntested } from './scn/failover-untested.js';
import { leakage } from './scn/leakage.js';
import { loadEvidenceFailing } from './scn/load-evidence-failing.js';
import { loadEvidenceStale } from './scn/load-evidence-stale.js';
import { lookAhead } from './scn/look-ahead.js';
import { swapLoadTestMissing } from './scn/swap-load-test-missing.js';

// DIA
import { adrIncomplete } from './dia/adr-incomplete.js';
import { adrMissing } from './dia/adr-missing.js';
import { contradictsMandate } from './dia/contradicts-mandate.js';
import { decisionNotArgued } from './dia/decision-not-argued.js';
import { forbiddenLanguage } from './dia/forbidden-language.js';
import { sectionEmpty } from './dia/section-empty.js';
import { sectionMissing } from './dia/section-missing.js';
import { superficial } from './dia/superficial.js';

// PLAN
import { decisionWithoutDialectic } from './plan/decision-without-dialectic.js';
import { jobNotCovered } from './plan/job-not-covered.js';
import { phaseOrder } from './plan/phase-order.js';
import { requirementAmbiguous } from './plan/requirement-ambiguous.js';
import { taskWithoutGate } from './plan/task-without-gate.js';
import { taskWithoutJob } from './plan/task-without-job.js';
import { taskWithoutRole } from './plan/task-without-role.js';
import { viewMissing } from './plan/view-missing.js';

/**
 * The only list of checks. Everything else (documentation, the configuration's schema, `dialectic checks`) is made
 * from it. One line a check, in the order in which its view's page shows them.
 */
export const CHECKS: readonly Check<never>[] = [
  // LOG
  jsonColumn,
  jsonbWithoutGin,
  ginCannotServeQuery,
  arrowFilterWithoutIndex,
  deeplyNestedJson,
  featureTableWithoutEventTime,
  mutatedHistory,
  noShardKey,
  unboundedTrainingRead,
  featureColumnSprawl,
  vectorWithoutAnnIndex,
  blockingIndexBuild,
  modelMigrationDrift,
  migrationDoesNotApply,
  transformerSideEffect,
  writeOutsideExporter,
  blockWithoutContract,
  dynamicBlockFanOut,
  // PROC
  blockingCall,
  blockingFileIo,
  inferenceOnEventLoop,
  cpuBoundDataframe,
  syncDbDriver,
  poolOutsideStartup,
  poolWithoutLimit,
  cacheKeyWithoutModelVersion,
  cacheWithoutExpiry,
  cacheWithoutFallback,
  cacheStampede,
  unboundedOffload,
  readFromPrimary,
  // DEV
  pojoExport,
  mojoNotExported,
  genmodelJarMissing,
  mojoInvalid,
  mojoVersionMismatch,
  h2oUnpinned,
  h2oMojoGated,
  serviceImportsPipeline,
  importAgainstLayers,
  contractNotShared,
  noContainerTest,
  unknownLibrary,
  // PHY
  heapNotSet,
  memoryLimitMissing,
  heapOverLimitShare,
  javaOptsWithoutEffect,
  datastorePortPublished,
  datastoreOffPrivateNetwork,
  stateWithoutVolume,
  statefulKind,
  inferenceWithoutAutoscaling,
  noReplication,
  noConnectionPooler,
  // SCN
  lookAhead,
  leakage,
  driftTestMissing,
  swapLoadTestMissing,
  loadEvidenceFailing,
  loadEvidenceStale,
  failoverUntested,
  // DIA
  sectionMissing,
  sectionEmpty,
  superficial,
  contradictsMandate,
  decisionNotArgued,
  forbiddenLanguage,
  adrIncomplete,
  adrMissing,
  // PLAN
  viewMissing,
  phaseOrder,
  taskWithoutJob,
  taskWithoutGate,
  taskWithoutRole,
  decisionWithoutDialectic,
  jobNotCovered,
  requirementAmbiguous,
];
