import { expandWord, type DockerfileFacts, type Instruction } from '../../languages/dockerfile/index.js';

export type Variables = ReadonlyMap<string, string | undefined>;

/** Every instruction with the values that ARG and ENV have where it stands, stage by stage. */
export function steps(facts: DockerfileFacts): { readonly instruction: Instruction; readonly variables: Variables }[] {
  const global = new Map(
    facts.args.map(({ name, raw }) => [name, raw === undefined ? undefined : expandWord(raw, () => undefined)]),
  );
  return facts.stages.flatMap((stage) => {
    const variables = new Map<string, string | undefined>();
    return stage.instructions.map((instruction) => {
      for (const { name, raw } of instruction.pairs ?? []) {
        const inherited = instruction.keyword === 'ARG' ? global.get(name) : undefined;
        variables.set(name, raw === undefined ? inherited : expandWord(raw, (other) => variables.get(other)));
      }
      return { instruction, variables: new Map(variables) };
    });
  });
}

/** `$X` and `${X}` replaced by their values; a variable that nothing sets stays as written. */
export const filledIn = (text: string, variables: Variables): string =>
  text.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (whole, name: string) => variables.get(name) ?? whole);
