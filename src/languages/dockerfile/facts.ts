/** A Dockerfile as written. Variables stand unexpanded: their values depend on build arguments, see `resolveStage`. */
export interface DockerfileFacts {
  /** `ARG`s before the first `FROM`: they count in `FROM` lines, and in a stage only where it names them again. */
  readonly args: readonly Pair[];
  readonly stages: readonly Stage[];
}

export interface Stage {
  /** `FROM … AS name`, in lower case (names are case-insensitive). */
  readonly name?: string;
  /** An image, `scratch`, or the name of an earlier stage; may hold variables. */
  readonly from: string;
  readonly platform?: string;
  readonly line: number;
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  /** In upper case: `RUN`, `COPY`. For `ONBUILD RUN …` it is `RUN`, with {@link onbuild}. */
  readonly keyword: string;
  readonly onbuild?: true;
  readonly line: number;
  readonly endLine: number;
  /** `--from=build` → `from: build`; a flag without a value is the empty string, of a repeated one the last. */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows keyword and flags: continuations joined, comments between them dropped, heredoc bodies after line breaks. */
  readonly text: string;
  /** Offset in `text` → line of the file, ascending; see {@link lineAt}. */
  readonly starts: readonly (readonly [number, number])[];
  /** For ENV, ARG and LABEL. */
  readonly pairs?: readonly Pair[];
  /** For RUN, CMD, ENTRYPOINT and SHELL: JSON form. Without it they are in shell form, and `text` is the command line. */
  readonly exec?: readonly string[];
}

/** `raw` is unexpanded, quotes included; undefined for an `ARG` without default. */
export interface Pair {
  readonly name: string;
  readonly raw: string | undefined;
  readonly line: number;
}

/** The file's line on which `text[offset]` of an instruction stands. */
export function lineAt(instruction: Pick<Instruction, 'line' | 'starts'>, offset: number): number {
  let low = 0;
  let high = instruction.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((instruction.starts[middle]?.[0] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return instruction.starts[low]?.[1] ?? instruction.line;
}
