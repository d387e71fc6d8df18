import type { Container } from '../workloads/model.js';
import { inContainer, type H2oStart } from '../workloads/python-use.js';
import { ineffective, variableOptions, type JvmLaunch, type LaunchOption } from './launch.js';
import type { HeapOption } from './options.js';

/** The JVM that `h2o.init()` starts beside a Python program, in the same container. */
export function pythonLaunch(container: Container, starts: readonly H2oStart[]): JvmLaunch | undefined {
  const [first] = starts;
  if (first === undefined) return undefined;
  const start = starts.find(({ max }) => max !== undefined) ?? first;
  const own = (name: string): LaunchOption[] => variableOptions(container.environment.get(name));
  const size = sizeOf(start, container);
  return {
    because: `h2o.init() in ${start.at.path}`,
    image: undefined,
    kind: 'h2o',
    cluster: false,
    options: [
      ...own('JAVA_TOOL_OPTIONS'),
      ...own('JDK_JAVA_OPTIONS'),
      ...(size === undefined ? [] : [size]),
      ...own('_JAVA_OPTIONS'),
    ],
    ineffective: ineffective(container, [], 'h2o.init()'),
    startKnown: true,
    open: [],
  };
}

function sizeOf({ max, maxAt }: H2oStart, container: Container): LaunchOption | undefined {
  if (max === undefined) return undefined;
  const variable = max.environment === undefined ? undefined : container.environment.get(max.environment);
  const text = inContainer(max, container.environment);
  const bytes = text === undefined ? undefined : h2oBytes(text);
  const option: HeapOption =
    bytes === undefined
      ? { kind: 'unknown', text: 'max_mem_size' }
      : { kind: 'max', bytes, text: `max_mem_size=${text ?? ''}` };
  const use = { path: maxAt.path, line: maxAt.line, label: 'h2o.init(max_mem_size=…)' };
  return variable === undefined
    ? { option, at: maxAt, source: 'h2o.init()', via: [], byImage: false }
    : {
        option,
        at: variable.at,
        source: `${variable.name} (${variable.source})`,
        via: [use, ...(variable.via ?? [])],
        byImage: false,
      };
}

/** As H2O's Python client reads it: `4G`, `512m`, `1t`, bytes, and a number below 1000 as gigabytes. */
function h2oBytes(text: string): number | undefined {
  const match = /^(\d+)([mgt]?)$/i.exec(text.trim());
  if (match === null) return undefined;
  const number = Number(match[1]);
  const unit = { m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }[(match[2] ?? '').toLowerCase()];
  return number * (unit ?? (number < 1000 ? 1024 ** 3 : 1));
}
