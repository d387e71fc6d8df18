/** A JVM dependency as one file declares it. */
export interface JvmDependency {
  readonly group: string;
  readonly artifact: string;
  /** Undefined when another file decides (a parent, a bill of materials, a variable). */
  readonly version: string | undefined;
  /** The version as written, when it holds names that this file does not settle: `$h2oVersion`, `${h2o.version}`. */
  readonly open?: string;
  /** The line of the version, else of the artifact. */
  readonly line: number;
}

/** What a build file declares, and the literal values it gives names, for itself and for files below it. */
export interface BuildFile {
  readonly dependencies: readonly JvmDependency[];
  readonly values: Readonly<Record<string, string>>;
}

/** `$name` and `${name}` filled in; a dotted name is also known by its last part. */
export function settled(version: string, value: (name: string) => string | undefined): string {
  return version.replace(
    /\$\{?([\w.-]+)\}?/g,
    (whole, name: string) => value(name) ?? value(name.split('.').at(-1) ?? '') ?? whole,
  );
}

/** One release, and no range or variable. */
export const isSettled = (version: string): boolean => !/[$+[\](),]/.test(version);
