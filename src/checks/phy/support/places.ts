import type { FindingDraft, Location, TraceStep } from '../../../core/types.js';
import type { Place, Workload } from '../../../models/workloads/index.js';

export const locationOf = ({ path, line, endLine }: Place): Location => ({ path, startLine: line, endLine });

export const step = (at: Place, label: string): TraceStep => ({ path: at.path, line: at.line, label });

/** `Service h2o`, `Deployment scorer`: how a workload is called in messages. */
export const titleOf = (workload: Workload, container?: { readonly name: string }): string => {
  const kind = workload.platform === 'compose' ? 'Service' : workload.kind;
  const inner =
    container !== undefined && container.name !== workload.name && container.name !== ''
      ? `, container ${container.name}`
      : '';
  return `${kind} ${workload.name === '' ? 'without a name' : workload.name}${inner}`;
};

/** A trace without the finding's own place, steps in order, none twice. */
export function traceOf(location: Location, steps: readonly TraceStep[]): { trace?: readonly TraceStep[] } {
  const seen = new Set([`${location.path}:${location.startLine}`]);
  const trace = steps.filter(({ path, line }) => {
    const key = `${path}:${line}`;
    if (path === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return trace.length > 0 ? { trace } : {};
}

/**
 * What stays when several projects share files: a defect is reported once, and a project that is laid over another
 * (`docker-compose.dev.yml`) answers only for what its own file has a part in.
 */
export class Findings {
  private readonly byPlace = new Map<string, FindingDraft>();

  add(workload: Workload, finding: FindingDraft): void {
    const own = workload.overlayFiles;
    if (
      own !== undefined &&
      !own.includes(finding.location.path) &&
      finding.trace?.some(({ path }) => own.includes(path)) !== true
    )
      return;
    const { path, startLine } = finding.location;
    const key = `${path}:${startLine}:${finding.evidence}`;
    if (!this.byPlace.has(key))
      this.byPlace.set(key, workload.development ? { ...finding, severity: 'note' } : finding);
  }

  get list(): readonly FindingDraft[] {
    return [...this.byPlace.values()];
  }
}

/** Whether something is absent here and under every production file laid over it. */
export const missingEverywhere = (workload: Workload, missing: (workload: Workload) => boolean): boolean =>
  (workload.overlayFiles === undefined || workload.introduced === true) &&
  missing(workload) &&
  workload.variants.every(missing);
