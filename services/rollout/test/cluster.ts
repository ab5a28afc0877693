import type {
  DeploymentConfig,
  DeploymentConfigSpec,
  ImageStream,
  KubeObject,
  ReplicationController,
} from '@tagstream/api-types';
import { versionOf } from '@tagstream/deployment';
import { type EventData, RolloutProgressed, RolloutsStream } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { openPlace, type Place } from '@tagstream/testing';

/** A namespace and a part of the bus of a test's own, with what the rollout service works between at hand. */
export interface Cluster extends Place {
  /** Milestones published, in order: `web-1 started`, of a second attempt `web-1 started (2)`. */
  readonly milestones: readonly string[];
  /** Creates a DeploymentConfig or replaces its spec. */
  apply(name: string, spec: Partial<DeploymentConfigSpec>): Promise<void>;
  config(name: string): Promise<DeploymentConfig>;
  /** `v1 Complete 2/2`: version, phase, available of desired replicas, by version. */
  rollouts(name: string): Promise<string[]>;
  controller(name: string): Promise<ReplicationController>;
  /** Merges fields into a ReplicationController, as a person would. */
  patchController(name: string, patch: object): Promise<void>;
  /** Makes a tag of an ImageStream resolve to an image. */
  moveTag(stream: string, tag: string, image: string): Promise<ImageStream>;
  /** Reasons of the events recorded about a DeploymentConfig. */
  eventReasons(name: string): Promise<string[]>;
}

type Progress = EventData<typeof RolloutProgressed>;

/** Starts a test's own place in the shared servers. */
export async function startCluster(natsUrl: string, kubeconfig: string): Promise<Cluster> {
  const place = await openPlace(natsUrl, kubeconfig, 'rollout');
  const { namespace, kube, bus } = place;
  const milestones: string[] = [];
  bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from: 'all',
    onEvent: ({ data }: { data: Progress }) => void milestones.push(milestoneOf(data)),
  });
  const configKey = (name: string) => ({ resource: resources.deploymentConfigs, namespace, name });
  const streamKey = (name: string) => ({ resource: resources.imageStreams, namespace, name });
  const controllerKey = (name: string) => ({ resource: resources.replicationControllers, namespace, name });
  return {
    ...place,
    milestones,
    async apply(name, spec) {
      const whole = { replicas: 2, selector: { app: name }, template: template(name, 'web:1'), ...spec };
      await kube.apply(
        configKey(name),
        { metadata: { name, namespace }, spec: whole },
        { fieldManager: 'test', force: true },
      );
    },
    config: (name) => kube.get<DeploymentConfig>(configKey(name)),
    async rollouts(name) {
      const labelSelector = `openshift.io/deployment-config.name=${name}`;
      const { items } = await kube.list<ReplicationController>(resources.replicationControllers, {
        namespace,
        labelSelector,
      });
      return items.sort((a, b) => versionOf(a) - versionOf(b)).map(summaryOf);
    },
    controller: (name) => kube.get<ReplicationController>(controllerKey(name)),
    async patchController(name, patch) {
      await kube.mergePatch(controllerKey(name), patch);
    },
    async moveTag(stream, tag, image) {
      await kube.apply(streamKey(stream), { metadata: { name: stream, namespace } }, { fieldManager: 'test' });
      const item = { created: new Date().toISOString(), dockerImageReference: image, image: '', generation: 1 };
      const status = { tags: [{ tag, items: [item] }] };
      return await kube.mergePatch<ImageStream>(streamKey(stream), { status }, { subresource: 'status' });
    },
    async eventReasons(name) {
      const { items } = await kube.list<KubeObject & { reason: string }>(resources.events, {
        namespace,
        fieldSelector: `involvedObject.name=${name}`,
      });
      return items.map(({ reason }) => reason);
    },
  };
}

/** A pod template with one container; `fate` is what the fake node makes of its pods. */
export function template(app: string, image: string, fate: 'ready' | 'never-ready' = 'ready') {
  return {
    metadata: { labels: { app }, annotations: { 'kwok.tagstream.io/outcome': fate } },
    spec: { containers: [{ name: 'web', image }], terminationGracePeriodSeconds: 0 },
  };
}

function milestoneOf({ replicationController, phase, attempt, rolledBackTo }: Progress): string {
  const back = rolledBackTo === undefined ? '' : ` to ${rolledBackTo}`;
  return `${replicationController} ${phase}${back}${attempt === undefined ? '' : ` (${attempt})`}`;
}

function summaryOf(rc: ReplicationController): string {
  const phase = rc.metadata.annotations?.['openshift.io/deployment.phase'];
  return `v${versionOf(rc)} ${phase} ${rc.status?.availableReplicas ?? 0}/${rc.spec.replicas}`;
}
