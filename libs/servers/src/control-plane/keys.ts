import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAuthority, makeKeyPair, type PemPair } from './certificates.ts';

/** Clients that the control plane knows from the start. Each is a cluster administrator: this is a test cluster. */
export const clients = ['admin', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;
type Client = (typeof clients)[number];

/** First address of the service range, which the `kubernetes` service gets. */
const KUBERNETES_SERVICE_IP = '10.0.0.1';

/**
 * Makes every key and certificate of a control plane in `<dir>/pki`, unless they are there: a directory that is used again
 * keeps its authority, and tokens and kubeconfigs made earlier stay good.
 *
 * @returns a function that gives the path of a file: `ca.crt`, `admin.key`.
 */
export async function makeKeys(dir: string): Promise<(file: string) => string> {
  const pki = join(dir, 'pki');
  if (!existsSync(pki)) {
    // Complete or absent: a process that dies on the way must not leave half a set.
    const part = await mkdtemp(join(dir, 'pki-part-'));
    for (const [file, content] of Object.entries(await generate())) {
      await writeFile(join(part, file), content, { mode: 0o600 });
    }
    await mkdir(dir, { recursive: true });
    await rename(part, pki);
  }
  return (file) => join(pki, file);
}

async function generate(): Promise<Record<string, string>> {
  const ca = await makeAuthority('tagstream-dev-ca');
  // The authority behind which an aggregated API server trusts the user names in headers must be one of its own.
  const frontProxyCa = await makeAuthority('tagstream-dev-front-proxy-ca');
  const serviceAccounts = await makeKeyPair();
  const files: Record<string, string> = {
    'service-accounts.key': serviceAccounts.privateKey,
    'service-accounts.pub': serviceAccounts.publicKey,
  };
  const add = (name: string, pair: PemPair): void => {
    files[`${name}.crt`] = pair.certificate;
    files[`${name}.key`] = pair.key;
  };
  add('ca', ca.pem);
  add('front-proxy-ca', frontProxyCa.pem);
  add('front-proxy-client', await frontProxyCa.issueClient('front-proxy-client'));
  add('kube-apiserver', await ca.issueServer('kube-apiserver', apiServerNames));
  for (const client of clients) add(client, await ca.issueClient(userName(client), 'system:masters'));
  return files;
}

const apiServerNames = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: KUBERNETES_SERVICE_IP },
  { type: 'dns', value: 'localhost' },
  { type: 'dns', value: 'kubernetes' },
  { type: 'dns', value: 'kubernetes.default' },
  { type: 'dns', value: 'kubernetes.default.svc' },
] as const;

function userName(client: Client): string {
  return client === 'admin' ? 'admin' : `system:${client}`;
}
