import type { DeploymentDetails, NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { ImageChange, TagResolver } from '../image-triggers.ts';
import { isTerminal, phaseOf } from '../phase.ts';
import { recordedConfig } from '../recorded-config.ts';
import { latestVersionOf } from '../versions.ts';
import { refreshedImages, withImages } from './refresh-images.ts';
import { type Refusal, refused } from './refusal.ts';
import { rolloutCause } from './rollout-cause.ts';

/** What a DeploymentRequest of OpenShift's `instantiate` says. `oc rollout latest` sends force and, unless `--again`, latest. */
export interface InstantiateRequest {
  /** Write the images that the tags stand for now first. */
  readonly latest: boolean;
  /** Roll out whether or not anything changed; triggers that are not automatic count too. */
  readonly force: boolean;
  /** Types of triggers whose images are not refreshed. */
  readonly excludeTriggers: readonly string[];
}

/** What a request for a rollout comes to. */
export type Instantiation =
  | {
      readonly kind: 'new-version';
      readonly version: number;
      readonly details: DeploymentDetails;
      /** To be written into the spec before the version is. */
      readonly images: ImageChange | undefined;
    }
  /** Nothing to roll out, which is no error. */
  | { readonly kind: 'nothing'; readonly message: string }
  | Refusal;

/**
 * OpenShift's `instantiate`: starts the next version by request. How the two writes are made: `new-version.ts`.
 *
 * @param latest the ReplicationController of the latest version; undefined when it is not there
 * @param resolve live: what the tags stand for now
 */
export function instantiate(
  dc: NormalDeploymentConfig,
  latest: ReplicationController | undefined,
  request: InstantiateRequest,
  resolve: TagResolver,
): Instantiation {
  const { name } = dc.metadata;
  const version = latestVersionOf(dc);
  if (dc.spec.paused) {
    return refused('paused', `deployment config "${name}" is paused - unpause to request a new deployment`);
  }
  if (version > 0 && latest === undefined) {
    return refused('not_deployed', `rollout #${version} of "${name}" has no ReplicationController yet; try again`);
  }
  const previous = recordedConfig(latest);
  if (latest !== undefined && previous === undefined) {
    return refused(
      'undecodable',
      `the configuration recorded in replication controller "${latest.metadata.name}" cannot be read`,
    );
  }
  const images = request.latest ? refreshedImages(dc, request, resolve) : undefined;
  const cause = rolloutCause(images ? withImages(dc, images) : dc, previous, request.force);
  switch (cause.kind) {
    case 'cause':
      return { kind: 'new-version', version: version + 1, details: cause.details, images };
    case 'none':
      return { kind: 'nothing', message: `deployment config "${name}" cannot be instantiated` };
    case 'refused':
      return cause;
  }
}

/**
 * What `oc rollout latest` checks before it asks: nothing paused, and no second rollout beside one under way.
 * Undefined when nothing is in the way.
 */
export function obstacleToLatest(
  dc: NormalDeploymentConfig,
  latest: ReplicationController | undefined,
): Refusal | undefined {
  if (dc.spec.paused) return refused('paused', 'cannot deploy a paused deployment config');
  if (latest === undefined || isTerminal(latest)) return undefined;
  return refused('in_progress', `#${latestVersionOf(dc)} is already in progress (${phaseOf(latest)}).`);
}
