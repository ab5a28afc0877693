import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build, KubeObject } from '@tagstream/api-types';
import { isKubeError, type KubeClient, type Resource, resources } from '@tagstream/kube';
import type { BuildInputs } from '../execute/build-context.ts';
import { referencedObjects } from './referenced-objects.ts';

type Data = Readonly<Record<string, Uint8Array>>;

/** The members of Secrets and ConfigMaps that are read. */
interface DataObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>> | null;
  readonly binaryData?: Readonly<Record<string, string>> | null;
}

interface Account extends KubeObject {
  readonly secrets?: readonly { readonly name?: string }[] | null;
  readonly imagePullSecrets?: readonly { readonly name?: string }[] | null;
}

/** OpenShift: builds that name none run as this service account. */
export const DEFAULT_ACCOUNT = 'builder';

/** A service account with more is not one for builds; each costs a request. */
const MAX_ACCOUNT_SECRETS = 20;

/** OpenShift: a Secret that the service account names counts where the Build names none. An absent account has none. */
export async function accountSecrets(api: Pick<KubeClient, 'get'>, build: Build): Promise<readonly string[]> {
  const { namespace = '' } = build.metadata;
  const name = build.spec.serviceAccount || DEFAULT_ACCOUNT;
  const account = await getOrNone<Account>(api, resources.serviceAccounts, namespace, name);
  const names = [...(account?.imagePullSecrets ?? []), ...(account?.secrets ?? [])].flatMap((one) => one.name ?? []);
  return [...new Set(names)].slice(0, MAX_ACCOUNT_SECRETS);
}

/** Reads what a Build needs from the API server. */
export async function inputsFromApi(api: Pick<KubeClient, 'get'>, build: Build): Promise<BuildInputs> {
  const { namespace = '' } = build.metadata;
  const names = referencedObjects(build);
  const account = await accountSecrets(api, build);
  const read = async (resource: Resource, name: string, decode: (object: DataObject) => Data) => {
    const object = await getOrNone<DataObject>(api, resource, namespace, name);
    return object === undefined ? undefined : decode(object);
  };
  return {
    secrets: await collect([...names.secrets, ...account], (name) => read(resources.secrets, name, secretData)),
    configMaps: await collect(names.configMaps, (name) => read(resources.configMaps, name, configMapData)),
    accountSecrets: account,
  };
}

/** Where a Secret or ConfigMap is mounted in the pod of a build. */
export function inputPath(root: string, kind: 'secrets' | 'configmaps', name: string): string {
  return join(root, kind, name);
}

/** Reads what a Build needs from where it is mounted, without any right to read Secrets of the API server. */
export async function inputsFromMounts(root: string, build: Build, account: readonly string[]): Promise<BuildInputs> {
  const names = referencedObjects(build);
  return {
    secrets: await collect([...names.secrets, ...account], (name) => readMount(inputPath(root, 'secrets', name))),
    configMaps: await collect(names.configMaps, (name) => readMount(inputPath(root, 'configmaps', name))),
    accountSecrets: account,
  };
}

async function collect(
  names: readonly string[],
  read: (name: string) => Promise<Data | undefined>,
): Promise<ReadonlyMap<string, Data>> {
  const found = new Map<string, Data>();
  for (const name of new Set(names)) {
    const data = await read(name);
    if (data !== undefined) found.set(name, data);
  }
  return found;
}

/** Kubernetes mounts keys as links beside its own `..data`; an optional object that does not exist is an empty directory. */
async function readMount(dir: string): Promise<Data | undefined> {
  const keys = (await readdir(dir).catch(() => [])).filter((key) => !key.startsWith('..'));
  if (keys.length === 0) return undefined;
  const entries = await Promise.all(keys.map(async (key) => [key, await readFile(join(dir, key))] as const));
  return Object.fromEntries(entries);
}

async function getOrNone<T extends KubeObject>(
  api: Pick<KubeClient, 'get'>,
  resource: Resource,
  namespace: string,
  name: string,
): Promise<T | undefined> {
  try {
    return await api.get<T>({ resource, namespace, name });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

function secretData({ data }: DataObject): Data {
  return mapValues(data, (value) => Buffer.from(value, 'base64'));
}

function configMapData({ data, binaryData }: DataObject): Data {
  return {
    ...mapValues(data, (value) => Buffer.from(value, 'utf8')),
    ...mapValues(binaryData, (value) => Buffer.from(value, 'base64')),
  };
}

function mapValues(
  data: Readonly<Record<string, string>> | null | undefined,
  decode: (value: string) => Uint8Array,
): Data {
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, decode(value)]));
}
