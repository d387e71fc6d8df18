/** One source line of running text, without markup: images and struck-out text are left out, code keeps its content. */
export interface TextLine {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  /** The bold text with which the line begins: `Thesis:` in `**Thesis:** we keep the pool`. */
  readonly lead?: string;
}

export interface Cell {
  readonly text: string;
  readonly line: number;
}

interface Place {
  /** 1-based lines, both included. */
  readonly start: number;
  readonly end: number;
  /** How many block quotes surround it. */
  readonly quote: number;
  /** How many lists surround it. */
  readonly list: number;
}

/** A leaf of the document, in document order. Lists and quotations are not blocks: their leaves know how deep they are. */
export type Block = Place &
  (
    | { readonly kind: 'heading'; readonly level: number; readonly text: string }
    | {
        readonly kind: 'paragraph';
        readonly lines: readonly TextLine[];
        /** Set on the first paragraph of a list item. */
        readonly item?: { readonly ordered: boolean; readonly checked?: boolean };
      }
    | { readonly kind: 'code'; readonly language: string; readonly lines: readonly TextLine[] }
    | { readonly kind: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
    | { readonly kind: 'comment'; readonly text: string }
    | { readonly kind: 'rule' }
  );

export interface Link {
  readonly text: string;
  readonly url: string;
  readonly line: number;
}

export interface MarkdownFacts {
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** Content between the `---` lines at the top of a file. */
  readonly frontMatter?: { readonly text: string; readonly start: number; readonly end: number };
  /** Number of lines of the text. */
  readonly lines: number;
}
