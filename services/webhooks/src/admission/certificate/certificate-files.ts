import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateError } from './certificate-error.ts';
import type { CertificateSource } from './follow-certificate.ts';
import { servingCertificate } from './serving-certificate.ts';

/**
 * The certificate in the files `tls.crt` and `tls.key` of a directory, as the volume of a Secret has them. They are read
 * again each time, since a volume is replaced by swapping a link, of which a watch of the files says nothing. Between two
 * writes the files may not fit each other; then the reading fails, and the next one has both.
 */
export function certificateFiles(dir: string): CertificateSource {
  return {
    async current() {
      const [cert, key] = await Promise.all([read(dir, 'tls.crt'), read(dir, 'tls.key')]);
      return { certificate: servingCertificate(cert, key, dir) };
    },
  };
}

async function read(dir: string, file: string): Promise<string> {
  try {
    return await readFile(join(dir, file), 'utf8');
  } catch (cause) {
    throw new CertificateError('unusable', `${join(dir, file)} cannot be read: ${(cause as Error).message}`, cause);
  }
}
