import type { Build, BuildConfig } from '@tagstream/api-types';
import type { EventData, GitHook } from '@tagstream/events';
import type { GitHookDeps } from '../../src/git/git-hook-routes.ts';
import type { GitHost } from '../../src/git/git-host.ts';
import type { HookSecret, SecretRead } from '../../src/git/hook-secrets.ts';
import { hookedConfig } from '../../src/git/hooked-config.ts';
import { gitHosts } from '../../src/git/hosts/index.ts';
import type { BuildOrder, Started } from '../../src/git/receive-git-hook.ts';
import type { Sample } from '../../src/sender.ts';
import { type TestHooks, testHooks } from '../hooks.ts';

/** A trigger as it is written. */
export type Trigger = NonNullable<BuildConfig['spec']['triggers']>[number];

/** A BuildConfig `shop/web` that builds `master` from git. */
export function buildConfig(triggers: Trigger[], ref = 'master'): BuildConfig {
  return {
    metadata: { namespace: 'shop', name: 'web' },
    spec: {
      source: { git: { uri: 'https://git.example.com/shop/web.git', ref } },
      strategy: { dockerStrategy: {} },
      triggers,
    },
  };
}

/** A trigger for each kind of hook, all with the same body. */
export function allTriggers(body: NonNullable<Trigger['generic']>): Trigger[] {
  return [...gitHosts.values()].map(({ type, trigger }) => ({ type: trigger, [type]: body }));
}

/** Fields of a Secret by `namespace/name`, or how reading it ends. */
export type TestSecrets = Readonly<Record<string, Partial<HookSecret> | Exclude<SecretRead['kind'], 'found'>>>;

export interface TestGitHooks extends TestHooks {
  /** What Builds were asked for, in their order. */
  readonly orders: BuildOrder[];
  readonly deferred: EventData<typeof GitHook>[];
}

export interface TestGitOptions {
  readonly config?: BuildConfig | 'unknown';
  readonly secrets?: TestSecrets;
  readonly change?: Partial<GitHookDeps>;
}

/** A hook server whose cluster is one BuildConfig, and whose Builds are a list. */
export function testGitHooks({ config, secrets = {}, change }: TestGitOptions): TestGitHooks {
  const orders: BuildOrder[] = [];
  const deferred: EventData<typeof GitHook>[] = [];
  const facts: string[] = [];
  const hooked = config === undefined || config === 'unknown' ? config : hookedConfig(config);
  let arrivals = 0;
  const gitHooks: GitHookDeps = {
    configs: (namespace, name) =>
      hooked === 'unknown' ? hooked : `${namespace}/${name}` === 'shop/web' ? hooked : undefined,
    secrets: { read: async (namespace, name) => secretRead(secrets[`${namespace}/${name}`]) },
    start: async (order): Promise<Started> => {
      orders.push(order);
      return { kind: 'built', build: builtBy(order, orders.length) };
    },
    defer: async (hook) => void deferred.push(hook),
    now: Date.now,
    newId: () => `arrival-${++arrivals}`,
    onLater: () => void facts.push('later'),
    telemetry: {
      received: ({ host }) => void facts.push(`received ${host.type}`),
      gitReceived: (_hook, { kind }) => void facts.push(`became ${kind}`),
      gitRejected: (address, status) => void facts.push(`rejected ${address?.host.type ?? 'unknown'} ${status}`),
      wrongSecret: ({ name }) => void facts.push(`wrong secret ${name}`),
      failed: (error) => void facts.push(`failed ${String(error)}`),
    },
    ...change,
  };
  const hooks = testHooks({ gitHooks });
  return { ...hooks, orders, deferred, facts };
}

/** A recorded request of a host, to a hook of `shop/web`. */
export function gitRequest(type: string, secret: string, { sample, path }: { sample?: Sample; path?: string } = {}) {
  const host = gitHosts.get(type) as GitHost;
  const { headers, body } = sample ?? (host.samples[0] as Sample);
  return {
    method: 'POST',
    url: path ?? `/apis/build.openshift.io/v1/namespaces/shop/buildconfigs/web/webhooks/${secret}/${type}`,
    headers: { ...headers },
    body: JSON.stringify(body),
  } as const;
}

/** What the API server would answer to an order. */
export function builtBy({ namespace, request }: BuildOrder, number: number): Build {
  const { triggeredBy, revision } = request;
  return {
    metadata: { namespace, name: `${request.metadata.name}-${number}` },
    spec: { strategy: {}, ...(triggeredBy && { triggeredBy }), ...(revision && { revision }) },
  };
}

function secretRead(given: TestSecrets[string] | undefined): SecretRead {
  if (given === undefined) return { kind: 'missing' };
  if (typeof given === 'string') return { kind: given };
  return { kind: 'found', secret: { value: '', signing: [], ...given } };
}
