import type { Build, BuildConfig, BuildConfigSpec, ImageStream, KubeObject } from '@tagstream/api-types';
import { type PhaseChange, phaseOf, writePhase } from '@tagstream/build';
import { BuildProgressed, BuildStream, type EventData } from '@tagstream/events';
import { isKubeError, resources } from '@tagstream/kube';
import { openPlace, type Place } from '@tagstream/testing';

/** A namespace and a part of the bus of a test's own, with what the builds service works between at hand. */
export interface Cluster extends Place {
  /** What was told about Builds, in the order of the bus. */
  readonly progress: readonly EventData<typeof BuildProgressed>[];
  /** Phases told, in order: `web-1 Pending`. */
  told(): string[];
  /** Creates a BuildConfig or replaces fields of its spec. */
  apply(name: string, spec: Partial<BuildConfigSpec>): Promise<void>;
  config(name: string): Promise<BuildConfig>;
  build(name: string): Promise<Build>;
  /** `web-1 Running`, with the reason if there is one, of every Build of a BuildConfig, by number. */
  builds(config: string): Promise<string[]>;
  /** Enters a phase, as whoever runs builds does. */
  enter(build: string, change: PhaseChange): Promise<void>;
  /** Asks for the end of a Build, as a person does. */
  cancel(build: string): Promise<void>;
  /** Makes a tag of an ImageStream resolve to an image. */
  moveTag(stream: string, tag: string, image: string): Promise<void>;
  /** Creates a stream, or sets the repository that Builds push to. */
  repository(stream: string, repository: string): Promise<void>;
  /** Events recorded about an object: `BuildStarted x1`. */
  events(name: string): Promise<string[]>;
}

/** Starts a test's own place in the shared servers. */
export async function startCluster(natsUrl: string, kubeconfig: string): Promise<Cluster> {
  const place = await openPlace(natsUrl, kubeconfig, 'builds');
  const { namespace, kube, bus } = place;
  const progress: EventData<typeof BuildProgressed>[] = [];
  bus.subscribe(BuildProgressed, {
    stream: BuildStream,
    from: 'all',
    onEvent: ({ data }: { data: EventData<typeof BuildProgressed> }) => void progress.push(data),
  });
  const key = (resource: (typeof resources)[keyof typeof resources], name: string) => ({ resource, namespace, name });
  const fields = { fieldManager: 'test', force: true };
  const setStreamStatus = async (name: string, status: object) => {
    await kube.apply(key(resources.imageStreams, name), { metadata: { name, namespace } }, fields);
    await kube.mergePatch(key(resources.imageStreams, name), { status }, { subresource: 'status' });
  };
  const cluster: Cluster = {
    ...place,
    progress,
    told: () => progress.map(({ name, phase }) => `${name} ${phase}`),
    async apply(name, spec) {
      const whole = {
        source: { dockerfile: 'FROM scratch' },
        strategy: { type: 'Docker', dockerStrategy: {} },
        ...spec,
      };
      await kube.apply(key(resources.buildConfigs, name), { metadata: { name, namespace }, spec: whole }, fields);
    },
    config: (name) => kube.get<BuildConfig>(key(resources.buildConfigs, name)),
    build: (name) => kube.get<Build>(key(resources.builds, name)),
    async builds(config) {
      const labelSelector = `buildconfig=${config}`;
      const { items } = await kube.list<Build>(resources.builds, { namespace, labelSelector });
      const number = ({ metadata }: Build) => Number(metadata.annotations?.['openshift.io/build.number']);
      return items.sort((a, b) => number(a) - number(b)).map(summaryOf);
    },
    async enter(name, change) {
      for (;;) {
        try {
          const entered = await writePhase(kube, await cluster.build(name), change, new Date());
          if (entered === undefined) throw new Error(`${name} cannot become ${change.phase}`);
          return;
        } catch (error) {
          if (!isKubeError(error, 'conflict')) throw error;
        }
      }
    },
    async cancel(name) {
      await kube.mergePatch(key(resources.builds, name), { status: { cancelled: true } }, { subresource: 'status' });
    },
    async moveTag(stream, tag, image) {
      const item = { created: new Date().toISOString(), dockerImageReference: image, image: '', generation: 1 };
      await setStreamStatus(stream, { tags: [{ tag, items: [item] }] } satisfies ImageStream['status']);
    },
    repository: (stream, repository) => setStreamStatus(stream, { dockerImageRepository: repository }),
    async events(name) {
      const { items } = await kube.list<KubeObject & { reason: string; count: number }>(resources.events, {
        namespace,
        fieldSelector: `involvedObject.name=${name}`,
      });
      return items.map(({ reason, count }) => `${reason} x${count}`).sort();
    },
  };
  return cluster;
}

function summaryOf(build: Build): string {
  const reason = build.status?.reason;
  return `${build.metadata.name} ${phaseOf(build)}${reason ? ` (${reason})` : ''}`;
}
