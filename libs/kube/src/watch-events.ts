import type { KubeObject } from '@tagstream/api-types';
import { answerError } from './answer-error.ts';
import { asRecord } from './as-record.ts';
import { jsonLines } from './json-lines.ts';
import type { WatchEvent } from './kube-client.ts';
import { KubeError } from './kube-error.ts';

/**
 * The events in the body of a watch. An ERROR event is thrown as the error that its `Status` means: `gone` when the
 * resourceVersion is too old.
 */
export async function* watchEvents<T extends KubeObject>(
  request: string,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const line of jsonLines(body)) {
    const event = asRecord(line);
    const object = asRecord(event?.object);
    if (event?.type === 'ERROR') throw statusError(request, object);
    if (!isEventType(event?.type) || asRecord(object?.metadata) === undefined) {
      throw new KubeError('unknown', `${request}: not a watch event: ${JSON.stringify(line).slice(0, 100)}`);
    }
    // The type is the caller's knowledge of the kind, as everywhere in this client.
    yield { type: event.type, object: object as unknown as T };
  }
}

function isEventType(type: unknown): type is WatchEvent<unknown>['type'] {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
}

function statusError(request: string, status: Record<string, unknown> | undefined): KubeError {
  const code = status?.code;
  return answerError({ request, status: typeof code === 'number' ? code : 500, body: status }, 0);
}
