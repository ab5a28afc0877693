import { type KeyedCredential, parseDockerConfig } from './docker-config.ts';
import { RegistryError } from './errors.ts';

/** The parts of a Kubernetes Secret that are read. */
export interface PullSecret {
  readonly metadata?: {
    readonly name?: string;
    readonly annotations?: Readonly<Record<string, string>> | null;
  };
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>> | null;
}

const FORMS = new Map([
  ['kubernetes.io/dockercfg', { field: '.dockercfg', form: 'dockercfg' }],
  ['kubernetes.io/dockerconfigjson', { field: '.dockerconfigjson', form: 'config.json' }],
] as const);

const EXCLUDED = 'openshift.io/image.excludeSecret';

/**
 * The credentials in the Secrets of a namespace. OpenShift offers all those of the two docker types to an import, linked to
 * a service account or not, except those annotated `openshift.io/image.excludeSecret: "true"`. A Secret that cannot be read
 * is reported and left out; in OpenShift it makes every import of its namespace fail.
 */
export function credentialsInSecrets(secrets: readonly PullSecret[]): {
  readonly credentials: readonly KeyedCredential[];
  /** One sentence for each Secret that cannot be read, without its content. */
  readonly problems: readonly string[];
} {
  const credentials: KeyedCredential[] = [];
  const problems: string[] = [];
  for (const { metadata, type, data } of secrets) {
    const kind = FORMS.get(type as Parameters<typeof FORMS.get>[0]); // any other type finds nothing
    if (kind === undefined || metadata?.annotations?.[EXCLUDED] === 'true') continue;
    try {
      const text = Buffer.from(data?.[kind.field] ?? '', 'base64').toString('utf8');
      credentials.push(...parseDockerConfig(text, kind.form));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      problems.push(`The Secret ${metadata?.name ?? ''} cannot be used to pull images. ${error.message}`);
    }
  }
  return { credentials, problems };
}
