import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type Resource, resources } from '@tagstream/kube';
import { type OwnNamespace, openNamespace } from '@tagstream/testing';
import { parse } from 'yaml';

/** A namespace of a test's own, with the webhook configuration of `deploy/admission` for it alone. */
export interface Cluster extends OwnNamespace {
  /** Name of the webhook configuration. */
  readonly configuration: string;
  /** Environment of a webhooks service that answers for this namespace on that port. */
  env(port: number): Readonly<Record<string, string>>;
  /** Creates the webhook configuration; without a `caBundle` the service has to fill it in. */
  callWebhook(port: number, caBundle?: string): Promise<void>;
  /** The `caBundle` of each webhook of the configuration, as PEM. */
  bundles(): Promise<readonly string[]>;
  /** Creates a stream, or changes it: for each tag the repository and the digit that its digest is made of. */
  writeStream(name: string, spec: object, images: Readonly<Record<string, string>>): Promise<void>;
  /** Creates an object in the namespace; answers it as it was stored. */
  create(resource: Resource, name: string, fields: object, options?: { dryRun?: boolean }): Promise<Shown>;
  get(resource: Resource, name: string): Promise<Shown>;
}

/** An object, as far as the tests look into it. */
export type Shown = KubeObject & {
  readonly spec: PodSpec & TemplateSpec & { readonly jobTemplate?: { readonly spec: TemplateSpec } };
};

interface TemplateSpec {
  readonly template?: { readonly spec: PodSpec };
}

interface PodSpec {
  readonly containers: readonly { readonly image?: string; readonly imagePullPolicy?: string }[];
}

/** The first container of the pod that an object describes. */
export function firstContainer({ spec }: Shown) {
  const template = (spec.jobTemplate?.spec ?? spec).template;
  return (template?.spec ?? spec).containers[0];
}

/** An image by digest; the digest is 64 times the hex digit. */
export const image = (hexDigit: string) => `quay.io/org/app@sha256:${hexDigit.repeat(64)}`;

const MANIFEST = resolve(import.meta.dirname, '../../../../deploy/admission/webhook-configuration.yaml');

interface WebhookConfiguration extends KubeObject {
  webhooks: { clientConfig: { caBundle?: string }; namespaceSelector: { matchExpressions: object[] } }[];
}

/** Makes a namespace in the given servers. */
export async function startCluster(natsUrl: string, kubeconfig: string): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const { namespace, kube } = stack.use(await openNamespace(kubeconfig, 'admission'));
  const configuration = `tagstream-${namespace}`;
  const configurationKey = { resource: resources.mutatingWebhookConfigurations, name: configuration };
  stack.defer(() => kube.delete(configurationKey).catch(() => undefined));
  const kept = stack.move();
  return {
    namespace,
    kube,
    configuration,
    env: (port) => ({
      NATS_URL: natsUrl,
      KUBECONFIG: kubeconfig,
      TAGSTREAM_PREFIX: namespace,
      TAGSTREAM_NAMESPACE: namespace,
      TAGSTREAM_ADMIN_HOST: '127.0.0.1',
      TAGSTREAM_HTTP_HOST: '127.0.0.1',
      TAGSTREAM_HTTP_PORT: '0',
      TAGSTREAM_WEBHOOK_SECRETS: 'not used here',
      TAGSTREAM_ADMISSION_HOST: '127.0.0.1',
      TAGSTREAM_ADMISSION_PORT: String(port),
      TAGSTREAM_ADMISSION_NAMES: '127.0.0.1',
      TAGSTREAM_ADMISSION_CONFIGURATION: configuration,
    }),
    async callWebhook(port, caBundle) {
      const manifest = parse(await readFile(MANIFEST, 'utf8')) as WebhookConfiguration;
      const thisNamespace = { key: 'kubernetes.io/metadata.name', operator: 'In', values: [namespace] };
      const webhooks = manifest.webhooks.map((webhook) => ({
        ...webhook,
        clientConfig: { url: `https://127.0.0.1:${port}/admission`, ...(caBundle && { caBundle: base64(caBundle) }) },
        namespaceSelector: { matchExpressions: [...webhook.namespaceSelector.matchExpressions, thisNamespace] },
      }));
      const own: KubeObject = { ...manifest, metadata: { name: configuration }, webhooks } as KubeObject;
      await kube.create(resources.mutatingWebhookConfigurations, own);
    },
    async bundles() {
      const { webhooks } = await kube.get<WebhookConfiguration>(configurationKey);
      return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'));
    },
    async writeStream(name, spec, images) {
      const key = { resource: resources.imageStreams, namespace, name };
      await kube.apply(key, { spec }, { fieldManager: 'test', force: true });
      const tags = Object.entries(images).map(([tag, hexDigit]) => {
        const item = { created: new Date().toISOString(), generation: 1, dockerImageReference: image(hexDigit) };
        return { tag, items: [{ ...item, image: `sha256:${hexDigit.repeat(64)}` }] };
      });
      await kube.mergePatch(key, { status: { tags } }, { subresource: 'status' });
    },
    create: (resource, name, fields, options = {}) => {
      const object = { metadata: { name, namespace }, ...fields };
      return kube.create(resource, object as unknown as Shown, options);
    },
    get: (resource, name) => kube.get<Shown>({ resource, namespace, name }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

const LABELS = { app: 'app' };

/** A pod spec of one container. */
export const podSpec = (named: string, more: object = {}) => ({ containers: [{ name: 'app', image: named, ...more }] });

/** The spec of an object of this kind that runs one container, without pods of its own where it can do without. */
export function specOf({ kind }: Resource, named: string, annotations: Readonly<Record<string, string>> = {}): object {
  const template = { metadata: { labels: LABELS, annotations }, spec: podSpec(named) };
  const once = { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } };
  switch (kind) {
    case 'Pod':
      return podSpec(named);
    case 'CronJob':
      return { schedule: '@yearly', suspend: true, jobTemplate: { spec: once } };
    case 'Job':
      return { suspend: true, ...once };
    case 'ReplicationController':
    case 'DeploymentConfig':
      return { replicas: 0, selector: LABELS, template };
    case 'DaemonSet':
      return { selector: { matchLabels: LABELS }, template };
    case 'StatefulSet':
      return { replicas: 0, serviceName: 'app', selector: { matchLabels: LABELS }, template };
    default:
      return { replicas: 0, selector: { matchLabels: LABELS }, template };
  }
}
