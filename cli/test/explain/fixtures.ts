import type { ImageStream, KubeObject, TagReference } from '@tagstream/api-types';
import { normalizeDeploymentConfig } from '@tagstream/api-types';
import { type CheckRecord, checkId } from '@tagstream/events';
import { TRIGGERS_ANNOTATION } from '@tagstream/image-stream';
import type { Facts, StreamRead, Subject } from '../../src/explain/facts.ts';
import type { Finding } from '../../src/explain/finding.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const MINUTE = 60_000;

export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** The image of a version: `image('a')`. */
export const image = (digit: string): string => `registry.example.com/shop/web@${digest(digit)}`;

const iso = (atMs: number) => new Date(atMs).toISOString();

/** A stream `app` whose tag `latest` got an image for each digit, the newest first, the first of them `agoMs` ago. */
export function appStream(
  digits: string,
  options: {
    readonly agoMs?: number;
    readonly spec?: Partial<TagReference> | null;
    readonly failure?: { readonly reason: string; readonly message: string };
    readonly generation?: number;
    readonly annotations?: Record<string, string>;
    readonly others?: readonly TagReference[];
    readonly createdMs?: number;
  } = {},
): ImageStream {
  const { agoMs = 10 * MINUTE, spec = {}, failure, generation = 1, annotations, others = [] } = options;
  const { createdMs = NOW - 24 * 60 * MINUTE } = options;
  const items = [...digits].map((digit, i) => ({
    created: iso(NOW - agoMs - i * 60 * MINUTE),
    dockerImageReference: image(digit),
    image: digest(digit),
    generation: 1,
  }));
  const from = { kind: 'DockerImage', name: 'registry.example.com/shop/web:latest' };
  const tag = { name: 'latest', from, importPolicy: { scheduled: true }, ...spec };
  const conditions = failure ? [{ type: 'ImportSuccess', status: 'False', generation, ...failure } as const] : [];
  return {
    metadata: {
      name: 'app',
      namespace: 'shop',
      uid: 'u',
      generation,
      creationTimestamp: iso(createdMs),
      ...(annotations && { annotations }),
    },
    spec: { tags: [...(spec === null ? [] : [tag]), ...others] },
    status: { tags: items.length + conditions.length > 0 ? [{ tag: 'latest', items, conditions }] : [] },
  };
}

export const FIELD = 'spec.template.spec.containers[?(@.name=="web")].image';

export function trigger(name = 'app:latest', fieldPath = FIELD, more: object = {}) {
  return { from: { kind: 'ImageStreamTag', name }, fieldPath, ...more };
}

/** A Deployment `web` with a container `web`, rolled out. */
export function deployment(
  running: string,
  triggers: unknown,
  annotations: Record<string, string> = {},
  metadata: object = {},
): Subject {
  const value = typeof triggers === 'string' ? triggers : JSON.stringify(triggers);
  const object = {
    metadata: {
      name: 'web',
      namespace: 'shop',
      generation: 2,
      annotations: { ...(triggers !== undefined && { [TRIGGERS_ANNOTATION]: value }), ...annotations },
      ...metadata,
    },
    spec: {
      replicas: 2,
      template: {
        spec: { initContainers: [{ name: 'init', image: running }], containers: [{ name: 'web', image: running }] },
      },
    },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
  };
  return { kind: 'workload', type: 'deployment', object: object as KubeObject, base: 'spec.template.spec' };
}

/** A DeploymentConfig `web` with a container `web`. */
export function config(
  running: string,
  params: object | undefined,
  more: { readonly spec?: object; readonly status?: object; readonly annotations?: Record<string, string> } = {},
) {
  return normalizeDeploymentConfig({
    metadata: {
      name: 'web',
      namespace: 'shop',
      generation: 1,
      ...(more.annotations && { annotations: more.annotations }),
    },
    spec: {
      replicas: 1,
      selector: { app: 'web' },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: running }] } },
      triggers:
        params === undefined ? [] : [{ type: 'ConfigChange' }, { type: 'ImageChange', imageChangeParams: params }],
      ...more.spec,
    },
    status: { latestVersion: 1, observedGeneration: 1, ...more.status },
  });
}

export interface Told extends Partial<Omit<Facts, 'stream' | 'check' | 'deadLetters'>> {
  readonly subject: Subject;
  readonly streams?: readonly ImageStream[];
  /** What every stream that is not listed was found to be. */
  readonly otherwise?: StreamRead;
  readonly checks?: Readonly<Record<string, CheckRecord>>;
  readonly letters?: ReturnType<Facts['deadLetters']>;
}

/** Facts of the namespace `shop`, NATS read, everything else absent. */
export function factsOf({
  streams = [],
  otherwise = { kind: 'missing' },
  checks = {},
  letters = [],
  ...facts
}: Told): Facts {
  const byId = new Map(streams.map((stream) => [`${stream.metadata.namespace}/${stream.metadata.name}`, stream]));
  return {
    nowMs: NOW,
    namespace: 'shop',
    nats: { kind: 'read' },
    events: [],
    stuckPods: [],
    unread: [],
    stream: (namespace, name) => {
      const stream = byId.get(`${namespace}/${name}`);
      return stream ? { kind: 'stream', stream } : otherwise;
    },
    check: (tag) => checks[checkId(tag)],
    deadLetters: () => letters,
    ...facts,
  };
}

/** Findings as they are printed: `PROBLEM tag: text`, and what to do behind an arrow. */
export const said = (findings: readonly Finding[]): string[] =>
  findings.map(
    ({ kind, about, text, advice }) =>
      `${kind.toUpperCase()} ${about}: ${text}${advice === undefined ? '' : ` → ${advice}`}`,
  );
