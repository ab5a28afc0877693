import { X509Certificate } from 'node:crypto';
import type { LocalStream } from '@tagstream/image-stream';

export const NAMESPACE = 'shop';

/** A digest that is easy to tell apart: 64 times the hex digit. */
export const digest = (hexDigit: string) => `sha256:${hexDigit.repeat(64)}`;

/** A stream `app` whose tag `latest` has an image. */
export const app: LocalStream = {
  local: true,
  repository: '',
  references: new Map([['latest', `quay.io/org/app@${digest('a')}`]]),
};

/** What is known when there is only {@link app}. */
export const streamOf = (namespace: string, name: string) =>
  namespace === NAMESPACE && name === 'app' ? app : undefined;

interface ReviewParts {
  readonly kind?: string;
  readonly object?: object | null;
  readonly oldObject?: object | null;
  readonly more?: object;
}

/** A review as an API server sends it, for a kind written `apps/deployments`. */
export function review({ kind = '/pods', object = pod('app:latest'), oldObject, more = {} }: ReviewParts = {}) {
  const [group = '', resource = ''] = kind.split('/');
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group, version: 'v1', kind: 'Any' },
      resource: { group, version: 'v1', resource },
      requestKind: { group, version: 'v1', kind: 'Any' },
      name: 'app',
      namespace: NAMESPACE,
      operation: oldObject ? 'UPDATE' : 'CREATE',
      userInfo: { username: 'jane', groups: ['system:authenticated'] },
      object,
      oldObject: oldObject ?? null,
      dryRun: false,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
      ...more,
    },
  };
}

export const pod = (image: string) => ({ metadata: { name: 'app' }, spec: { containers: [{ name: 'app', image }] } });

/** A controller's object: one container, with the fields given beside its name. */
export const templated = (container: object) => ({
  spec: { template: { spec: { containers: [{ name: 'app', ...container }] } } },
});

/** Days from now until a certificate expires, rounded. */
export const daysLeft = (pem: string, nowMs: number) =>
  Math.round((new X509Certificate(pem).validToDate.getTime() - nowMs) / 86_400_000);
