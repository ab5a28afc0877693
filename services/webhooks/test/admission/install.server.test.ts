import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { KubeObject } from '@tagstream/api-types';
import { freePort, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { ADMISSION_PATH } from '../../src/admission/admission-server.ts';
import { config } from '../../src/config.ts';
import { startCluster } from './cluster.ts';

const run = promisify(execFile);
const deploy = resolve(import.meta.dirname, '../../../../deploy');

type Manifest = KubeObject & Record<string, unknown>;

describe('the manifests of deploy/admission', () => {
  let dir: string;
  let objects: readonly Manifest[];

  const kubectl = (...args: string[]) =>
    run(inject('kubectl'), args, { env: { ...process.env, KUBECONFIG: inject('kubeconfig') } });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tagstream-install-'));
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(dir, join(deploy, 'base'))],
      components: [relative(dir, join(deploy, 'admission'))],
    };
    await writeFile(join(dir, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { stdout } = await kubectl('kustomize', dir);
    await writeFile(join(dir, 'all.yaml'), stdout);
    objects = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
  });
  afterAll(() => rm(dir, { recursive: true }));

  const find = <T>(kind: string, name: string): T => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found as T;
  };

  test('are accepted by the API server together with the base', async () => {
    await kubectl('apply', '-f', join(deploy, 'base/namespace.yaml'));
    const { stdout } = await kubectl('apply', '--dry-run=server', '-f', join(dir, 'all.yaml'));
    for (const object of [
      'service/admission',
      'secret/admission-certificate',
      'clusterrole.rbac.authorization.k8s.io/tagstream-admission',
      'role.rbac.authorization.k8s.io/admission-certificate',
      'deployment.apps/webhooks',
      'mutatingwebhookconfiguration.admissionregistration.k8s.io/tagstream-local-names',
    ]) {
      expect(stdout).toContain(object);
    }
  });

  test('name the service, the Secret and the webhook configuration as the service knows them', () => {
    interface Deployment {
      spec: { template: { spec: { containers: { env: { name: string; value?: string }[]; ports: object[] }[] } } };
    }
    const [container] = find<Deployment>('Deployment', 'webhooks').spec.template.spec.containers;
    const env = Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value]));
    const parsed = config.parse(env, () => 'a mounted file');
    expect(container?.ports).toContainEqual({ name: 'admission', containerPort: parsed.admissionPort });
    expect(parsed.admissionSecret).toBe('tagstream/admission-certificate');
    expect(find<Manifest>('Secret', 'admission-certificate').metadata.namespace).toBe('tagstream');
    expect(parsed.admissionNames).toEqual(['admission.tagstream.svc']);
    const { webhooks } = find<{ webhooks: { clientConfig: object }[] }>(
      'MutatingWebhookConfiguration',
      parsed.admissionConfiguration,
    );
    for (const { clientConfig } of webhooks) {
      expect(clientConfig).toEqual({ service: { name: 'admission', namespace: 'tagstream', path: ADMISSION_PATH } });
    }
  });

  test('cannot stop the cluster', () => {
    interface Webhook {
      readonly failurePolicy: string;
      readonly timeoutSeconds: number;
      readonly sideEffects: string;
      readonly matchConditions: object[];
      readonly namespaceSelector: { readonly matchExpressions: readonly { key: string; values: string[] }[] };
    }
    const { webhooks } = find<{ webhooks: Webhook[] }>('MutatingWebhookConfiguration', 'tagstream-local-names');
    for (const webhook of webhooks) {
      expect(webhook).toMatchObject({ failurePolicy: 'Ignore', timeoutSeconds: 2, sideEffects: 'None' });
      expect(webhook.matchConditions.length).toBeGreaterThan(0);
      expect(webhook.namespaceSelector.matchExpressions).toContainEqual({
        key: 'kubernetes.io/metadata.name',
        operator: 'NotIn',
        values: ['kube-system', 'tagstream'],
      });
    }
  });

  test('give the service the rights that it needs', async () => {
    await using cluster = await startCluster(inject('natsUrl'), inject('kubeconfig'));
    const { namespace, configuration } = cluster;
    const own = ['rights.yaml', 'certificate.yaml'].map(async (file) => {
      const text = await readFile(join(deploy, 'admission', file), 'utf8');
      return text
        .replaceAll('namespace: tagstream', `namespace: ${namespace}`)
        .replaceAll('tagstream-admission', namespace)
        .replaceAll('tagstream-local-names', configuration);
    });
    const manifest = join(dir, 'rights.yaml');
    await writeFile(manifest, (await Promise.all(own)).join('---\n'));
    await kubectl('apply', '-f', manifest);
    const kubeconfig = parse(await readFile(inject('kubeconfig'), 'utf8')) as { users: { user: object }[] };
    const users = kubeconfig.users.map(({ user, ...rest }) => ({
      ...rest,
      user: { ...user, as: `system:serviceaccount:${namespace}:webhooks` },
    }));
    await writeFile(join(dir, 'kubeconfig'), JSON.stringify({ ...kubeconfig, users }));
    const port = await freePort();
    await cluster.callWebhook(port);

    await using service = await startService('webhooks', {
      ...cluster.env(port),
      TAGSTREAM_NAMESPACE: '',
      KUBECONFIG: join(dir, 'kubeconfig'),
      TAGSTREAM_ADMISSION_SECRET: `${namespace}/admission-certificate`,
    });

    await expect.poll(async () => (await cluster.bundles()).every((pem) => pem !== '')).toBe(true);
    expect(service.lines().map(({ message }) => message)).not.toContain('admission certificate needs attention');
    await kubectl('delete', '-f', manifest, '--wait=false');
  }, 90_000);
});
