import { X509Certificate } from 'node:crypto';
import { resources } from '@tagstream/kube';
import { freePort, type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { CertificateSet } from '../../src/admission/certificate/certificate-set.ts';
import { takeStep } from '../../src/admission/certificate/issue-certificates.ts';
import { type CertificateDir, makeCertificateDir } from './certificate-dir.ts';
import { type Cluster, firstContainer, image, specOf, startCluster } from './cluster.ts';
import { shownCertificate } from './tls-probe.ts';

/** The files are looked at every five seconds. */
const patience = { timeout: 20_000 };

const names = ['127.0.0.1'];
const { deployments } = resources;

describe('a certificate that somebody else makes', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let service: ServiceProcess;
  let dir: CertificateDir;
  let set: CertificateSet;
  let port: number;
  let ca: string;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    dir = stack.use(await makeCertificateDir());
    set = await takeStep('issue-all', undefined, { names, nowMs: Date.now() });
    [ca = ''] = set.authorities;
    await dir.install(set);
    port = await freePort();
    await cluster.writeStream('app', { lookupPolicy: { local: true } }, { latest: 'a' });
    await cluster.callWebhook(port, ca);
    const env = { ...cluster.env(port), TAGSTREAM_ADMISSION_CERT_DIR: dir.path };
    service = stack.use(await startService('webhooks', env));
    await vi.waitFor(async () => expect(await created('probe')).toBe(image('a')), patience);
  });
  afterAll(() => stack.disposeAsync());

  /** The image of a Deployment that says `app:latest`, as the API server would store it. */
  async function created(name: string): Promise<string | undefined> {
    const spec = specOf(deployments, 'app:latest');
    return firstContainer(await cluster.create(deployments, name, { spec }, { dryRun: true }))?.image;
  }

  const shown = async () => (await shownCertificate(port, ca)).fingerprint256;
  const fingerprint = ({ certificate }: CertificateSet) => new X509Certificate(certificate).fingerprint256;

  test('is taken up when its files change, while API servers go on asking and all get their answers', async () => {
    expect(await shown()).toBe(fingerprint(set));
    const images: (string | undefined)[] = [];
    let goOn = true;
    const flow = async (): Promise<void> => {
      while (goOn) images.push(await created(`flow-${images.length}`));
    };
    const flows = [flow(), flow()];
    const next = await takeStep('renew-certificate', set, { names, nowMs: Date.now() });
    await dir.install(next);
    await expect.poll(shown, patience).toBe(fingerprint(next));
    const before = images.length;
    await expect.poll(() => images.length).toBeGreaterThan(before + 20);
    goOn = false;
    await Promise.all(flows);
    expect(new Set(images)).toEqual(new Set([image('a')]));
  });

  test('stays in use when what replaces it is broken', async () => {
    const before = await shown();
    await dir.install({ certificate: 'broken', key: 'broken' });
    await service.logged(({ message }) => message === 'admission certificate needs attention');
    expect(await created('broken')).toBe(image('a'));
    expect(await shown()).toBe(before);
    const next = await takeStep('renew-certificate', set, { names, nowMs: Date.now() });
    await dir.install(next);
    await expect.poll(shown, patience).toBe(fingerprint(next));
  });
});
