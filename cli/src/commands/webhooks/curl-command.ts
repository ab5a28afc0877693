/** A request as `fetch` takes it. */
interface PrintedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A command line that sends a request and shows the answer. It holds the proof, and with it a secret of the receiver. */
export function curlCommand({ url, headers, body }: PrintedRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`);
  return [`curl --include ${quoted(url)}`, ...lines, `--data-binary ${quoted(body.toString('utf8'))}`].join(' \\\n  ');
}

/** As a POSIX shell reads a word back. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
