import type { ParseTask } from './parser-thread.js' with { 'resolution-mode': 'import' };

/** What the pool of parsers loads in a thread; CommonJS for the reason given in entry.cts. */
module.exports = async (task: ParseTask): Promise<unknown> => {
  const { default: parseInThread } = await import('./parser-thread.js');
  return await parseInThread(task);
};
