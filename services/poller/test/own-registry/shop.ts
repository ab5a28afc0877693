import type { ImageStream, KubeObject, TagReference } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { buildImage, pushImage } from '@tagstream/testing';
import { inject } from 'vitest';
import { CREATE_STREAMS } from '../../src/own-registry/namespace-permission.ts';
import type { Cluster } from '../cluster.ts';

const { imageStreams, namespaces } = resources;

/** The registry that stands for the cluster's own. */
export const host = inject('registryHost');

interface DeploymentSpec {
  readonly replicas: number;
  readonly selector: object;
  readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
}

/** Environment of services whose cluster has that registry. */
export const envOf = (cluster: Cluster, more: Record<string, string> = {}) => ({
  ...cluster.env,
  TAGSTREAM_REGISTRY_HOST: host,
  TAGSTREAM_REGISTRY_INSECURE: 'true',
  ...more,
});

/** What the tests ask about streams and their repositories. */
export function shopIn(cluster: Cluster, registryHost = host) {
  const { kube, namespace } = cluster;
  const keyOf = (name: string) => ({ resource: imageStreams, namespace, name });
  const read = (name: string) => kube.get<ImageStream>(keyOf(name)).catch(() => undefined);
  const imageOf = (seed: string) => buildImage({ seed: `${cluster.prefix} ${seed}` });
  return {
    read,
    keyOf,
    path: (name: string) => `${namespace}/${name}`,
    push: (name: string, tag: string, seed: string) =>
      pushImage(registryHost, `${namespace}/${name}`, tag, imageOf(seed)),
    create: (name: string, tags: readonly TagReference[] = []) =>
      kube.create<ImageStream>(imageStreams, { metadata: { namespace, name }, spec: { tags: [...tags] } }),
    /** Digests of the history of a tag, newest first. */
    history: async (name: string, tag: string) =>
      ((await read(name))?.status?.tags?.find((entry) => entry.tag === tag)?.items ?? []).map(({ image }) => image),
    /** Makes a Deployment that follows a tag; resolves with a function that reads its image. */
    async deploy(name: string, tag: string) {
      const fieldPath = 'spec.template.spec.containers[?(@.name=="app")].image';
      const triggers = JSON.stringify([{ from: { kind: 'ImageStreamTag', name: tag }, fieldPath }]);
      const labels = { app: name };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'none' }] } };
      const annotations = { 'image.openshift.io/triggers': triggers };
      const deployment: KubeObject & { spec: DeploymentSpec } = {
        metadata: { namespace, name, annotations },
        spec: { replicas: 0, selector: { matchLabels: labels }, template },
      };
      await kube.create(resources.deployments, deployment);
      return async () => {
        const key = { resource: resources.deployments, namespace, name };
        const { spec } = await kube.get<KubeObject & { spec: DeploymentSpec }>(key);
        return spec.template.spec.containers[0]?.image;
      };
    },
    label: (value: string | null) =>
      kube.mergePatch({ resource: namespaces, name: namespace }, { metadata: { labels: { [CREATE_STREAMS]: value } } }),
  };
}

export type Shop = ReturnType<typeof shopIn>;
