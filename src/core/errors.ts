/** A file of the snapshot that cannot be had: too large, gone, not text, refused. Becomes a {@link Gap}, never a pass. */
export class Unreadable extends Error {
  constructor(
    readonly path: string,
    readonly why: string,
  ) {
    super(`${path}: ${why}`);
    this.name = 'Unreadable';
  }
}

/** Content that an extractor cannot make sense of. The workspace turns it into a gap. */
export class Unparsable extends Error {
  constructor(
    readonly why: string,
    readonly line?: number,
    /** `unsupported` when the content is known not to be ours, rather than broken. */
    readonly kind: 'unread' | 'unsupported' = 'unread',
  ) {
    super(why);
    this.name = 'Unparsable';
  }
}

/** Thrown by a check or a model that cannot answer; the outcome says why. */
export class Inconclusive extends Error {
  constructor(readonly why: string) {
    super(why);
    this.name = 'Inconclusive';
  }
}

/** A path, option or configuration that is itself wrong: one clear sentence, exit code 2, no stack trace. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
