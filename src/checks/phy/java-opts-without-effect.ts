import { defineCheck, type CheckContext } from '../../core/check.js';
import type { Fix } from '../../core/types.js';
import { jvmMemory, type JvmLaunch } from '../../models/jvm/index.js';
import { Findings, locationOf, titleOf, traceOf } from './support/places.js';
import { replaceOnLine } from './support/replace.js';

export const javaOptsWithoutEffect = defineCheck({
  id: 'phy/java-opts-without-effect',
  task: 'LEAD-PHY-01-01',
  severity: 'warn',
  flags: 'Flags heap options in JAVA_OPTS and its like that nothing expands on the way to the JVM.',
  why: `No JVM reads \`JAVA_OPTS\`. It is a convention of start scripts (Tomcat's \`catalina.sh\`, Jenkins, Gradle's generated scripts): where the entry point is \`java -jar app.jar\`, or the
image's script reads another name (\`ES_JAVA_OPTS\`, \`KAFKA_HEAP_OPTS\`, \`JAVA_OPTIONS\`), the value is ignored without a word, and the JVM runs with a quarter of the memory.

\`JAVA_TOOL_OPTIONS\` is read by every JVM itself, \`JDK_JAVA_OPTIONS\` by the \`java\` launcher from Java 9 on. Flagged only where the command line or the start script is known; with an image
whose entry point is not in the repository the variable is taken to work.

Sources: [JAVA_TOOL_OPTIONS](https://docs.oracle.com/en/java/javase/17/troubleshoot/environment-variables-and-system-properties.html), [JDK_JAVA_OPTIONS](https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#using-the-jdk_java_options-launcher-environment-variable).`,
  reference: 'jvm_memory',
  examples: {
    bad: [
      {
        title: 'the entry point in JSON form expands nothing',
        files: {
          'docker-compose.yml':
            'services:\n  scorer:\n    build: .\n    environment:\n      JAVA_OPTS: "-Xmx2g"\n    mem_limit: 4g\n',
          Dockerfile: 'FROM eclipse-temurin:17-jre\nCOPY app.jar /app.jar\nENTRYPOINT ["java", "-jar", "/app.jar"]\n',
        },
      },
    ],
    good: [
      {
        title: 'a shell expands it, or the JVM reads it',
        files: {
          'docker-compose.yml':
            'services:\n  scorer:\n    build: .\n    environment:\n      JAVA_OPTS: "-Xmx2g"\n    mem_limit: 4g\n  batch:\n    image: eclipse-temurin:17-jre\n    command: java -jar /batch.jar\n    environment:\n      JAVA_TOOL_OPTIONS: "-Xmx2g"\n    mem_limit: 4g\n',
          Dockerfile:
            'FROM eclipse-temurin:17-jre\nCOPY app.jar /app.jar\nENTRYPOINT exec java $JAVA_OPTS -jar /app.jar\n',
        },
      },
    ],
  },
  async run(context) {
    const all = await context.model(jvmMemory);
    if (all.length === 0) return 'not-applicable';
    const findings = new Findings();
    for (const { workload, container, launch } of all) {
      for (const { variable, reason } of launch.ineffective) {
        const location = locationOf(variable.at);
        const better = nameThatWorks(launch);
        const fix = container.environment.has(better)
          ? undefined
          : await renamed(variable.at.path, variable.at.line, variable.name, better, context);
        findings.add(workload, {
          location,
          message: `${titleOf(workload, container)}: ${variable.name} has no effect here, because ${reason}.`,
          consequence: `The JVM never sees ${(variable.value ?? '').slice(0, 120)} and sizes its heap by its default. ${better} reaches it.`,
          evidence: `${container.name} ${variable.name}=${(variable.value ?? '').slice(0, 200)}`,
          ...traceOf(location, [
            ...(variable.via ?? []),
            { path: container.at.path, line: container.at.line, label: titleOf(workload, container) },
          ]),
          ...(fix ? { fix } : {}),
        });
      }
    }
    return findings.list;
  },
});

const nameThatWorks = ({ image }: JvmLaunch): string => image?.variables[0] ?? 'JAVA_TOOL_OPTIONS';

/** The variable's name on its line, where it stands there once and is no part of a longer name. */
async function renamed(
  path: string,
  line: number,
  from: string,
  to: string,
  context: CheckContext,
): Promise<Fix | undefined> {
  const fix = await replaceOnLine(context, path, line, [[from, to]]);
  return fix !== undefined && new RegExp(`(?:^|[\\s"'-])${to}\\s*["']?\\s*[:=]`).test(fix.replacement)
    ? fix
    : undefined;
}
