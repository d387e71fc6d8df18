import type { Command as DockerCommand } from '../../languages/dockerfile/index.js';
import type { TraceStep } from '../../core/types.js';

/** Lines of a file, from 1, both included. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
}

/** A value with where it is written. `via` are the other lines it was made of: `.env`, an anchor's use, a patch. */
export interface Sourced<T> {
  readonly value: T;
  readonly at: Place;
  readonly via?: readonly TraceStep[];
}

/** Text that may hold {@link UNKNOWN} where a variable's value is not in the repository. */
export type Text = Sourced<string>;

/** Stands in a text for what the repository does not say: `${PORT}` without default. */
export const UNKNOWN = '\uE000';

export const isKnown = (text: string): boolean => !text.includes(UNKNOWN);

/** An amount of memory. `bytes` is undefined when the text does not say; the reason is then for people. */
export interface Amount {
  readonly bytes: number | undefined;
  /** As written, or how it came about. */
  readonly text: string;
  readonly at: Place;
  readonly via?: readonly TraceStep[];
  readonly unknown?: string;
}

export interface Variable {
  readonly name: string;
  /** Undefined when it is set to something that the repository does not say. */
  readonly value: string | undefined;
  readonly at: Place;
  /** What stands there: `environment`, `env_file`, `ENV in Dockerfile`, `ConfigMap jvm`. */
  readonly source: string;
  readonly via?: readonly TraceStep[];
}

/** Program and arguments. In shell form there is one word: a command line for `/bin/sh -c`. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly form: 'exec' | 'shell';
  readonly at: Place;
}

export interface PublishedPort {
  /** Port in the container; undefined when unknown, a range is its first and last. */
  readonly target: readonly [number, number] | undefined;
  /** As written on the host side; undefined when Docker picks one. */
  readonly published: string | undefined;
  /** Address it is bound to; undefined means every interface. */
  readonly hostIp: string | undefined;
  readonly text: string;
  readonly at: Place;
  readonly via?: readonly TraceStep[];
}

export type MountKind = 'volume' | 'anonymous' | 'bind' | 'tmpfs' | 'claim' | 'emptyDir' | 'hostPath' | 'other';

export interface Mount {
  readonly kind: MountKind;
  /** Volume, claim or host path. */
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
  readonly at: Place;
}

/** An image that a Dockerfile of this repository makes. */
export interface BuiltImage {
  readonly dockerfile: string;
  /** Build context, relative to the repository's root. */
  readonly context: string;
  /** The image outside the repository that it starts from. */
  readonly base: string | undefined;
  readonly entrypoint: DockerCommand | undefined;
  readonly command: DockerCommand | undefined;
  readonly volumes: readonly string[];
  /** The text of the RUN, COPY and ADD instructions of the stages in use. */
  readonly steps: readonly { readonly keyword: string; readonly text: string; readonly line: number }[];
  /** Images whose files `COPY --from` brings in: a JRE may come that way. */
  readonly copiedFrom: readonly string[];
}

export interface Container {
  readonly name: string;
  readonly role: 'main' | 'init' | 'sidecar';
  readonly at: Place;
  readonly image: Text | undefined;
  /** The resource that it comes from runs H2O, whatever the image is called. */
  readonly h2o?: true;
  readonly built: BuiltImage | undefined;
  /** The Dockerfile was found by the image's name, nothing says `build`. */
  readonly builtByName?: true;
  /** Why the image's own content is not known, when it is built from something not in the repository. */
  readonly buildUnknown: string | undefined;
  /** Replaces the image's entry point and its command. */
  readonly entrypoint: CommandLine | undefined;
  /** Replaces the image's command. */
  readonly command: CommandLine | undefined;
  /** Image ENV first, then everything that overrides it. */
  readonly environment: ReadonlyMap<string, Variable>;
  /** Sources of variables that are not in the repository: a missing env file, a Secret. */
  readonly environmentGaps: readonly string[];
  readonly limit: Amount | undefined;
  readonly request: Amount | undefined;
  readonly ports: readonly PublishedPort[];
  readonly mounts: readonly Mount[];
}

export interface Workload {
  readonly platform: 'compose' | 'kubernetes';
  /** `service`, `Deployment`, `StatefulSet`, `H2O` … */
  readonly kind: string;
  readonly name: string;
  /** Where it is declared: the service's key, the manifest's name. */
  readonly at: Place;
  readonly containers: readonly Container[];
  /** Only for development and tests by its own words (a profile, its name), whatever file it stands in. */
  readonly development: boolean;
  readonly replicas: Sourced<number> | undefined;
  readonly compose: ComposeFacts | undefined;
  readonly kubernetes: KubernetesFacts | undefined;
  /** The same workload under further production files (`docker-compose.prod.yml`): what they add is not missing. */
  readonly variants: readonly Workload[];
  /** Set when the workload is another one under further files: then only what these files have a part in is its own. */
  readonly overlayFiles: readonly string[] | undefined;
  /** Only these further files have it. */
  readonly introduced?: true;
}

export interface ComposeFacts {
  readonly project: ComposeProject;
  /** Networks by name; `default` when none is named; none with `network_mode`. */
  readonly networks: readonly string[];
  readonly networkMode: Text | undefined;
  readonly dependsOn: readonly string[];
}

/** Files that make one project together. */
export interface ComposeProject {
  /** In the order in which they are merged. */
  readonly files: readonly string[];
  /** Of the first file. */
  readonly directory: string;
  readonly networks: ReadonlyMap<string, ComposeResource>;
  readonly volumes: ReadonlyMap<string, ComposeResource>;
}

export interface ComposeResource {
  readonly at: Place;
  readonly external: boolean;
  readonly internal: boolean;
  readonly driver: string | undefined;
  /** `driver_opts.type`: `tmpfs`, `none` (a bind), `nfs`. */
  readonly optionType: string | undefined;
  readonly device: string | undefined;
}

export interface KubernetesFacts {
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly hostNetwork: Sourced<true> | undefined;
  /** StatefulSet's `serviceName`. */
  readonly serviceName: Text | undefined;
  readonly claimTemplates: readonly string[];
  /** Directory of the Kustomize build, when the object comes out of one. */
  readonly build: string | undefined;
}
