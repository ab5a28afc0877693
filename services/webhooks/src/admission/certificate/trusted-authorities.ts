import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '@tagstream/api-types';
import { isKubeError, type JsonPatchOperation, type KubeClient, resources } from '@tagstream/kube';
import { CertificateError } from './certificate-error.ts';
import { splitCertificates } from './certificate-set.ts';

/** A MutatingWebhookConfiguration, as far as trust is concerned. */
interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

/** Reads the configuration that makes API servers call us; undefined when there is none. @throws KubeError */
export async function readConfiguration(
  kube: Pick<KubeClient, 'get'>,
  name: string,
): Promise<WebhookConfiguration | undefined> {
  try {
    return await kube.get<WebhookConfiguration>({ resource: resources.mutatingWebhookConfigurations, name });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Whether every webhook of the configuration trusts all these authorities, given as PEM. */
export function trusts(configuration: WebhookConfiguration | undefined, authorities: readonly string[]): boolean {
  const webhooks = configuration?.webhooks ?? [];
  const wanted = fingerprints(authorities);
  return (
    webhooks.length > 0 &&
    webhooks.every(({ clientConfig }) => {
      const known = fingerprints(
        splitCertificates(Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8')),
      );
      return [...wanted].every((each) => known.has(each));
    })
  );
}

/**
 * Makes every webhook of the configuration trust these authorities. Only where one is missing is anything written, so a
 * replica that has not seen the newest authority yet never takes it away.
 * @throws CertificateError `not-trusted` without a configuration; KubeError, `conflict` when it changed since it was read.
 */
export async function makeTrusted(
  kube: Pick<KubeClient, 'jsonPatch'>,
  name: string,
  configuration: WebhookConfiguration | undefined,
  authorities: readonly string[],
): Promise<void> {
  if (trusts(configuration, authorities)) return;
  if (configuration === undefined) {
    throw new CertificateError(
      'not-trusted',
      `MutatingWebhookConfiguration ${name} does not exist: apply deploy/admission`,
    );
  }
  const bundle = Buffer.from(`${authorities.join('\n')}\n`).toString('base64');
  const operations: JsonPatchOperation[] = [
    { op: 'test', path: '/metadata/resourceVersion', value: configuration.metadata.resourceVersion },
    ...(configuration.webhooks ?? []).map((_webhook, i) => ({
      op: 'add' as const,
      path: `/webhooks/${i}/clientConfig/caBundle`,
      value: bundle,
    })),
  ];
  await kube.jsonPatch({ resource: resources.mutatingWebhookConfigurations, name }, operations);
}

function fingerprints(certificates: readonly string[]): ReadonlySet<string> {
  return new Set(
    certificates.map((pem) => {
      try {
        return new X509Certificate(pem).fingerprint256;
      } catch {
        return pem; // not a certificate: equal to nothing that we issue
      }
    }),
  );
}
