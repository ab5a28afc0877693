import type { KubeObject } from '@tagstream/api-types';
import { type Resource, resources } from '@tagstream/kube';
import { type AccessParts, followConfigured } from './access-context.ts';
import { createHostAuthorities, type HostAuthorities } from './host-authorities.ts';
import { readTextFiles } from './read-files.ts';
import { watchOne } from './watch-one.ts';

/** A ConfigMap or a Secret. */
interface DataObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>> | null;
}

/** Certificate authorities from wherever they are configured, now and whenever they change. */
export async function startAuthorities(parts: AccessParts): Promise<HostAuthorities> {
  const { config } = parts.context;
  const authorities = createHostAuthorities();
  const use = (place: string) => (entries: Readonly<Record<string, string>>) => {
    for (const problem of authorities.set(place, entries)) parts.onProblem(problem);
  };
  const plain = (data: Readonly<Record<string, string>>) => data;
  await Promise.all([
    fromObject(parts, resources.configMaps, config.registryCaConfigMap, plain, use),
    fromObject(parts, resources.secrets, config.registryCaSecret, decoded, use),
    config.registryCaDir === undefined
      ? undefined
      : followConfigured(
          parts,
          'TAGSTREAM_REGISTRY_CA_DIR',
          config.registryCaDir,
          readTextFiles,
          use(`the directory ${config.registryCaDir}`),
        ),
  ]);
  return authorities;
}

async function fromObject(
  { context, kube, onProblem, onChange }: AccessParts,
  resource: Resource,
  name: string | undefined,
  read: (data: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
  use: (place: string) => (entries: Readonly<Record<string, string>>) => void,
): Promise<void> {
  if (name === undefined) return;
  const place = `the ${resource.kind} ${name}`;
  const check = `registry-authorities-${resource.plural}`;
  context.health.set(check, { ready: false, detail: `waiting for ${place}` });
  const watch = context.defer(
    watchOne({
      kube,
      resource,
      name,
      signal: context.signal,
      project: ({ data }: DataObject) => read(data ?? {}),
      onChange: (now) => {
        if (now === undefined)
          onProblem(`There is no ${place.replace(/^the /, '')}: the registries in it are not trusted.`);
        use(place)(now ?? {});
        onChange();
      },
      onStatus: ({ connected, reason }) =>
        context.health.set(check, {
          ready: connected,
          detail: connected ? `following ${place}` : (reason ?? 'not connected to the API server'),
        }),
    }),
  );
  await watch.synced;
}

function decoded(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]),
  );
}
