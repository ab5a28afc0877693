import type { DeploymentConfig, ImageStream, KubeObject, ReplicationController } from '@tagstream/api-types';
import { type Bus, connectBus } from '@tagstream/bus';
import {
  applyExample,
  EXAMPLE_REPOSITORY,
  example,
  observeRollouts,
  pushExample,
  type RolloutObserver,
  type Stack,
  type StackOptions,
  type Step,
  type StepTimes,
  startStack,
} from '@tagstream/dev';
import { connectKube, type KubeClient, type Resource, resources } from '@tagstream/kube';

/** A stack with the example application running version `v1`, and eyes on it. */
export interface Shop extends AsyncDisposable {
  readonly stack: Stack;
  readonly kube: KubeClient;
  readonly bus: Bus;
  readonly observer: RolloutObserver;
  /** Pushes a version; resolves with its digest when the registry has it. `done` is the end of its rollout. */
  push(
    version: string,
    onStep?: (step: Step) => void,
  ): Promise<{ readonly digest: string; readonly done: Promise<StepTimes> }>;
  stream(): Promise<ImageStream>;
  config(): Promise<DeploymentConfig>;
  deployment(): Promise<KubeObject & { spec: { template: { spec: { containers: { image: string }[] } } } }>;
  /** The DeploymentConfig's ReplicationControllers, oldest version first. */
  controllers(): Promise<ReplicationController[]>;
}

/** Starts a stack and brings the example to its first version. */
export async function startShop(options: StackOptions = {}): Promise<Shop> {
  await using resourcesInUse = new AsyncDisposableStack();
  const stack = resourcesInUse.use(await startStack(options));
  const { kubeconfig } = stack.controlPlane;
  const bus = resourcesInUse.use(await connectBus({ servers: stack.nats.url, name: 'e2e', prefix: stack.prefix }));
  const kube = resourcesInUse.use(await connectKube({ kubeconfig, userAgent: 'tagstream-e2e' }));
  const observer = resourcesInUse.use(await observeRollouts(bus, kube, example));
  const { namespace } = example;
  const get = <T extends KubeObject>(resource: Resource, name: string) => kube.get<T>({ resource, namespace, name });
  const push = async (version: string, onStep?: (step: Step) => void) => {
    const pushed = await pushExample(stack.registry.host, version, observer, onStep);
    return { digest: pushed.digest, done: pushed.push.done };
  };

  const first = await push('v1');
  await applyExample(stack.controlPlane, stack.registry.host);
  await first.done;

  const kept = resourcesInUse.move();
  return {
    stack,
    kube,
    bus,
    observer,
    push,
    stream: () => get(resources.imageStreams, example.stream),
    config: () => get(resources.deploymentConfigs, example.deploymentConfig),
    deployment: () => get(resources.deployments, example.deployment),
    controllers: async () => {
      const list = await kube.list<ReplicationController>(resources.replicationControllers, {
        namespace,
        labelSelector: `openshift.io/deployment-config.name=${example.deploymentConfig}`,
      });
      return list.items.sort((a, b) => versionOf(a) - versionOf(b));
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Version that a ReplicationController belongs to. */
export function versionOf({ metadata }: ReplicationController): number {
  return Number(metadata.annotations?.['openshift.io/deployment-config.latest-version']);
}

/** Images of the first container, in the order of the controllers. */
export function imagesOf(controllers: readonly ReplicationController[]): (string | undefined)[] {
  return controllers.map(({ spec }) => spec.template?.spec?.containers[0]?.image);
}

/** The reference by digest that the example's workloads run. */
export const exampleReference = (stack: Stack, digest: string): string =>
  `${stack.registry.host}/${EXAMPLE_REPOSITORY}@${digest}`;
