import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

/** Files and address that make up a client's access. */
export interface Access {
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  readonly caPath: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** Writes a kubeconfig that holds its certificates itself, so that it can be copied elsewhere. */
export async function writeKubeconfig(path: string, user: string, access: Access): Promise<void> {
  const base64 = async (file: string): Promise<string> => (await readFile(file)).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tagstream',
    clusters: [
      {
        name: 'tagstream',
        cluster: { server: access.server, 'certificate-authority-data': await base64(access.caPath) },
      },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': await base64(access.certificatePath),
          'client-key-data': await base64(access.keyPath),
        },
      },
    ],
    contexts: [{ name: 'tagstream', context: { cluster: 'tagstream', user, namespace: 'default' } }],
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
}
