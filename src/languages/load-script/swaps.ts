/** Whether a command, a call or a request puts another model or another version of the service in place. */

const MODEL_FILE = /\.(?:zip|mojo|onnx|pkl|joblib|bst|json|ubj|pt)$/i;
/** Routes that take a new model in: `/admin/reload`, `/models/score/activate`. */
const ROUTE =
  /\/(?:-\/)?(?:reload|swap|promote|activate|refresh)(?:[-_/?]|$)|\/models?\/[^\s?]{0,80}\b(?:load|reload|activate|switch|deploy|promote)\b/i;
const NAMED =
  /(?:swap|reload|switch|promote|activate|deploy|replace|roll_?out|publish)_?(?:the_?)?(?:new_?)?(?:model|mojo|version|artifact)|^(?:transition_model_version_stage|set_registered_model_alias|rolling_?update|hot_?(?:swap|reload))$/i;

const KUBECTL: readonly (readonly string[])[] = [
  ['rollout', 'restart'],
  ['rollout', 'undo'],
  ['set', 'image'],
  ['apply'],
  ['patch'],
  ['replace'],
  ['argo', 'rollouts', 'set'],
  ['argo', 'rollouts', 'promote'],
  ['argo', 'rollouts', 'restart'],
];

/** @param words a simple command, wrappers (`sudo`, `npx`) taken away */
export function swapsByCommand(words: readonly string[]): boolean {
  const [first = '', ...rest] = words;
  const program = first.split('/').at(-1) ?? '';
  const plain = rest.filter((word) => !word.startsWith('-'));
  const says = (...wanted: readonly string[]): boolean =>
    wanted.every((word, index) => plain.indexOf(word) >= (index === 0 ? 0 : plain.indexOf(wanted[index - 1] ?? '')));
  switch (program) {
    case 'kubectl':
    case 'oc':
      return KUBECTL.some((wanted) => says(...wanted));
    case 'helm':
      return says('upgrade');
    case 'nomad':
      return says('job', 'run');
    case 'docker':
    case 'podman':
      return says('service', 'update') || says('stack', 'deploy') || (says('compose', 'up') && recreates(rest));
    case 'docker-compose':
      return says('up') && recreates(rest);
    case 'cp':
    case 'mv':
    case 'ln':
      return plain.some((word) => MODEL_FILE.test(word) && !/\.json$/i.test(word));
    case 'curl':
    case 'wget':
    case 'http':
    case 'xh':
      return rest.some((word) => ROUTE.test(word));
    default:
      return (
        NAMED.test(scriptName(program)) ||
        (INTERPRETERS.test(program) && plain.some((word) => NAMED.test(scriptName(word))))
      );
  }
}

const INTERPRETERS = /^(?:python[\d.]*|bash|sh|node|make|just)$/;
/** `scripts/swap-model.sh` → `swap_model`. */
const scriptName = (word: string): string => (word.split('/').at(-1) ?? '').replace(/\.\w+$/, '').replaceAll('-', '_');

const recreates = (words: readonly string[]): boolean =>
  words.some((word) => ['--no-deps', '--force-recreate', '--build'].includes(word));

/** @param callee names of the chain that is called; @param texts the strings among its arguments */
export function swapsByCall(callee: string, texts: readonly string[]): boolean {
  const name = callee.split('.').at(-1) ?? '';
  if (NAMED.test(name)) return true;
  return (
    /^(?:post|put|patch|get|request|asyncRequest|fetch|exec)$/.test(name) && texts.some((text) => ROUTE.test(text))
  );
}
