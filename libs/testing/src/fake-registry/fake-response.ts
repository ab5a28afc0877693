/** An answer, made by a route and written by the server. */
export interface FakeResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Content whose delivery can be disturbed: manifests and blobs. */
  readonly content?: boolean;
}

/** An error body by the OCI distribution specification, "Error Codes". */
export function ociError(status: number, code: string, headers: Readonly<Record<string, string>> = {}): FakeResponse {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] });
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): FakeResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
