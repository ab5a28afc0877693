import type { KubeObject, ReplicationController } from '@tagstream/api-types';
import { EXAMPLE_REPOSITORY } from '@tagstream/dev';
import { type KubeClient, resources } from '@tagstream/kube';

const NAMESPACE = 'bare';

/**
 * Sends, one after the other, the requests that a push cannot do without: ask the registry, write a stream's status, write a
 * DeploymentConfig's spec and status, create a ReplicationController. Nothing decides anything and nothing travels over a bus.
 *
 * @returns milliseconds from the question to the registry to the created controller
 */
export async function bareRollout(kube: KubeClient, registryHost: string, version: number): Promise<number> {
  if (version === 1) await prepare(kube);
  const image = `bare.example/app@sha256:${version.toString(16).padStart(64, '0')}`;
  const startedAt = performance.now();
  await fetch(`http://${registryHost}/v2/${EXAMPLE_REPOSITORY}/manifests/latest`, { method: 'HEAD' });
  const stream = { resource: resources.imageStreams, namespace: NAMESPACE, name: 'app' };
  const config = { resource: resources.deploymentConfigs, namespace: NAMESPACE, name: 'app' };
  const { metadata } = await kube.get<KubeObject>(stream);
  const items = [
    { created: new Date().toISOString(), dockerImageReference: image, image: image.slice(17), generation: 1 },
  ];
  await kube.mergePatch(
    stream,
    { metadata: { resourceVersion: metadata.resourceVersion }, status: { tags: [{ tag: 'latest', items }] } },
    { subresource: 'status' },
  );
  await kube.jsonPatch(config, [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: image }]);
  await kube.mergePatch(config, { status: { latestVersion: version } }, { subresource: 'status' });
  await kube.create<ReplicationController>(resources.replicationControllers, controller(version, image));
  return performance.now() - startedAt;
}

async function prepare(kube: KubeClient): Promise<void> {
  await kube.create(resources.namespaces, { metadata: { name: NAMESPACE } });
  await kube.create(resources.imageStreams, {
    metadata: { name: 'app', namespace: NAMESPACE },
    spec: {},
  } as KubeObject);
  // Paused and without triggers, so that the rollout service leaves it alone.
  const spec = { replicas: 0, paused: true, triggers: [], selector: { app: 'bare' }, template: template('none') };
  await kube.create(resources.deploymentConfigs, {
    metadata: { name: 'app', namespace: NAMESPACE },
    spec,
  } as KubeObject);
}

function controller(version: number, image: string): ReplicationController {
  return {
    metadata: { name: `app-${version}`, namespace: NAMESPACE },
    spec: { replicas: 0, selector: { app: 'bare' }, template: template(image) },
  };
}

function template(image: string) {
  return { metadata: { labels: { app: 'bare' } }, spec: { containers: [{ name: 'app', image }] } };
}
