import {
  type DeploymentConfig,
  type DeploymentConfigSpec,
  type DeploymentConfigStatus,
  type ImageStream,
  type KubeObject,
  normalizeDeploymentConfig,
  type ReplicationController,
} from '@tagstream/api-types';
import { newReplicationController, type Phase } from '@tagstream/deployment';
import { type ObjectKey, type Resource, resources } from '@tagstream/kube';
import { type OwnNamespace, openNamespace } from '@tagstream/testing';
import { type CliResult, runCli } from './run-cli.ts';

/** A namespace of a test's own in the shared cluster, without any controller of ours. */
export interface Shop extends OwnNamespace {
  /** Runs `tagstream` in the namespace. */
  cli(...args: string[]): Promise<CliResult>;
  key(resource: Resource, name: string): ObjectKey;
  create<T extends KubeObject>(resource: Resource, object: T): Promise<T>;
  get<T extends KubeObject>(resource: Resource, name: string): Promise<T>;
  /** A DeploymentConfig with one container `web`, and its status. */
  config(
    name: string,
    spec?: Partial<DeploymentConfigSpec>,
    status?: DeploymentConfigStatus,
  ): Promise<DeploymentConfig>;
  readConfig(name: string): Promise<DeploymentConfig>;
  /** The ReplicationController of a version, made from the DeploymentConfig with some fields of its spec changed. */
  rollout(
    dc: DeploymentConfig,
    version: number,
    phase: Phase,
    spec?: Partial<DeploymentConfigSpec>,
  ): Promise<ReplicationController>;
  /** An ImageStream whose tags have these images. */
  stream(name: string, tags: Readonly<Record<string, string>>): Promise<ImageStream>;
}

export function template(image: string) {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } };
}

/** An automatic trigger for a tag of a stream. */
export function imageTrigger(tag: string, lastTriggeredImage = '') {
  const from = { kind: 'ImageStreamTag', name: tag };
  const params = { automatic: true, containerNames: ['web'], from, ...(lastTriggeredImage && { lastTriggeredImage }) };
  return { type: 'ImageChange', imageChangeParams: params };
}

export async function openShop(kubeconfig: string): Promise<Shop> {
  const own = await openNamespace(kubeconfig, 'cli');
  const { namespace, kube } = own;
  const key = (resource: Resource, name: string) => ({ resource, namespace, name });
  const create = async <T extends KubeObject>(resource: Resource, object: T) =>
    await kube.create<T>(resource, { ...object, metadata: { ...object.metadata, namespace } });
  return {
    ...own,
    key,
    create,
    cli: (...args) => runCli(['-n', namespace, ...args], { kubeconfig }),
    get: (resource, name) => kube.get(key(resource, name)),
    async config(name, spec = {}, status) {
      const whole = { replicas: 1, selector: { app: 'web' }, template: template('web:1'), ...spec };
      const dc = await create<DeploymentConfig>(resources.deploymentConfigs, { metadata: { name }, spec: whole });
      if (status === undefined) return dc;
      const options = { subresource: 'status' };
      return await kube.mergePatch<DeploymentConfig>(key(resources.deploymentConfigs, name), { status }, options);
    },
    readConfig: (name) => kube.get<DeploymentConfig>(key(resources.deploymentConfigs, name)),
    async rollout(dc, version, phase, spec = {}) {
      const then = { ...dc, spec: { ...dc.spec, ...spec }, status: { ...dc.status, latestVersion: version } };
      const rc = newReplicationController(normalizeDeploymentConfig(then));
      const annotations = { ...rc.metadata.annotations, 'openshift.io/deployment.phase': phase };
      return await create(resources.replicationControllers, { ...rc, metadata: { ...rc.metadata, annotations } });
    },
    async stream(name, tags) {
      const spec = { tags: Object.keys(tags).map((tag) => ({ name: tag })) };
      await create<ImageStream>(resources.imageStreams, { metadata: { name }, spec });
      const entries = Object.entries(tags).map(([tag, image]) => ({ tag, items: [item(image)] }));
      const options = { subresource: 'status' };
      return await kube.mergePatch<ImageStream>(
        key(resources.imageStreams, name),
        { status: { tags: entries } },
        options,
      );
    },
  };
}

/** An entry of a tag's history. */
export function item(dockerImageReference: string, generation = 1) {
  const image = dockerImageReference.split('@')[1] ?? '';
  return { created: new Date().toISOString(), dockerImageReference, image, generation };
}
