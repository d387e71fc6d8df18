import { UNKNOWN } from '../workloads/model.js';

/** A shell variable's value: undefined when it is not set, {@link UNKNOWN} when it is set to something unknown. */
export type ShellLookup = (name: string) => string | undefined;

const VARIABLE =
  /\$(?:\(([A-Za-z_]\w*)\)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?=])((?:[^{}]|\$\{[^{}]*\})*))?\}|(\((?!\()[^()]*\)|`[^`]*`|\{[^}]*\}))/g;

/**
 * A shell's expansion of variables in a command line; quotes stay. Command substitutions and the forms that are not
 * evaluated (`${X%y}`) become {@link UNKNOWN}.
 * @param used told of every variable that is read
 */
export function expandShell(
  text: string,
  lookup: ShellLookup,
  used: (name: string) => void = () => undefined,
  depth = 0,
): string {
  return text.replace(
    VARIABLE,
    (_, parenthesised?: string, plain?: string, braced?: string, operator?: string, word?: string) => {
      if (parenthesised !== undefined) return UNKNOWN;
      const name = plain ?? braced;
      if (name === undefined) return UNKNOWN;
      used(name);
      const value = lookup(name);
      const filled = value !== undefined && (operator?.startsWith(':') !== true || value !== '');
      const other = (): string => (depth < 10 ? expandShell(word ?? '', lookup, used, depth + 1) : UNKNOWN);
      if (operator?.endsWith('+') === true) return filled ? other() : '';
      if (operator?.endsWith('-') === true || operator?.endsWith('=') === true) return filled ? value : other();
      return value ?? '';
    },
  );
}

/** Kubernetes' own expansion in `command`, `args` and `env`: `$(NAME)`; an unset name stays as it is. */
export const expandKubernetes = (text: string, lookup: ShellLookup): string =>
  text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : (lookup(name) ?? whole),
  );
