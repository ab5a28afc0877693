import { KubeError } from './kube-error.ts';

const NEWLINE = 0x0a;

/**
 * etcd takes objects of 1.5 MiB by default, the API server's requests end at 3 MiB, and JSON may be several times its
 * protobuf. A longer line is no watch event.
 */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Reads newline-delimited JSON as it comes, holding one line at most. A last line that the connection cut off before its
 * newline is dropped: it is not known to be whole.
 * @throws KubeError `unknown` at a line that is not JSON or too long.
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<unknown, void, undefined> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      requireFits(pendingBytes + end - start, maxLineBytes);
      const line = Buffer.concat(pending).toString('utf8');
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.trim() !== '') yield parseLine(line);
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
      requireFits(pendingBytes, maxLineBytes);
    }
  }
}

function requireFits(bytes: number, maxLineBytes: number): void {
  if (bytes <= maxLineBytes) return;
  throw new KubeError('unknown', `line of more than ${maxLineBytes} bytes: not a watch event`);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new KubeError('unknown', `not JSON: ${line.slice(0, 100)}`, { cause });
  }
}
