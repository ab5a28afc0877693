import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { freePort, type ServiceProcess, startService } from '@tagstream/servers';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { splitCertificates } from '../../src/admission/certificate/certificate-set.ts';
import { managedCertificate } from '../../src/admission/certificate/managed-certificate.ts';
import { makeTrusted, readConfiguration } from '../../src/admission/certificate/trusted-authorities.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { shownCertificate } from './tls-probe.ts';

const DAY_MS = 86_400_000;
const SECRET = 'admission-certificate';

describe('a certificate that the replicas make and share', () => {
  let stack: AsyncDisposableStack;
  let cluster: Cluster;
  let issued: string[];
  let nowMs: number;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    issued = [];
    nowMs = Date.parse('2026-11-21T10:00:00.000Z');
  });
  afterEach(() => stack.disposeAsync());

  const replica = () =>
    managedCertificate({
      kube: cluster.kube,
      secret: { namespace: cluster.namespace, name: SECRET },
      configuration: cluster.configuration,
      names: ['127.0.0.1'],
      now: () => nowMs,
      onIssued: (what) => void issued.push(what),
    });
  const secretKey = () => ({ resource: resources.secrets, namespace: cluster.namespace, name: SECRET });
  const secret = () => cluster.kube.get<KubeObject & { data: Record<string, string> }>(secretKey());
  const authorities = async () =>
    splitCertificates(Buffer.from((await secret()).data['ca.crt'] ?? '', 'base64').toString('utf8'));

  test('is issued once by replicas that start at the same time', async () => {
    await cluster.callWebhook(1);
    const all = await Promise.all(Array.from({ length: 6 }, () => replica().current()));
    expect(new Set(all.map(({ certificate }) => certificate.fingerprint)).size).toBe(1);
    expect(issued).toEqual(['issue-all']);
    const [authority] = await authorities();
    await replica().current();
    for (const bundle of await cluster.bundles()) expect(splitCertificates(bundle)).toEqual([authority]);
  });

  test('fills an empty Secret, and leaves what else is in it', async () => {
    await cluster.kube.create(resources.secrets, {
      metadata: { name: SECRET, namespace: cluster.namespace },
      data: { note: 'a2VlcA==' },
    } as KubeObject);
    await replica().current();
    expect(Object.keys((await secret()).data).sort()).toEqual(['ca.crt', 'ca.key', 'note', 'tls.crt', 'tls.key']);
    expect((await secret()).data.note).toBe('a2VlcA==');
  });

  test('is there before the webhook configuration, which is told as trouble until it exists', async () => {
    const { certificate, trouble } = await replica().current();
    expect(String(trouble)).toContain(`${cluster.configuration} does not exist`);
    await cluster.callWebhook(1);
    expect(await replica().current()).toEqual({ certificate });
  });

  test('is not written again while it is good', async () => {
    await cluster.callWebhook(1);
    await replica().current();
    const { resourceVersion } = (await secret()).metadata;
    await replica().current();
    await replica().current();
    expect((await secret()).metadata.resourceVersion).toBe(resourceVersion);
  });

  test('is renewed by whoever looks first in its last month', async () => {
    await cluster.callWebhook(1);
    const first = await replica().current();
    const before = await authorities();
    nowMs += 61 * DAY_MS;
    const all = await Promise.all([replica().current(), replica().current(), replica().current()]);
    expect(issued).toEqual(['issue-all', 'renew-certificate']);
    const fingerprints = new Set(all.map(({ certificate }) => certificate.fingerprint));
    expect(fingerprints.size).toBe(1);
    expect(fingerprints).not.toContain(first.certificate.fingerprint);
    expect(await authorities()).toEqual(before);
  });

  test('goes over to a new authority without a moment in which callers do not trust it', async () => {
    await cluster.callWebhook(1);
    await replica().current();
    nowMs += 3290 * DAY_MS;
    const trusted = async ({ certificate }: Awaited<ReturnType<ReturnType<typeof replica>['current']>>) => {
      const serving = new X509Certificate(certificate.cert);
      return (await cluster.bundles()).every((bundle) =>
        splitCertificates(bundle).some((pem) => serving.verify(new X509Certificate(pem).publicKey)),
      );
    };
    for (let look = 0; look < 4; look++) expect(await trusted(await replica().current())).toBe(true);
    expect(issued).toEqual(['issue-all', 'renew-authority', 'renew-certificate']);
    expect(await authorities()).toHaveLength(2);
  });

  test('waits with the certificate of a new authority until the configuration is back', async () => {
    await cluster.callWebhook(1);
    await replica().current();
    const key = { resource: resources.mutatingWebhookConfigurations, name: cluster.configuration };
    await cluster.kube.delete(key);
    nowMs += 3290 * DAY_MS;
    for (let look = 0; look < 3; look++) await replica().current();
    expect(issued).toEqual(['issue-all', 'renew-authority']);
    await cluster.callWebhook(1);
    for (let look = 0; look < 2; look++) await replica().current();
    expect(issued).toEqual(['issue-all', 'renew-authority', 'renew-certificate']);
  });

  test('is not taken from a new authority by a replica that only knows the old one', async () => {
    await cluster.callWebhook(1);
    await replica().current();
    const old = await authorities();
    nowMs += 3290 * DAY_MS;
    await replica().current();
    const both = await cluster.bundles();
    const { kube, configuration } = cluster;
    await makeTrusted(kube, configuration, await readConfiguration(kube, configuration), old);
    expect(await cluster.bundles()).toEqual(both);
    expect(splitCertificates(both[0] ?? '')).toEqual(await authorities());
  });

  test('is made anew when it was damaged', async () => {
    await cluster.callWebhook(1);
    await replica().current();
    await cluster.kube.mergePatch(secretKey(), { data: { 'tls.key': 'AAAA' } });
    await replica().current();
    expect(issued).toEqual(['issue-all', 'issue-all']);
    expect(await cluster.bundles().then(([pem = '']) => splitCertificates(pem))).toEqual(await authorities());
  });

  test('is the same for two services, and one that is started later', async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const start = async (port: number): Promise<ServiceProcess> =>
      stack.use(
        await startService('webhooks', {
          ...cluster.env(port),
          TAGSTREAM_ADMISSION_SECRET: `${cluster.namespace}/${SECRET}`,
        }),
      );
    await cluster.callWebhook(ports[0]!);
    const services = await Promise.all(ports.slice(0, 2).map(start));
    services.push(await start(ports[2]!));
    const [ca = ''] = await cluster.bundles();
    const shown = await Promise.all(ports.map((port) => shownCertificate(port, ca)));
    expect(new Set(shown.map(({ fingerprint256 }) => fingerprint256)).size).toBe(1);
    const lines = services.flatMap((service) => service.lines());
    expect(lines.filter(({ message }) => message === 'admission certificate issued')).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('PRIVATE KEY');
  }, 60_000);
});
