import type { Extractor } from '../../core/facts.js';
import { Unparsable } from '../../core/errors.js';
import type { LoadScript, LoadTest, Swap } from './facts.js';
import { readK6Script } from './k6.js';
import { readCommands, readGatling, readJmx, readLocustFile } from './others.js';

const MAX_BYTES = 2 * 1024 * 1024;

/** Load tests that a file writes or runs, and whatever in it replaces a model while a service runs. */
export const loadScript: Extractor<LoadScript> = {
  name: 'load-script',
  version: 1,
  extract(bytes) {
    if (bytes.byteLength > MAX_BYTES) throw new Unparsable('larger than 2 MB', 1, 'unsupported');
    const text = new TextDecoder('utf-8').decode(bytes);
    const script = readK6Script(text) ?? readLocustFile(text) ?? readGatling(text) ?? readJmx(text);
    const tests: LoadTest[] = script ? [script] : readCommands(text);
    return { facts: { tests, swaps: tests.length > 0 || text.length < 200_000 ? swapsIn(text) : [] } };
  },
};

/** Commands and calls that put another model or another version of the service in place. */
const SWAP =
  /kubectl\s+(?:-\S+\s+\S+\s+)*(?:rollout\s+(?:restart|undo)|set\s+image|apply|patch|replace)\b|\bhelm\s+upgrade\b|\bargo\s*rollouts?\s+(?:set|promote|restart)|docker[ -]compose\b[^\n]{0,120}\bup\b[^\n]{0,120}(?:--no-deps|--force-recreate|--build)|docker\s+service\s+update|docker\s+stack\s+deploy|\bnomad\s+job\s+run\b|\b(?:swap|reload|hot_?swap|switch|promote|activate|deploy|replace|roll_?out|publish)_?(?:the_?)?(?:new_?)?(?:model|mojo|version|artifact)|\/(?:-\/)?(?:reload|swap|promote|activate|refresh)\b|\/models?\/[\w${}./-]{0,60}(?:load|reload|activate|switch|deploy|promote)|transition_model_version_stage|set_registered_model_alias|(?:^|[\s;&"'])(?:cp|mv|ln\s+-s\w*)\s[^\n]{0,200}\.(?:zip|mojo|onnx|pkl|joblib|bst)\b|rolling[-_ ]?update/i;

function swapsIn(text: string): Swap[] {
  const swaps: Swap[] = [];
  text.split('\n').forEach((line, index) => {
    if (swaps.length < 20 && !/^\s*(#|\/\/|\*)/.test(line) && SWAP.test(line.slice(0, 1000)))
      swaps.push({ line: index + 1, text: line.trim().slice(0, 200) });
  });
  return swaps;
}
