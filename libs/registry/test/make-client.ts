import { parseImageReference } from '@tagstream/image-ref';
import { onTestFinished } from 'vitest';
import { createRegistryClient, type RegistryClient, type RegistryClientOptions, RegistryError } from '../src/index.ts';

/** Short enough for a test that waits for them. */
export const SHORT_TIMEOUTS = { connectMs: 500, headersMs: 300, bodyMs: 300, totalMs: 5_000 };

/** A client that is closed at the end of the test. */
export function makeClient(options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const client = createRegistryClient({ userAgent: 'tagstream-test', clock: { now: Date.now }, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Fake registries and the real one speak HTTP on loopback. */
export const insecure = { insecure: true } as const;

/** The reference of something in a registry on loopback. */
export function refTo(registry: { readonly host: string }, rest: string) {
  return parseImageReference(`${registry.host}/${rest}`);
}

/** The error that a promise ends in; fails the test when it does not, or ends in another kind of error. */
export async function registryErrorOf(promise: Promise<unknown>): Promise<RegistryError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error('It succeeded.');
}

/** Everything that an iterable gives, in order. */
export async function allOf<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of iterable) all.push(item);
  return all;
}
