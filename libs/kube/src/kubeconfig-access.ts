import { asRecord } from './as-record.ts';
import type { AccessContext, ClusterAccess, Credential, ServerTrust } from './cluster-access.ts';
import { execCredentialSource } from './exec-credential.ts';
import { KubeError } from './kube-error.ts';
import {
  type Kubeconfig,
  type KubeconfigEntry,
  pathField,
  pemField,
  readKubeconfig,
  textField,
} from './kubeconfig-file.ts';
import { tokenFileSource } from './token-file.ts';

/**
 * Access to the cluster of a context of kubeconfig files, `current-context` by default.
 * @throws KubeError `invalid` naming the file and the entry that is missing or wrong.
 */
export async function kubeconfigAccess(
  files: readonly string[],
  contextName: string | undefined,
  context: AccessContext,
): Promise<ClusterAccess> {
  const config = await readKubeconfig(files);
  const { cluster, user } = selectContext(config, files, contextName);
  const proxyUrl = textField(cluster, 'proxy-url');
  return {
    server: serverUrl(cluster),
    trust: await serverTrust(cluster),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    credential: user === undefined ? anonymous : await userCredential(user, cluster, context),
  };
}

async function anonymous(): Promise<Credential> {
  return { headers: {} };
}

function selectContext(
  config: Kubeconfig,
  files: readonly string[],
  contextName: string | undefined,
): { cluster: KubeconfigEntry; user: KubeconfigEntry | undefined } {
  const where = `kubeconfig ${files.join(', ')}`;
  const name = contextName ?? config.currentContext;
  if (name === undefined) throw new KubeError('invalid', `${where}: current-context is not set: name a context`);
  const entry = config.contexts.get(name);
  if (entry === undefined) {
    const known = [...config.contexts.keys()].join(', ') || 'none';
    throw new KubeError('invalid', `${where}: context "${name}" does not exist: choose one of: ${known}`);
  }
  const clusterName = textField(entry, 'cluster');
  const cluster = clusterName === undefined ? undefined : config.clusters.get(clusterName);
  if (cluster === undefined) {
    throw new KubeError('invalid', `${where}: cluster "${clusterName ?? ''}" of context "${name}" does not exist`);
  }
  const userName = textField(entry, 'user');
  const user = userName === undefined ? undefined : config.users.get(userName);
  if (userName !== undefined && user === undefined) {
    throw new KubeError('invalid', `${where}: user "${userName}" of context "${name}" does not exist`);
  }
  return { cluster, user };
}

function serverUrl(cluster: KubeconfigEntry): URL {
  const server = textField(cluster, 'server');
  const url = server === undefined ? null : URL.parse(server);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new KubeError('invalid', `kubeconfig ${cluster.file}: server "${server ?? ''}" is not an http or https URL`);
  }
  return url;
}

async function serverTrust(cluster: KubeconfigEntry): Promise<ServerTrust> {
  const ca = await pemField(cluster, 'certificate-authority');
  const servername = textField(cluster, 'tls-server-name');
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(servername === undefined ? {} : { servername }),
    insecureSkipVerify: cluster.fields['insecure-skip-tls-verify'] === true,
  };
}

async function userCredential(
  user: KubeconfigEntry,
  cluster: KubeconfigEntry,
  context: AccessContext,
): Promise<() => Promise<Credential>> {
  if (user.fields['auth-provider']) {
    throw new KubeError('invalid', `kubeconfig ${user.file}: auth-provider is obsolete: use an exec plugin`);
  }
  const cert = await pemField(user, 'client-certificate');
  const key = await pemField(user, 'client-key');
  if ((cert === undefined) !== (key === undefined)) {
    throw new KubeError('invalid', `kubeconfig ${user.file}: client-certificate and client-key go together`);
  }
  const fixed = { ...impersonation(user), ...basicAuthorization(user) };
  const certificate = cert === undefined || key === undefined ? {} : { cert, key };
  const token = tokenSource(user, context);
  const exec = asRecord(user.fields.exec);
  const plugin =
    exec === undefined ? undefined : execCredentialSource({ file: user.file, fields: exec }, cluster, context);
  return async () => {
    const bearer = await token();
    const base: Credential = { headers: { ...fixed, ...bearer }, ...certificate };
    if (plugin === undefined) return base;
    const { headers, ...rest } = await plugin();
    return { ...base, ...rest, headers: { ...base.headers, ...headers } };
  };
}

/** A token file wins over a fixed token, as in client-go. */
function tokenSource(user: KubeconfigEntry, context: AccessContext): () => Promise<Record<string, string>> {
  const path = pathField(user, 'tokenFile');
  const fixed = textField(user, 'token');
  const read = path === undefined ? async () => fixed : tokenFileSource(path, context.now);
  return async () => {
    const token = await read();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  };
}

function basicAuthorization(user: KubeconfigEntry): Record<string, string> {
  const name = textField(user, 'username');
  if (name === undefined) return {};
  const pair = `${name}:${textField(user, 'password') ?? ''}`;
  return { authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}

function impersonation(user: KubeconfigEntry): Record<string, string | readonly string[]> {
  const name = textField(user, 'as');
  const uid = textField(user, 'as-uid');
  const groups = user.fields['as-groups'];
  const extra = Object.entries(asRecord(user.fields['as-user-extra']) ?? {});
  return {
    ...(name === undefined ? {} : { 'impersonate-user': name }),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
    ...(Array.isArray(groups) ? { 'impersonate-group': groups.map(String) } : {}),
    ...Object.fromEntries(
      extra.map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key).toLowerCase()}`,
        Array.isArray(values) ? values.map(String) : [String(values)],
      ]),
    ),
  };
}
