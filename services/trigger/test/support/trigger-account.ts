import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, resources } from '@tagstream/kube';
import { parse, parseAllDocuments, stringify } from 'yaml';

/** The rights that the manifests give to the trigger service. */
const RIGHTS = new URL('../../../../deploy/base/trigger-rights.yaml', import.meta.url);

const KINDS: Readonly<Record<string, Resource>> = {
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: resources.clusterRoles,
  ClusterRoleBinding: resources.clusterRoleBindings,
};

interface Rule {
  readonly resources: readonly string[];
}

/** A kubeconfig for the service account of the trigger service, in a namespace of a test's own. */
export interface TriggerAccount extends AsyncDisposable {
  readonly kubeconfig: string;
}

/** Applies the manifests but for the rules about some kinds, and asks for a token. */
export async function createTriggerAccount(
  kube: KubeClient,
  namespace: string,
  adminKubeconfig: string,
  without: readonly string[],
): Promise<TriggerAccount> {
  const text = (await readFile(RIGHTS, 'utf8'))
    .replaceAll('namespace: tagstream', `namespace: ${namespace}`)
    .replaceAll('name: tagstream-trigger', `name: ${namespace}-trigger`);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject & { rules?: Rule[] });
  const keyOf = ({ kind = '', metadata }: KubeObject) => {
    const resource = KINDS[kind];
    if (resource === undefined) throw new Error(`the rights hold a ${kind}`);
    return { resource, name: metadata.name, ...(resource.namespaced && { namespace }) };
  };
  for (const object of objects) {
    const rules = object.rules?.map((rule) => ({
      ...rule,
      resources: rule.resources.filter((name) => !without.includes(name)),
    }));
    const left = rules && { rules: rules.filter((rule) => rule.resources.length > 0) };
    await kube.apply(keyOf(object), { ...object, ...left }, { fieldManager: 'test', force: true });
  }
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/trigger/token`;
  const { status } = (await kube.request('POST', path, { body })) as { status: { token: string } };
  const dir = await mkdtemp(join(tmpdir(), 'trigger-account-'));
  const kubeconfig = join(dir, 'kubeconfig');
  const config = parse(await readFile(adminKubeconfig, 'utf8')) as { users: { user: object }[] };
  for (const each of config.users) each.user = { token: status.token };
  await writeFile(kubeconfig, stringify(config));
  return {
    kubeconfig,
    async [Symbol.asyncDispose]() {
      await rm(dir, { recursive: true });
      for (const object of objects) await kube.delete(keyOf(object)).catch(() => {});
    },
  };
}
