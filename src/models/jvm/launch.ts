import type { TraceStep } from '../../core/types.js';
import type { Container, Place, Variable } from '../workloads/model.js';
import { UNKNOWN } from '../workloads/model.js';
import { shellWords } from '../workloads/words.js';
import { effectiveCommand } from '../workloads/effective-command.js';
import { runsH2o, type JavaCall } from './command-line.js';
import { imageTag, jvmImage, type JvmImage } from './images.js';
import { heapOption, hotspotBytes, type HeapOption } from './options.js';
import { startOf, type ArgumentFile, type Start, type StartScript } from './start.js';

/** An option with where it comes from. */
export interface LaunchOption {
  readonly option: HeapOption;
  readonly at: Place;
  /** `-Xmx` of `command`, `JAVA_TOOL_OPTIONS in env_file jvm.env`, `Kafka's default`. */
  readonly source: string;
  readonly via: readonly TraceStep[];
  /** Not written in the repository: the image's start script brings it. */
  readonly byImage: boolean;
}

export interface JvmLaunch {
  /** Why this is taken for a JVM, for people. */
  readonly because: string;
  readonly image: JvmImage | undefined;
  readonly kind: JvmImage['kind'];
  /** A node of an H2O cluster, by its image or its command: not a program that starts H2O beside itself. */
  readonly cluster: boolean;
  /** Heap options in the order in which the JVM sees them. */
  readonly options: readonly LaunchOption[];
  /** Variables with heap options that nothing reads, each with the reason. */
  readonly ineffective: readonly { readonly variable: Variable; readonly reason: string }[];
  /** False when the command line is inside an image: it may set the heap by itself. */
  readonly startKnown: boolean;
  /** What may add options that are not known. */
  readonly open: readonly string[];
}

/** Variables that people expect to set the heap; the JVM itself reads none of them. */
const CONVENTIONAL =
  /^(?:JAVA_OPTS|JAVA_OPTIONS|JVM_OPTS|JVM_ARGS|JAVA_ARGS|JAVA_HEAP_OPTS|JAVA_MEM_OPTS|JAVA_OPTS_APPEND|JVMFLAGS|CATALINA_OPTS|H2O_OPTS|APP_OPTS|DEFAULT_JVM_OPTS)$/;
const BY_THE_JVM = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS'];
const OPTION_TEXT = /(?:^|[\s"'])-(?:Xm[xsn]|XX:|D\w|javaagent|Xlog|server\b|ea\b)/;

/** A mounted file of JVM options, one a line; `text` is undefined when its content is not in the repository. */
export interface OptionFile {
  readonly path: string;
  readonly text: string | undefined;
}

/**
 * How a container starts its JVM, or undefined when nothing shows that it runs one.
 * @param script the repository's file behind an entry point such as `./start.sh`, when there is one
 */
export function jvmLaunch(
  container: Container,
  kubernetes: boolean,
  script?: StartScript,
  files: readonly OptionFile[] = [],
  argumentFiles: readonly ArgumentFile[] = [],
): JvmLaunch | undefined {
  const image = imageOf(container);
  const start = startOf(container, kubernetes, script, argumentFiles);
  const because = evidence(container, image, start, script);
  if (because === undefined) return undefined;
  const cluster = image?.kind === 'h2o' || (start.call !== undefined && runsH2o(start.call));
  const kind = cluster ? 'h2o' : (image?.kind ?? (isH2oByName(container) ? 'h2o' : 'application'));
  const runsScript =
    start.call === undefined &&
    image !== undefined &&
    image.kind !== 'runtime' &&
    ((container.entrypoint ?? container.built?.entrypoint) === undefined ||
      image.starter?.test(effectiveCommand(container).words.join(' ')) === true);
  const readers = runsScript ? image.variables : start.call === undefined ? undefined : start.used;
  const command = start.call === undefined ? [] : commandOptions(start, start.call, container, argumentFiles);
  const scripted = runsScript ? scriptOptions(container, image, files) : [];
  const assumed =
    readers === undefined ? [...container.environment.values()].filter(isConventional).flatMap(variableOptions) : [];
  const own = (name: string): LaunchOption[] => variableOptions(container.environment.get(name));
  return {
    because,
    image,
    kind,
    cluster,
    options: [
      ...own('JAVA_TOOL_OPTIONS'),
      ...(isJava8(container) ? [] : own('JDK_JAVA_OPTIONS')),
      ...scripted,
      ...assumed,
      ...command,
      ...own('_JAVA_OPTIONS'),
    ],
    ineffective:
      readers === undefined
        ? []
        : ineffective(container, readers, runsScript ? `the start script of ${image.name}` : start.source),
    startKnown: readers !== undefined || (kind === 'h2o' && container.h2o === undefined),
    open: [
      ...openEnds(container, start, readers),
      ...(runsScript ? files : []).flatMap(({ path, text }) =>
        text === undefined ? `the options in ${path} are not in the repository` : [],
      ),
    ],
  };
}

/** The image that decides the start script: the base of an image built here, else the image named. */
function imageOf(container: Container): JvmImage | undefined {
  const reference = container.built
    ? container.built.base
    : container.buildUnknown === undefined
      ? container.image?.value
      : undefined;
  return reference === undefined ? undefined : jvmImage(reference);
}

const isH2oByName = (container: Container): boolean => {
  if (container.h2o === true) return true;
  const reference = container.image?.value ?? '';
  return /(?:^|[-_/])h2o(?:-?3)?(?:$|[-_:.])/.test(reference) && !/http|wave|gpt/i.test(reference);
};

/** Start scripts that an overriding command still runs in the end. */
const STARTERS =
  /docker-entrypoint|docker\/run\b|catalina\.sh|kafka-server-start|zookeeper-server-start|connect-(?:distributed|standalone)|start-(?:dev|cluster|master|worker|all)|kc\.sh|(?:^|\/)(?:start|run)(?:\.sh)?(?:\s|$)|\s(?:start|run)\.sh\b|(?:^|\s)java\b/;
/** Clients and waiting loops of such images: they end, or run something small. */
const ONE_OFF =
  /\bkafka-(?:topics|configs|acls|storage|console|consumer|producer|broker-api|metadata|reassign|leader|preferred|delete|log-dirs|dump|features|get-offsets|verifiable|cluster)|\bcub\s|\bk(?:afka)?cat\b|\b(?:curl|wget|sleep|tail|nc|cqlsh|cypher-shell|keytool|elasticsearch-(?:certutil|keystore|reset-password|plugin))\b/;

/** The image's own program is replaced: by a client, a setup script, another entry point. */
function runsSomethingElse(container: Container, script: StartScript | undefined): boolean {
  const own = container.entrypoint ?? container.built?.entrypoint;
  const words = [...(own?.words ?? []), ...((container.command ?? container.built?.command)?.words ?? [])].join(' ');
  if (own !== undefined) return !STARTERS.test(script?.text ?? words);
  return ONE_OFF.test(words) && !STARTERS.test(words);
}

function evidence(
  container: Container,
  image: JvmImage | undefined,
  start: Start,
  script: StartScript | undefined,
): string | undefined {
  if (start.call !== undefined) return `${start.source} runs java`;
  if (start.other && image?.kind === 'runtime') return undefined;
  if (image !== undefined && image.kind !== 'runtime' && runsSomethingElse(container, script)) return undefined;
  if (image !== undefined) return `the image is ${image.name}`;
  if (isH2oByName(container)) return container.h2o ? 'the resource is an H2O cluster' : 'the image is named for H2O';
  const telling = [...container.environment.values()].find(
    (variable) =>
      (isConventional(variable) || BY_THE_JVM.includes(variable.name)) &&
      (variable.value === undefined || OPTION_TEXT.test(variable.value)),
  );
  return telling && `${telling.name} is set`;
}

/** An option that a variable or an argument file brought into the command line stands where it is set. */
function commandOptions(
  start: Start,
  call: JavaCall,
  container: Container,
  files: readonly ArgumentFile[],
): LaunchOption[] {
  const filed = files.flatMap((file) => fileOptions({ path: file.path, text: file.text }));
  const variables = start.used.flatMap((name) => container.environment.get(name) ?? []);
  return optionsOf(call.options, start.at, start.source, start.via(container), false).map((option) => {
    const origin = variables.find(({ value }) => value !== undefined && shellWords(value).includes(option.option.text));
    const written = filed.find((one) => one.option.text === option.option.text);
    if (origin === undefined)
      return written === undefined ? option : { ...written, via: [usedAt(start, written.source)] };
    const via = [usedAt(start, origin.name), ...(origin.via ?? [])];
    return { ...option, at: origin.at, source: `${origin.name} (${origin.source})`, via };
  });
}

const usedAt = ({ at, source }: Start, what: string): TraceStep => ({
  path: at.path,
  line: at.line,
  label: `${source} expands ${what}`,
});

const isConventional = (variable: Variable): boolean => CONVENTIONAL.test(variable.name);

export function variableOptions(variable: Variable | undefined): LaunchOption[] {
  if (variable === undefined) return [];
  const via = variable.via ?? [];
  const source = `${variable.name} (${variable.source})`;
  return optionsOf(variable.value === undefined ? [] : shellWords(variable.value), variable.at, source, via, false);
}

function optionsOf(
  words: readonly string[],
  at: Place,
  source: string,
  via: readonly TraceStep[],
  byImage: boolean,
): LaunchOption[] {
  return words.flatMap((word) => {
    const option = heapOption(word);
    return option === undefined ? [] : [{ option, at, source, via, byImage }];
  });
}

/** What a known image's start script makes of its variables. */
function scriptOptions(container: Container, image: JvmImage, files: readonly OptionFile[]): LaunchOption[] {
  const imageAt = container.image?.at ?? container.at;
  // Some images have a tag for each script and no command.
  const command = [...effectiveCommand(container).words, imageTag(container.image?.value ?? '') ?? ''].join(' ');
  const defaults = image.scripts?.find((script) => script.command.test(command))?.defaults ?? image.defaults;
  const fallback = (key: string): LaunchOption[] =>
    optionsOf(shellWords(defaults?.[key] ?? ''), imageAt, `${image.name}'s default`, [], true);
  const sizes = (image.sizes ?? []).flatMap((name): LaunchOption[] => {
    const variable = container.environment.get(name);
    const bytes = variable?.value === undefined ? undefined : hotspotBytes(variable.value);
    if (variable === undefined) return [];
    const option: HeapOption =
      bytes === undefined
        ? { kind: 'unknown', text: name }
        : { kind: 'max', bytes, text: `${name}=${variable.value ?? ''}` };
    return [
      { option, at: variable.at, source: `${name} (${variable.source})`, via: variable.via ?? [], byImage: false },
    ];
  });
  const options = image.variables.flatMap((name) => {
    const variable = container.environment.get(name);
    return variable === undefined ? fallback(name) : variableOptions(variable);
  });
  // A file that is not in the repository may say anything.
  const own = files.some(({ text }) => text === undefined) ? [] : fallback('');
  return [...own, ...files.flatMap(fileOptions), ...sizes, ...options];
}

/** One option a line; Elasticsearch puts the Java versions it is meant for before it (`17-:-Xmx4g`). */
function fileOptions({ path, text }: OptionFile): LaunchOption[] {
  return (text ?? '').split(/\r?\n/).flatMap((line, index) => {
    const words = line.trim().replace(/^\d+(?:-\d*)?:/, '');
    const at = { path, line: index + 1, endLine: index + 1 };
    return words.startsWith('-') ? optionsOf(shellWords(words), at, path, [], false) : [];
  });
}

export function ineffective(
  container: Container,
  readers: readonly string[],
  starter: string,
): JvmLaunch['ineffective'] {
  return [...container.environment.values()]
    .filter(
      (variable) =>
        isConventional(variable) && !readers.includes(variable.name) && variableOptions(variable).length > 0,
    )
    .map((variable) => ({ variable, reason: `${starter} does not expand it` }));
}

function openEnds(container: Container, start: Start, readers: readonly string[] | undefined): string[] {
  const open = [...container.environmentGaps];
  for (const file of start.call?.argumentFiles ?? []) open.push(`the options file ${file} is inside the image`);
  const read = [
    ...BY_THE_JVM,
    ...(readers ?? [...container.environment.keys()].filter((name) => CONVENTIONAL.test(name))),
  ];
  for (const name of read) {
    const variable = container.environment.get(name);
    if (variable !== undefined && variable.value === undefined) open.push(`${name} is not set in the repository`);
  }
  if (start.call?.options.some((word) => word.includes(UNKNOWN)) === true)
    open.push(`${start.source} uses a variable that is not set in the repository`);
  return open;
}

/** JDK_JAVA_OPTIONS came with Java 9. */
function isJava8(container: Container): boolean {
  const tag = imageTag(container.built?.base ?? container.image?.value ?? '') ?? '';
  return /^(?:1\.)?8(?:[^\d.]|u|$)/.test(tag);
}
