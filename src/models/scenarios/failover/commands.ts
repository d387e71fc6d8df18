import { unwrapped } from '../../../languages/load-script/commands.js';
import { writtenCommands } from '../../../languages/load-script/shell.js';
import { promotesBySql } from './sql.js';
import { namesLeader, namesStore } from './targets.js';
import type { Targets } from './targets.js';

/** `promotion`: another instance is told to lead. `loss`: the one that leads is taken away. */
export type Failure = 'promotion' | 'loss';

type Words = readonly string[];

const DEEPEST = 4;

/** What a command does to a datastore; undefined for other commands. */
export function failureBy(words: Words, own: Targets, depth = 0): Failure | undefined {
  const bare = unwrapped(words);
  const inner = depth < DEEPEST ? within(bare) : [];
  if (inner.length > 0) return first(inner.map((one) => failureBy(one, own, depth + 1)));
  return promotes(bare) ? 'promotion' : takesAway(bare, own) ? 'loss' : undefined;
}

const first = (found: readonly (Failure | undefined)[]): Failure | undefined => found.find((one) => one !== undefined);
const programOf = (words: Words): string => words[0]?.split('/').at(-1) ?? '';
const plain = (words: Words): string[] => words.slice(1).filter((word) => !word.startsWith('-'));
/** Do the words stand among the operands in this order, each next to the last? */
const says = (words: Words, ...wanted: string[]): boolean => {
  const operands = plain(words).map((word) => word.toLowerCase());
  return operands.some((_, at) => wanted.every((word, offset) => operands[at + offset] === word));
};

// ── Commands inside commands ──

/** The commands that a shell, a container or another machine is told to run; none when this is no such command. */
function within(words: Words): Words[] {
  const program = programOf(words);
  if (/^(?:ba|da|z)?sh$|^su$|^runuser$/.test(program)) {
    const text = words[words.indexOf('-c') + 1];
    return words.includes('-c') && text !== undefined ? parsed(text) : [];
  }
  if (program === 'ssh')
    return parsed(words.slice(words.findIndex((_, at) => at > 0 && isHost(words, at)) + 1).join(' '));
  if (program === 'gosu' || program === 'su-exec') return [words.slice(2)];
  if (!CONTAINERS.has(program) || !words.includes('exec')) return [];
  const rest = words.slice(words.indexOf('exec') + 1);
  const dashes = rest.indexOf('--');
  if (dashes >= 0) return [rest.slice(dashes + 1)];
  const target = rest.findIndex((word, at) => !word.startsWith('-') && !VALUED.test(rest[at - 1] ?? ''));
  return target < 0 ? [] : [rest.slice(target + 1)];
}

const CONTAINERS = new Set(['docker', 'podman', 'docker-compose', 'podman-compose', 'kubectl', 'oc']);
/** Options of `exec` that take a word of their own. */
const VALUED = /^(?:-[unewc]|--(?:user|namespace|env|workdir|container|index))$/;
const isHost = (words: Words, at: number): boolean =>
  !(words[at] ?? '').startsWith('-') && !/^-[bcDEeFIiJLlmOopQRSWw]$/.test(words[at - 1] ?? '');
const parsed = (text: string): Words[] => writtenCommands(text, () => 1).map((one) => one.words);

// ── Another one leads ──

function promotes(words: Words): boolean {
  const operands = plain(words).map((word) => word.toLowerCase());
  switch (programOf(words)) {
    case 'patronictl':
      return operands.includes('failover') || operands.includes('switchover');
    case 'pg_ctl':
    case 'pg_ctlcluster':
      return operands.includes('promote');
    case 'pg_autoctl':
      return (
        says(words, 'perform', 'failover') ||
        says(words, 'perform', 'switchover') ||
        says(words, 'perform', 'promotion')
      );
    case 'repmgr':
      return says(words, 'standby', 'promote') || says(words, 'standby', 'switchover');
    case 'stolonctl':
      return operands.includes('failkeeper');
    case 'psql':
      return words.some((word, at) => promotesBySql(sqlOf(word, words[at - 1])));
    case 'redis-cli':
    case 'valkey-cli':
      return says(words, 'sentinel', 'failover') || says(words, 'cluster', 'failover') || operands.includes('failover');
    case 'kubectl':
    case 'oc':
      return says(words, 'cnpg', 'promote');
    case 'kubectl-cnpg':
      return operands.includes('promote');
    case 'aws':
      return (
        operands.includes('failover-db-cluster') ||
        operands.includes('failover-global-cluster') ||
        (operands.includes('reboot-db-instance') && words.includes('--force-failover')) ||
        (operands.includes('elasticache') && operands.includes('test-failover'))
      );
    case 'gcloud':
      return operands.includes('sql') && operands.includes('failover');
    default:
      return asksPatroni(words);
  }
}

/** `-c "SELECT …"`, `-tAc…`, `--command=…`. */
function sqlOf(word: string, before: string | undefined): string {
  if (/^(?:-\w*c|--command)$/.test(before ?? '')) return word;
  return word.startsWith('--command=') ? word.slice('--command='.length) : '';
}

/** `curl -XPOST http://patroni:8008/switchover`: Patroni's own interface. */
function asksPatroni(words: Words): boolean {
  if (!/^(?:curl|wget|http|xh)$/.test(programOf(words))) return false;
  const posts = words.some((word) => /^(?:-d|--data|--json|--post-data|-XPOST|POST)/.test(word));
  return posts && words.some((word) => /^(?:https?:\/\/)?[^/\s]+\/(?:switchover|failover)\/?$/.test(word));
}

// ── The one that leads is gone ──

const COMPOSE_LOSS = new Set(['kill', 'stop', 'pause', 'restart']);

function takesAway(words: Words, own: Targets): boolean {
  const operands = plain(words);
  const target = (from: string): boolean =>
    operands.slice(operands.indexOf(from) + 1).some((word) => namesStore(word, own));
  switch (programOf(words)) {
    case 'docker':
    case 'podman':
    case 'docker-compose':
    case 'podman-compose': {
      const verb = operands.find((word) => COMPOSE_LOSS.has(word));
      if (says(words, 'network', 'disconnect')) return target('disconnect');
      return verb !== undefined && target(verb);
    }
    case 'kubectl':
    case 'oc':
      return deletesPod(words, own) || (says(words, 'drain') && words.some(namesLeader));
    case 'pumba':
      return operands.some((word) => COMPOSE_LOSS.has(word) || word === 'rm') && target(operands[0] ?? '');
    case 'redis-cli':
    case 'valkey-cli':
      return operands.some((word) => word.toLowerCase() === 'shutdown') || says(words, 'debug', 'segfault');
    case 'pkill':
    case 'killall':
      return operands.some((word) => namesStore(word, own));
    case 'systemctl':
    case 'service':
      return operands.some((word) => /^(?:stop|kill)$/.test(word)) && operands.some((word) => namesStore(word, own));
    case 'pg_ctl':
    case 'pg_ctlcluster':
      return operands.includes('stop');
    default:
      return false;
  }
}

/** `kubectl delete pod feature-store-1`, `kubectl delete pods -l role=primary`. */
function deletesPod(words: Words, own: Targets): boolean {
  const operands = plain(words);
  const at = operands.indexOf('delete');
  const kind = operands[at + 1] ?? '';
  if (at < 0 || !/^(?:po|pods?)(?:$|\/)/.test(kind)) return false;
  return words.some((word) => word !== kind && word !== 'delete' && namesStore(word, own)) || namesStore(kind, own);
}

// ── What comes after ──

const NEUTRAL = new Set(
  'echo printf exit sleep true : set cd rm mkdir cp unset trap export local return shift wait popd pushd'.split(' '),
);

/** Does a command look at what is left, or does it only clear away? */
export function looksOn(words: Words): boolean {
  const program = programOf(unwrapped(words));
  if (program === '' || NEUTRAL.has(program)) return false;
  if (!CONTAINERS.has(program)) return true;
  return !plain(words).some((word) =>
    /^(?:rm|stop|kill|down|prune|delete|start|up|unpause|restart|build|pull)$/.test(word),
  );
}
