import type { Piscina } from 'piscina';
import type { FileParser, Parsed, ParserThreads } from '../core/facts.js';
import type { ParseTask } from './parser-thread.js';

/** Source for which starting a thread, and compiling its parser, pays. */
const WORTH_A_START = 400_000;
/** Source for which asking a thread that runs pays. */
const WORTH_ASKING = 100_000;
/** V8's share; the parser's own memory is freed after every file. */
const HEAP_MEGABYTES = 512;

type Threads = Piscina<ParseTask, readonly Parsed<never>[]>;

/** Threads that parse for the one that asks. They are started when they pay, and end with the thread that asked. */
export class ParserPool implements ParserThreads {
  readonly #entry: URL;
  #threads: number;
  #pool: Promise<Threads> | undefined;

  constructor(threads: number, entry = new URL('./parser-entry.cjs', import.meta.url)) {
    this.#threads = threads;
    this.#entry = entry;
  }

  get size(): number {
    return this.#threads;
  }

  pays(bytes: number): boolean {
    return this.#threads > 0 && bytes >= (this.#pool ? WORTH_ASKING : WORTH_A_START);
  }

  async parse<P>({ name }: FileParser<P>, files: readonly Uint8Array[]): Promise<readonly Parsed<P>[] | undefined> {
    this.#pool ??= this.#start();
    const task = taskOf(name, files);
    try {
      const pool = await this.#pool;
      return await pool.run(task, { transferList: [task.content.buffer] });
    } catch {
      this.#giveUp();
      return undefined;
    }
  }

  /** Most reviews start no thread, and need not load what it takes. */
  async #start(): Promise<Threads> {
    const { Piscina } = await import('piscina');
    const pool: Threads = new Piscina({
      filename: this.#entry.href,
      minThreads: 0,
      maxThreads: this.#threads,
      concurrentTasksPerWorker: 2,
      idleTimeout: 60_000,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    // A thread that fails between two tasks is told here.
    return pool.on('error', () => this.#giveUp());
  }

  /** Whatever ended a thread may end the next: from here on everything is done by the one that asks. */
  #giveUp(): void {
    this.#threads = 0;
  }

  async close(): Promise<void> {
    this.#giveUp();
    await this.#pool?.then(
      (pool) => pool.destroy(),
      () => undefined,
    );
  }
}

function taskOf(
  parser: string,
  files: readonly Uint8Array[],
): ParseTask & { readonly content: Uint8Array<ArrayBuffer> } {
  const content = new Uint8Array(files.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const ends: number[] = [];
  let end = 0;
  for (const file of files) {
    content.set(file, end);
    end += file.byteLength;
    ends.push(end);
  }
  return { parser, content, ends };
}
