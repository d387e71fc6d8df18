/** A chart to render: its own files, and nothing else of the repository. Plain data. */
export interface RenderRequest {
  readonly files: readonly ChartFile[];
  /** Paths among `files` of further values files, the last one wins. */
  readonly values: readonly string[];
}

export interface ChartFile {
  /** Relative to the chart's directory. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What `helm template` prints for one template, or why there is nothing. */
export type Rendering =
  | { readonly kind: 'done'; readonly templates: readonly RenderedTemplate[] }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RenderedTemplate {
  /** Relative to the chart's directory: `templates/deployment.yaml`. */
  readonly path: string;
  readonly text: string;
}

export type Render = (request: RenderRequest) => Promise<Rendering>;
