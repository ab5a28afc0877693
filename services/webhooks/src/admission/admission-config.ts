import { ConfigError, field } from '@tagstream/service';
import { Type } from 'typebox';
import type { SecretName } from './certificate/certificate-secret.ts';

/** A namespace and a name of Kubernetes with a slash between. */
const NAMESPACED_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$';

/** Variables of the admission webhook. */
export const admissionFields = {
  namespace: field({
    env: 'TAGSTREAM_NAMESPACE',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Only ImageStreams of this namespace are local names; those of all namespaces when not set',
  }),
  admissionPort: field({
    env: 'TAGSTREAM_ADMISSION_PORT',
    schema: Type.Integer({ minimum: 0, maximum: 65535 }),
    optional: true,
    description:
      'Port of the admission webhook that resolves local image names, HTTPS; 0 takes a free one. There is none when not set',
  }),
  admissionHost: field({
    env: 'TAGSTREAM_ADMISSION_HOST',
    schema: Type.String({ minLength: 1 }),
    default: '0.0.0.0',
    description: 'Address that the admission webhook listens on',
  }),
  admissionCertDir: field({
    env: 'TAGSTREAM_ADMISSION_CERT_DIR',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Directory with its certificate: tls.crt and tls.key, taken up when they change',
  }),
  admissionSecret: field({
    env: 'TAGSTREAM_ADMISSION_SECRET',
    schema: Type.String({ pattern: NAMESPACED_NAME }),
    optional: true,
    description: 'namespace/name of the Secret in which the replicas keep a certificate of their own making instead',
  }),
  admissionNames: field({
    env: 'TAGSTREAM_ADMISSION_NAMES',
    schema: Type.Array(Type.String({ minLength: 1 })),
    default: ['admission.tagstream.svc'],
    description: 'Host names and addresses in that certificate, separated by commas: what API servers call',
  }),
  admissionConfiguration: field({
    env: 'TAGSTREAM_ADMISSION_CONFIGURATION',
    schema: Type.String({ minLength: 1 }),
    default: 'tagstream-local-names',
    description: 'MutatingWebhookConfiguration that is made to trust that certificate',
  }),
} as const;

interface CertificateConfig {
  readonly admissionCertDir: string | undefined;
  readonly admissionSecret: string | undefined;
}

/** Where the certificate comes from. */
export type CertificatePlace =
  | { readonly kind: 'files'; readonly dir: string }
  | { readonly kind: 'secret'; readonly secret: SecretName };

/** @throws ConfigError unless exactly one place is configured. */
export function certificatePlace({ admissionCertDir: dir, admissionSecret }: CertificateConfig): CertificatePlace {
  if ((dir === undefined) === (admissionSecret === undefined)) {
    throw new ConfigError([
      'TAGSTREAM_ADMISSION_PORT needs a certificate: set TAGSTREAM_ADMISSION_CERT_DIR or TAGSTREAM_ADMISSION_SECRET, and not both',
    ]);
  }
  if (dir !== undefined) return { kind: 'files', dir };
  const [namespace = '', name = ''] = (admissionSecret ?? '').split('/');
  return { kind: 'secret', secret: { namespace, name } };
}
