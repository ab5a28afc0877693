import type { ImageStream } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { CliError } from '../cli-error.ts';
import { follow } from '../follow.ts';
import type { Session } from '../session.ts';
import { type ImportResult, importResult } from '../tag/import-result.ts';

/** A registry answers within a second or two; what differs from the status is in it at once. */
const UNCHANGED_AFTER_MS = 5000;

/**
 * Waits until the status answers for every tag, and prints what it says. A tag whose answer changes nothing leaves no trace in
 * the status: of those it is said, after some seconds, that they are as they were.
 * @throws CliError when an import failed or no answer came in time
 */
export async function waitForImport(
  session: Session,
  before: ImageStream,
  tags: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const { host, namespace } = session;
  const key = { resource: resources.imageStreams, namespace, name: before.metadata.name };
  const results = new Map<string, ImportResult>(tags.map((tag) => [tag, { kind: 'pending' }]));
  const look = (now: ImageStream) => {
    for (const tag of tags) results.set(tag, importResult(before, now, tag));
  };
  const isOpen = (...kinds: readonly ImportResult['kind'][]) =>
    [...results.values()].some(({ kind }) => kinds.includes(kind));
  await until(session, key, Math.min(timeoutMs, UNCHANGED_AFTER_MS), (now) => {
    look(now);
    return !isOpen('pending', 'unchanged');
  });
  if (isOpen('pending')) {
    await until(session, key, timeoutMs - UNCHANGED_AFTER_MS, (now) => {
      look(now);
      return !isOpen('pending');
    });
  }
  for (const [tag, result] of results) host.out(`${before.metadata.name}:${tag} ${textOf(result)}\n`);
  const failed = [...results.values()].filter(({ kind }) => kind === 'failed').length;
  if (failed > 0) throw new CliError(`${failed} of ${results.size} tags could not be imported`);
  if (isOpen('pending')) throw new CliError(`no answer within ${timeoutMs / 1000} s: is the poller running?`);
}

/** Follows the stream until the callback says that it is enough, or the time has passed. */
async function until(
  session: Session,
  key: Parameters<typeof follow>[1],
  timeoutMs: number,
  isEnough: (stream: ImageStream) => boolean,
): Promise<void> {
  if (timeoutMs <= 0) return;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    for await (const stream of follow<ImageStream>(session, key, AbortSignal.any([session.host.signal, timeout]))) {
      if (isEnough(stream)) return;
    }
  } catch (error) {
    if (timeout.aborted) return;
    throw error;
  }
  throw new CliError(`imagestreams/${key.name} was deleted`);
}

function textOf(result: ImportResult): string {
  switch (result.kind) {
    case 'pending':
      return 'has no answer yet';
    case 'failed':
      return `could not be imported: ${result.message}`;
    case 'unchanged':
      return `is unchanged: ${result.reference}`;
    case 'imported':
      return `imported: ${result.reference}`;
  }
}
