import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { type Action, followedTags, type TagResolver } from '@tagstream/deployment';
import type { PullPermission } from '@tagstream/kube';
import type { EventRecorder } from './events.ts';
import type { Telemetry } from './telemetry.ts';

type Wait = Extract<Action, { kind: 'wait' }>;

/** Nobody tells when a right is granted: it is asked about again after so long. */
const AGAIN_MS = 15_000;

/** Why streams may not be followed: sentences by `namespace/stream`. */
export type Refusals = ReadonlyMap<string, string>;

/** What the namespace of a DeploymentConfig may take from streams of other namespaces. */
export interface PullRefusals {
  /** @throws KubeError when nobody can say for now. */
  find(dc: NormalDeploymentConfig): Promise<Refusals>;
  /** Tells the owner once, and has the DeploymentConfig looked at again. */
  heed(key: string, dc: NormalDeploymentConfig, refusals: Refusals, wait: Wait): Wait;
  /** The DeploymentConfig is gone. */
  forget(key: string): void;
}

export interface PullRefusalsDeps {
  readonly mayPull: PullPermission;
  readonly recordEvent: EventRecorder;
  readonly telemetry: Pick<Telemetry, 'log'>;
}

export function createPullRefusals({ mayPull, recordEvent, telemetry }: PullRefusalsDeps): PullRefusals {
  /** What was told last, of DeploymentConfigs with a refusal. */
  const told = new Map<string, string>();
  return {
    async find(dc) {
      const { namespace: home = '' } = dc.metadata;
      const refusals = new Map<string, string>();
      for (const { namespace, stream: name } of followedTags(dc)) {
        if (namespace === home) continue;
        const refusal = await mayPull(home, { namespace, name });
        if (refusal !== undefined) refusals.set(`${namespace}/${name}`, refusal);
      }
      return refusals;
    },
    heed(key, dc, refusals, wait) {
      if (refusals.size === 0) {
        told.delete(key);
        return wait;
      }
      const reason = 'ImagePullForbidden';
      const message = `An image of another namespace may not be used: ${[...refusals.values()].sort().join('; ')}`;
      const statement = `${dc.metadata.uid} ${message}`;
      if (told.get(key) !== statement) {
        told.set(key, statement);
        recordEvent(dc, { type: 'Warning', reason, message, counted: false });
        telemetry.log.warn({ config: key, reason, message }, 'image may not be used');
      }
      return { ...wait, againAfterMs: Math.min(wait.againAfterMs ?? AGAIN_MS, AGAIN_MS) };
    },
    forget: (key) => void told.delete(key),
  };
}

/** What tags resolve to for one that may not follow some of them: those are as if they were not there. */
export function withoutRefused(resolve: TagResolver, refusals: Refusals): TagResolver {
  return (namespace, stream, tag) =>
    refusals.has(`${namespace}/${stream}`) ? undefined : resolve(namespace, stream, tag);
}
