import type {
  DeploymentConfig,
  DeploymentConfigSpec,
  NormalDeploymentConfig,
  ReplicationController,
} from '@tagstream/api-types';
import { normalizeDeploymentConfig } from '@tagstream/api-types';
import { type Emission, newReplicationController, nextStep, type Observed, type Phase } from '../../src/index.ts';

/** An instant that tests count from. */
export const START_MS = Date.parse('2026-11-21T10:00:00.000Z');

interface DcOptions {
  readonly spec?: Partial<DeploymentConfigSpec>;
  readonly status?: DeploymentConfig['status'];
  readonly metadata?: Partial<DeploymentConfig['metadata']>;
}

/** A DeploymentConfig `shop/web` with one container, rolled out on changes of its configuration. */
export function dcOf({ spec, status, metadata }: DcOptions = {}): NormalDeploymentConfig {
  return normalizeDeploymentConfig({
    apiVersion: 'apps.openshift.io/v1',
    kind: 'DeploymentConfig',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'dc-uid',
      resourceVersion: '1',
      generation: 1,
      labels: { team: 'shop' },
      ...metadata,
    },
    spec: { replicas: 1, selector: { app: 'web' }, template: templateOf('web:1'), ...spec },
    ...(status ? { status } : {}),
  });
}

export function templateOf(image: string) {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } };
}

interface RcOptions {
  readonly replicas?: number;
  /** Pods: existing, ready and available ones; all equal to replicas when not given. */
  readonly current?: number;
  readonly available?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The configuration it was made from; the given one when absent. */
  readonly dc?: NormalDeploymentConfig;
}

const toldAlready = {
  'rollout.tagstream.io/announced': 'started,first-pod-ready,complete,failed,cancelled,rolled-back',
};

/** The ReplicationController of a version, as it would have been created, then brought to a phase and told about. */
export function rcOf(version: number, phase: Phase, options: RcOptions = {}): ReplicationController {
  const { replicas = 0, current = replicas, available = current, annotations = {}, dc = dcOf() } = options;
  const made = newReplicationController({ ...dc, status: { ...dc.status, latestVersion: version } });
  return {
    ...made,
    metadata: {
      ...made.metadata,
      uid: `rc-uid-${version}`,
      resourceVersion: String(100 + version),
      creationTimestamp: new Date(START_MS).toISOString(),
      annotations: {
        ...made.metadata.annotations,
        'openshift.io/deployment.phase': phase,
        ...toldAlready,
        ...annotations,
      },
    },
    spec: { ...made.spec, replicas },
    status: { replicas: current, readyReplicas: available, availableReplicas: available },
  };
}

/** What a tag resolves to that stands for an image; undefined for none. */
export function resolvedAs(reference: string | undefined, created = new Date(START_MS).toISOString()) {
  return reference === undefined
    ? undefined
    : { reference, image: reference.slice(reference.indexOf('@') + 1), created };
}

/** What {@link nextStep} is given, with everything that a test does not care about. */
export function observe(
  dc: NormalDeploymentConfig,
  rcs: readonly ReplicationController[],
  more: Partial<Observed> = {},
) {
  const observed: Observed = {
    dc,
    problems: [],
    rcs,
    resolve: () => undefined,
    runningPods: new Map(),
    pods: [],
    livePods: new Map(),
    liveTags: new Map(),
    isPublished: (_: Emission) => true,
    canPublish: true,
    nowMs: START_MS,
    ...more,
  };
  return observed;
}

export function step(dc: NormalDeploymentConfig, rcs: readonly ReplicationController[], more: Partial<Observed> = {}) {
  return nextStep(observe(dc, rcs, more));
}
