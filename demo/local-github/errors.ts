/** An answer that is not a success, in GitHub's shape. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: { readonly errors?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
  }
}

export const notFound = (): ApiError => new ApiError(404, 'Not Found');
export const unprocessable = (message: string, errors?: unknown): ApiError =>
  new ApiError(422, message, errors === undefined ? {} : { errors });
