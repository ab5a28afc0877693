import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory with a certificate, changed as the kubelet changes the volume of a Secret. */
export interface CertificateDir extends AsyncDisposable {
  readonly path: string;
  /** Puts a certificate and its key, as PEM, in the place of what is there. */
  install(pair: { readonly certificate: string; readonly key: string }): Promise<void>;
}

/** The files are links through one link to a directory, which is swapped: both files change at once. */
export async function makeCertificateDir(): Promise<CertificateDir> {
  const path = await mkdtemp(join(tmpdir(), 'tagstream-certificate-'));
  for (const file of ['tls.crt', 'tls.key']) await symlink(join('..data', file), join(path, file));
  let version = 0;
  return {
    path,
    async install({ certificate, key }) {
      version += 1;
      const dir = `..v${version}`;
      await mkdir(join(path, dir));
      await writeFile(join(path, dir, 'tls.crt'), certificate);
      await writeFile(join(path, dir, 'tls.key'), key);
      await symlink(dir, join(path, '..next'));
      await rename(join(path, '..next'), join(path, '..data'));
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
