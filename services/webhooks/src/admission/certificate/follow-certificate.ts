import { backoffMs, type Clock } from '@tagstream/service';
import type { ServingCertificate } from './serving-certificate.ts';

/** Where the certificate comes from. */
export interface CertificateSource {
  /**
   * The certificate to serve with now, after doing what is due: renewing it, making it known. `trouble` is what could not be
   * done although there is a certificate.
   */
  current(): Promise<{ readonly certificate: ServingCertificate; readonly trouble?: unknown }>;
}

export interface FollowOptions {
  /** How often to look when all is well, in milliseconds; after trouble sooner. */
  readonly everyMs: number;
  /** Told of each new certificate, the first included; the next look waits until it has resolved. */
  readonly use: (certificate: ServingCertificate) => Promise<void> | void;
  /** Told of trouble, once as long as it stays the same. */
  readonly onTrouble: (error: unknown) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A number in [0, 1). */
  readonly random?: () => number;
}

/** First wait after trouble. It doubles up to the usual interval. */
const FIRST_RETRY_MS = 500;

/** Looks at the source again and again, until the signal is aborted. @throws what `use` throws. */
export async function followCertificate(source: CertificateSource, options: FollowOptions): Promise<void> {
  const { everyMs, use, onTrouble, clock, signal, random = Math.random } = options;
  const retry = { minMs: Math.min(FIRST_RETRY_MS, everyMs), maxMs: everyMs, factor: 2 };
  let inUse: ServingCertificate | undefined;
  let failures = 0;
  let told: string | undefined;
  while (!signal.aborted) {
    const { certificate, trouble } = await source.current().catch((error: unknown) => ({
      certificate: undefined,
      trouble: error,
    }));
    if (signal.aborted) return;
    if (certificate !== undefined && certificate.cert !== inUse?.cert) {
      await use(certificate);
      inUse = certificate;
    }
    failures = trouble === undefined ? 0 : failures + 1;
    const text = trouble === undefined ? undefined : String(trouble);
    if (trouble !== undefined && text !== told) onTrouble(trouble);
    told = text;
    const waitMs = failures === 0 ? everyMs : backoffMs(retry, failures, random());
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }
}
