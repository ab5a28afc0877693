/** Streams of the benchmark are numbered; each has the same tags. */
export const STREAMS = 500;
export const TAGS = ['latest', 'v1', 'v2', 'v3', 'v4'] as const;

export const NAMESPACE = 'admission-bench';

/** Digest of a tag: made of its numbers, so that sender and checker agree without talking. */
export function digestOf(stream: number, tag: number): string {
  return `sha256:${(stream * TAGS.length + tag).toString(16).padStart(64, '0')}`;
}

/** What the image of a review is to become. */
export function resolvedImage(stream: number, tag: number): string {
  return `registry.example.com/shop/app-${stream}@${digestOf(stream, tag)}`;
}

/** Names the stream and tag of the n-th review; every tag of every stream has its turn. */
export function partsOf(number: number): { readonly stream: number; readonly tag: number } {
  return { stream: number % STREAMS, tag: Math.floor(number / STREAMS) % TAGS.length };
}

/**
 * The body of the n-th review: a Deployment as an API server shows it when `kubectl apply` creates one, with its defaults,
 * its last-applied annotation and its managed fields, 5 kB in all.
 */
export function reviewBody(number: number): string {
  const { stream, tag } = partsOf(number);
  const image = `app-${stream}:${TAGS[tag]}`;
  const uid = `705ab4f5-6393-11e8-b7cc-${number.toString(16).padStart(12, '0')}`;
  const kind = { group: 'apps', version: 'v1', kind: 'Deployment' };
  const resource = { group: 'apps', version: 'v1', resource: 'deployments' };
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: `app-${number}`,
      namespace: NAMESPACE,
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:ci:deployer',
        groups: ['system:serviceaccounts', 'system:authenticated'],
      },
      object: deployment(`app-${number}`, image),
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'kubectl-client-side-apply' },
    },
  });
}

function deployment(name: string, image: string): object {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'shop' };
  const probe = { httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10 };
  const template = {
    metadata: { creationTimestamp: null, labels },
    spec: {
      containers: [
        {
          name: 'app',
          image,
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          env: Array.from({ length: 20 }, (_, i) => ({ name: `SETTING_${i}`, value: `a value of usual length ${i}` })),
          resources: { limits: { memory: '256Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
          livenessProbe: probe,
          readinessProbe: probe,
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'Always',
        },
        { name: 'proxy', image: `envoyproxy/envoy@${digestOf(0, 0)}`, imagePullPolicy: 'IfNotPresent' },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
    },
  };
  const spec = { replicas: 2, selector: { matchLabels: labels }, template, revisionHistoryLimit: 10 };
  const applied = JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels }, spec });
  const owned = {
    'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': {} } } } },
  };
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: {
      name,
      namespace: NAMESPACE,
      labels,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied },
      managedFields: [{ manager: 'kubectl', operation: 'Update', apiVersion: 'apps/v1', fieldsV1: owned }],
    },
    spec,
    status: {},
  };
}
