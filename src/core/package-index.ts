/** Which distributions does a package index (PEP 503) know? Plain data, so that it can cross a thread boundary. */
export interface PackageQuestion {
  /** Base address of the simple API, from the base branch's configuration: `https://pypi.org/simple`. */
  readonly index: string;
  /** Normalised by PEP 503, each once. */
  readonly names: readonly string[];
}

/** `established`: it has had so many releases that nobody put it there yesterday to catch a typing mistake. */
export type PackageAnswer =
  | { readonly kind: 'known'; readonly established: boolean }
  | { readonly kind: 'unknown' }
  /** Too slow, failing, or not to be asked. */
  | { readonly kind: 'failed'; readonly reason: string };

export type PackageAnswers = Readonly<Record<string, PackageAnswer>>;

/** Answers every name; never throws. */
export type AskPackageIndex = (question: PackageQuestion) => Promise<PackageAnswers>;
