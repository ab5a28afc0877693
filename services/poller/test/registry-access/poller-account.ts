import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, resources } from '@tagstream/kube';
import { parse, parseAllDocuments, stringify } from 'yaml';

/** The rights that the manifests give to the poller. */
const RIGHTS = new URL('../../../../deploy/base/poller-rights.yaml', import.meta.url);

const KINDS: Readonly<Record<string, Resource>> = {
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: resources.clusterRoles,
  ClusterRoleBinding: resources.clusterRoleBindings,
  Role: resources.roles,
  RoleBinding: resources.roleBindings,
};

/** A kubeconfig for the service account of the poller, with exactly the rights that the manifests give. */
export interface PollerAccount extends AsyncDisposable {
  readonly kubeconfig: string;
  /** Takes the right to read pull secrets away, or gives it back. */
  mayReadSecrets(may: boolean): Promise<void>;
}

/** Applies the manifests in a namespace other than their own, and asks for a token. */
export async function createPollerAccount(
  kube: KubeClient,
  namespace: string,
  adminKubeconfig: string,
): Promise<PollerAccount> {
  const text = (await readFile(RIGHTS, 'utf8'))
    .replaceAll('namespace: tagstream', `namespace: ${namespace}`)
    .replaceAll('name: tagstream-poller', `name: ${namespace}-poller`);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  const keyOf = ({ kind = '', metadata }: KubeObject) => {
    const resource = KINDS[kind];
    if (resource === undefined) throw new Error(`the rights hold a ${kind}`);
    return { resource, name: metadata.name, ...(resource.namespaced && { namespace }) };
  };
  const apply = (object: KubeObject) => kube.apply(keyOf(object), object, { fieldManager: 'test', force: true });
  for (const object of objects) await apply(object);

  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/poller/token`;
  const { status } = (await kube.request('POST', path, { body })) as { status: { token: string } };
  const dir = await mkdtemp(join(tmpdir(), 'poller-account-'));
  const kubeconfig = join(dir, 'kubeconfig');
  const config = parse(await readFile(adminKubeconfig, 'utf8')) as { users: { user: object }[] };
  for (const each of config.users) each.user = { token: status.token };
  await writeFile(kubeconfig, stringify(config));
  return {
    kubeconfig,
    async mayReadSecrets(may) {
      const [binding] = objects.filter(
        ({ kind, metadata }) => kind === 'ClusterRoleBinding' && metadata.name.endsWith('-pull-secrets'),
      );
      if (binding === undefined) throw new Error('the rights hold no binding for pull secrets');
      if (may) await apply(binding);
      else await kube.delete(keyOf(binding));
    },
    async [Symbol.asyncDispose]() {
      await rm(dir, { recursive: true });
      for (const object of objects) await kube.delete(keyOf(object)).catch(() => {});
    },
  };
}
