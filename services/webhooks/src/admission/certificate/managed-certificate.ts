import type { KubeClient } from '@tagstream/kube';
import { CertificateError } from './certificate-error.ts';
import { readSecret, type SecretName, writeSecret } from './certificate-secret.ts';
import { type CertificateSet, nextCertificateStep } from './certificate-set.ts';
import type { CertificateSource } from './follow-certificate.ts';
import { servingCertificate } from './serving-certificate.ts';
import { makeTrusted, readConfiguration, trusts } from './trusted-authorities.ts';

export interface ManagedCertificateOptions {
  readonly kube: Pick<KubeClient, 'get' | 'create' | 'mergePatch' | 'jsonPatch'>;
  readonly secret: SecretName;
  /** Name of the MutatingWebhookConfiguration that makes API servers call us. */
  readonly configuration: string;
  /** Host names and addresses by which they do. */
  readonly names: readonly string[];
  readonly now: () => number;
  /** Told what was issued by this replica: `issue-all`, `renew-certificate`… */
  readonly onIssued: (what: string) => void;
}

/** Of replicas that write at the same time one wins each round; there are never so many. */
const MAX_ROUNDS = 10;

/**
 * A certificate of our own making, kept with its authority in a Secret that all replicas share. Whoever looks first issues what
 * is due; the others use it. The authority is then written into the webhook configuration.
 */
export function managedCertificate(options: ManagedCertificateOptions): CertificateSource {
  const { kube, secret, configuration: name, names, now, onIssued } = options;

  /** Where the configuration cannot be read, nobody is known to trust anything. */
  async function areTrusted(authorities: readonly string[]): Promise<boolean> {
    return await readConfiguration(kube, name).then(
      (configuration) => trusts(configuration, authorities),
      () => false, // it is read once more before it is written, and told as trouble there
    );
  }

  /** The set after the step that is due, stored; undefined when another replica stored one first. */
  async function upToDate(): Promise<CertificateSet | undefined> {
    const read = await readSecret(kube, secret);
    const isTrusted = await areTrusted(read?.set?.authorities.slice(0, 1) ?? []);
    const step = nextCertificateStep(read?.set, { names, isTrusted, nowMs: now() });
    if (step === 'keep') return read?.set;
    // Loaded when it is needed: most processes never issue anything.
    const { takeStep } = await import('./issue-certificates.ts');
    const next = await takeStep(step, read?.set, { names, nowMs: now() });
    if (!(await writeSecret(kube, secret, read, next))) return undefined;
    onIssued(step);
    return next;
  }

  async function shared(): Promise<CertificateSet> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const set = await upToDate();
      if (set !== undefined) return set;
    }
    const where = `${secret.namespace}/${secret.name}`;
    throw new CertificateError('contended', `Secret ${where} was changed by others ${MAX_ROUNDS} times in a row`);
  }

  return {
    async current() {
      const set = await shared();
      const certificate = servingCertificate(set.certificate, set.key, `Secret ${secret.namespace}/${secret.name}`);
      try {
        await makeTrusted(kube, name, await readConfiguration(kube, name), set.authorities);
        return { certificate };
      } catch (trouble) {
        return { certificate, trouble };
      }
    },
  };
}
