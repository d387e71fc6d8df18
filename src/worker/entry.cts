import type { Review } from '../core/review.js' with { 'resolution-mode': 'import' };
import type { ReviewTask } from './protocol.js' with { 'resolution-mode': 'import' };

/**
 * What the pool loads in a thread. The pool asks `require` first, and a thread that is ended while `require` links the
 * modules of a review takes the whole process with it (a fatal error of Node in `ModuleWrap::InstantiateSync`). So this
 * one file is CommonJS, and the rest is imported, which can be cut off at any moment.
 */
module.exports = async (task: ReviewTask): Promise<Review> => {
  const { default: reviewInThread } = await import('./thread.js');
  return await reviewInThread(task);
};
