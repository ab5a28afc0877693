import { resources } from '@tagstream/kube';
import { credentialsInSecrets, parseDockerConfig } from '@tagstream/registry';
import { type AccessParts, followConfigured } from '../registry-access/access-context.ts';
import { readTextFile } from '../registry-access/read-files.ts';
import { watchOne } from '../registry-access/watch-one.ts';
import { createPullSecrets, type Lookup, type PullSecrets } from './pull-secrets.ts';
import { asPullSecret, type Secret } from './secret-view.ts';
import { watchPullSecrets } from './watch-pull-secrets.ts';

/** Credentials from Secrets and files, as they are now. */
export interface Credentials {
  readonly lookup: (namespace: string) => Lookup;
}

/** Reads credentials from wherever they are configured, now and whenever they change. */
export async function startCredentials(parts: AccessParts): Promise<Credentials> {
  const pullSecrets = createPullSecrets();
  await Promise.all([
    followNamespaces(parts, pullSecrets),
    followClusterSecret(parts, pullSecrets),
    followFile(parts, pullSecrets),
  ]);
  return pullSecrets;
}

async function followNamespaces({ context, kube, onProblem, onChange }: AccessParts, pullSecrets: PullSecrets) {
  const { config, clock, signal, health } = context;
  if (!config.pullSecrets) return;
  health.set('pull-secrets', { ready: false, detail: 'waiting for the list of Secrets' });
  const watches = context.defer(
    watchPullSecrets({
      kube,
      clock,
      signal,
      ...(config.namespace !== undefined && { namespace: config.namespace }),
      pullSecrets,
      onChange,
      onProblem,
      onStatus: (problem) =>
        health.set('pull-secrets', { ready: problem === undefined, detail: problem ?? 'following Secrets' }),
    }),
  );
  await watches.synced;
}

async function followClusterSecret({ context, kube, onProblem, onChange }: AccessParts, pullSecrets: PullSecrets) {
  const { clusterPullSecret: name } = context.config;
  if (name === undefined) return;
  const check = 'cluster-pull-secret';
  context.health.set(check, { ready: false, detail: `waiting for the Secret ${name}` });
  const watch = context.defer(
    watchOne({
      kube,
      resource: resources.secrets,
      name,
      signal: context.signal,
      project: (secret: Secret) => credentialsInSecrets([asPullSecret(secret)]),
      onChange: (now) => {
        for (const problem of now?.problems ?? [`There is no Secret ${name}.`]) onProblem(problem);
        pullSecrets.setCluster(now?.credentials ?? []);
        onChange();
      },
      onStatus: ({ connected, reason }) =>
        context.health.set(check, {
          ready: connected,
          detail: connected ? `following the Secret ${name}` : (reason ?? 'not connected to the API server'),
        }),
    }),
  );
  await watch.synced;
}

async function followFile(parts: AccessParts, pullSecrets: PullSecrets): Promise<void> {
  const { dockerConfig: path } = parts.context.config;
  if (path === undefined) return;
  const read = async () => parseDockerConfig(await readTextFile(path), 'config.json');
  await followConfigured(parts, 'TAGSTREAM_DOCKER_CONFIG', path, read, pullSecrets.setFile);
}
