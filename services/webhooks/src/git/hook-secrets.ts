import type { KubeObject } from '@tagstream/api-types';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';

/** What a Secret says about a hook. */
export interface HookSecret {
  /** `WebHookSecretKey`: the secret in the URL; empty when there is none. */
  readonly value: string;
  /** The lines of `signingSecret`: what deliveries must be signed with. */
  readonly signing: readonly string[];
}

export type SecretRead =
  | { readonly kind: 'found'; readonly secret: HookSecret }
  | { readonly kind: 'missing' }
  /** The API server does not let this service read it. */
  | { readonly kind: 'refused' }
  /** No answer, now or lately. */
  | { readonly kind: 'unknown' };

/** The Secrets that triggers name. Never throws. */
export interface HookSecrets {
  readonly read: (namespace: string, name: string) => Promise<SecretRead>;
}

export interface HookSecretsOptions {
  readonly kube: Pick<KubeClient, 'get'>;
  readonly clock: { readonly now: () => number };
  /** A Secret may not be read, or the API server did not answer. */
  readonly onProblem: (namespace: string, name: string, error: unknown) => void;
}

/** How long an answer counts. Whoever guesses secrets causes one request in this time; a new secret counts after it. */
const FRESH_MS = 5_000;

/** How long an answer counts while the API server gives no other, so that hooks are taken while it is restarted. */
const STALE_MS = 10 * 60_000;

/** How long the API server may take. Senders wait 10 s for their answer. */
const READ_TIMEOUT_MS = 2_000;

/** Secrets that are remembered; the one asked for longest ago goes first. */
const MAX_SECRETS = 1_000;

interface Entry {
  readonly answer: Promise<SecretRead>;
  readonly atMs: number;
}

/** Reads Secrets one by one when they are needed: a watch would hold all Secrets of the cluster in memory. */
export function createHookSecrets({ kube, clock, onProblem }: HookSecretsOptions): HookSecrets {
  const entries = new Map<string, Entry>();
  const known = new Map<string, { readonly read: SecretRead; readonly atMs: number }>();

  async function ask(key: string, namespace: string, name: string): Promise<SecretRead> {
    const atMs = clock.now();
    try {
      const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
      const secret = await kube.get<SecretObject>({ resource: resources.secrets, namespace, name }, { signal });
      return keep(known, key, { read: { kind: 'found', secret: hookSecret(secret) }, atMs }).read;
    } catch (error) {
      if (isKubeError(error, 'not_found')) return keep(known, key, { read: { kind: 'missing' }, atMs }).read;
      onProblem(namespace, name, error);
      if (isKubeError(error) && !error.retryable) return keep(known, key, { read: { kind: 'refused' }, atMs }).read;
      const last = known.get(key);
      return last !== undefined && atMs < last.atMs + STALE_MS ? last.read : { kind: 'unknown' };
    }
  }

  return {
    read: (namespace, name) => {
      const key = `${namespace}/${name}`;
      const now = clock.now();
      const entry = entries.get(key);
      if (entry !== undefined && now < entry.atMs + FRESH_MS) return entry.answer;
      return keep(entries, key, { answer: ask(key, namespace, name), atMs: now }).answer;
    },
  };
}

function keep<T>(map: Map<string, T>, key: string, value: T): T {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_SECRETS && oldest !== undefined) map.delete(oldest);
  return value;
}

interface SecretObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>> | null;
}

function hookSecret({ data }: SecretObject): HookSecret {
  const text = (key: string) => Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');
  const signing = text('signingSecret').split(/\r?\n/);
  return { value: text('WebHookSecretKey'), signing: signing.filter((line) => line !== '') };
}
