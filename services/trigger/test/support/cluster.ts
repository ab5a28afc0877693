import type { ImageStream, KubeObject, TagReference } from '@tagstream/api-types';
import {
  type CloudEvent,
  type EventData,
  RegistryPoll,
  TagsLatestStream,
  TagsStream,
  TagUpdated,
} from '@tagstream/events';
import { type Resource, resources } from '@tagstream/kube';
import { openPlace, type Place } from '@tagstream/testing';
import { observation } from './streams.ts';

type Update = EventData<typeof TagUpdated>;
type Poll = EventData<typeof RegistryPoll>;

/** A namespace and a part of the bus of a test's own, with what the trigger service works between at hand. */
export interface Cluster extends Place {
  /** Everything in TAGS, in order. */
  readonly updates: readonly CloudEvent<Update>[];
  /** What was told of a stream: `latest b webhook`, in order. */
  told(stream: string): readonly string[];
  /** Tags of a stream among the newest events. */
  latestTags(stream: string): Promise<readonly string[]>;
  applyStream(name: string, tags: readonly TagReference[]): Promise<ImageStream>;
  stream(name: string): Promise<ImageStream>;
  deleteStream(name: string): Promise<void>;
  /** Writes the status as some other tool would. */
  patchStatus(name: string, status: object): Promise<void>;
  /** Images of a tag's history, newest first, each as the last digit of its digest. */
  history(name: string, tag: string): Promise<string>;
  /** What a poller would say now that found this image. */
  observe(name: string, tag: string, hexDigit: string, more?: Partial<Poll>): Promise<Poll>;
  /** Publishes what a poller found. */
  poll(name: string, tag: string, hexDigit: string, more?: Partial<Poll>): Promise<Poll>;
  /** Creates a workload of one container, `app`. */
  createWorkload(resource: Resource, name: string, annotation: string): Promise<void>;
  annotate(resource: Resource, name: string, annotation: string): Promise<void>;
  /** Image of the workload's first container. */
  image(resource: Resource, name: string): Promise<string>;
  /** How often its spec was written, its creation included. */
  generation(resource: Resource, name: string): Promise<number>;
  /** Kubernetes Events about an object: `Warning ImageTriggerInvalid x1`. */
  eventsAbout(name: string): Promise<readonly string[]>;
}

interface CoreEvent extends KubeObject {
  readonly involvedObject: { readonly name: string };
  readonly type: string;
  readonly reason: string;
  readonly count: number;
}

/** Starts a test's own place in the given servers. */
export async function startCluster(natsUrl: string, kubeconfig: string): Promise<Cluster> {
  const place = await openPlace(natsUrl, kubeconfig, 'trigger');
  const { namespace, kube, bus } = place;
  const updates: CloudEvent<Update>[] = [];
  bus.subscribe(TagUpdated, { stream: TagsStream, from: 'all', onEvent: (event) => void updates.push(event) });

  const streamKey = (name: string) => ({ resource: resources.imageStreams, namespace, name });
  const stream = (name: string) => kube.get<ImageStream>(streamKey(name));
  const observe: Cluster['observe'] = async (name, tag, hexDigit, more) =>
    observation(await stream(name), tag, hexDigit, more);
  return {
    ...place,
    updates,
    stream,
    observe,
    env: { ...place.env, TAGSTREAM_LOG_LEVEL: 'debug' },
    told: (name) =>
      updates
        .filter(({ data }) => data.stream === name)
        .map(({ data }) => `${data.tag} ${data.image.slice(-1)} ${data.cause}`),
    async latestTags(name) {
      const { status } = await stream(name).catch(() => ({ status: undefined }));
      const told = updates.filter(({ data }) => data.stream === name).map(({ data }) => data);
      const tags = new Set([...told.map(({ tag }) => tag), ...(status?.tags ?? []).map(({ tag }) => tag)]);
      const sample = { ...TagUpdated.sample, namespace, stream: name };
      const found: string[] = [];
      for (const tag of tags) {
        if (await bus.last(TagsLatestStream, TagUpdated, { ...sample, tag })) found.push(tag);
      }
      return found.sort();
    },
    applyStream: (name, tags) =>
      kube.apply<ImageStream>(
        streamKey(name),
        { metadata: { name, namespace }, spec: { tags } },
        { fieldManager: 'test', force: true },
      ),
    deleteStream: (name) => kube.delete(streamKey(name)),
    async patchStatus(name, status) {
      await kube.mergePatch(streamKey(name), { status }, { subresource: 'status' });
    },
    async history(name, tag) {
      const entry = (await stream(name)).status?.tags?.find((candidate) => candidate.tag === tag);
      return (entry?.items ?? []).map(({ image }) => image.slice(-1)).join('');
    },
    async poll(name, tag, hexDigit, more) {
      const seen = await observe(name, tag, hexDigit, more);
      await bus.publish(RegistryPoll, seen);
      return seen;
    },
    async createWorkload(resource, name, annotation) {
      await kube.create(resource, workload(resource, { namespace, name, annotation }));
    },
    async annotate(resource, name, annotation) {
      await kube.mergePatch({ resource, namespace, name }, { metadata: { annotations: { [ANNOTATION]: annotation } } });
    },
    async image(resource, name) {
      const { spec } = await kube.get<KubeObject & { spec: WorkloadSpec }>({ resource, namespace, name });
      const podSpec = (spec.jobTemplate?.spec ?? spec).template?.spec ?? spec;
      return podSpec.containers?.[0]?.image ?? '';
    },
    generation: async (resource, name) => (await kube.get({ resource, namespace, name })).metadata.generation ?? 0,
    async eventsAbout(name) {
      const { items } = await kube.list<CoreEvent>(resources.events, { namespace });
      return items
        .filter(({ involvedObject, reason }) => involvedObject.name === name && reason.startsWith('Image'))
        .map(({ type, reason, count }) => `${type} ${reason} x${count}`);
    },
  };
}

const ANNOTATION = 'image.openshift.io/triggers';

interface Template {
  readonly template?: { readonly spec: { readonly containers: readonly { readonly image?: string }[] } };
}
type WorkloadSpec = Template & { readonly containers?: readonly { readonly image?: string }[] } & {
  readonly jobTemplate?: { readonly spec: Template };
};

/** A manifest without anything that its kind does not demand. */
function workload(
  { kind }: Resource,
  { namespace, name, annotation }: { readonly namespace: string; readonly name: string; readonly annotation: string },
): KubeObject {
  const labels = { app: name };
  const metadata = { namespace, name, annotations: { [ANNOTATION]: annotation } };
  const containers = [{ name: 'app', image: 'none' }];
  if (kind === 'CronJob') {
    const job = { template: { spec: { containers, restartPolicy: 'Never' } } };
    return { metadata, spec: { schedule: '@yearly', jobTemplate: { spec: job } } } as KubeObject;
  }
  if (kind === 'Pod') return { metadata, spec: { containers } } as KubeObject;
  if (kind === 'Job') {
    return {
      metadata,
      spec: { suspend: true, template: { spec: { containers, restartPolicy: 'Never' } } },
    } as KubeObject;
  }
  const template = { metadata: { labels }, spec: { containers } };
  if (kind === 'ReplicationController')
    return { metadata, spec: { replicas: 0, selector: labels, template } } as KubeObject;
  return { metadata, spec: { selector: { matchLabels: labels }, template } } as KubeObject;
}
