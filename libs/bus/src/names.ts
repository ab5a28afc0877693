import type { StreamDefinition } from '@tagstream/events';

/** One token of a subject that can also start the name of a stream. */
const PREFIX = /^[A-Za-z0-9_-]+$/;

/**
 * Checks the prefix of all subjects.
 * @throws TypeError when it cannot be used: a mistake in the configuration that no retry heals.
 */
export function checkPrefix(prefix: string): string {
  if (PREFIX.test(prefix)) return prefix;
  throw new TypeError(`the subject prefix ${JSON.stringify(prefix)} must consist of letters, digits, - and _`);
}

/** Name of a stream on the server: `TAGSTREAM_TAGS`. */
export function streamName(prefix: string, name: StreamDefinition['name']): string {
  return `${prefix}_${name}`.toUpperCase();
}

/** Full subject of one below the prefix. */
export function fullSubject(prefix: string, subject: string): string {
  return `${prefix}.${subject}`;
}

/** Name of a bucket on the server: `tagstream_members`. */
export function bucketName(prefix: string, name: string): string {
  return `${prefix}_${name}`;
}
