import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import {
  decideVersion,
  isTerminal,
  latestVersionOf,
  phaseOf,
  recordedConfig,
  rolloutStatus,
  sameTemplate,
} from '@tagstream/deployment';
import { parseReverts } from '@tagstream/image-stream';
import type { Finding } from '../finding.ts';

/** How far the latest version of a DeploymentConfig is, and whether there will be another one. */
export function explainConfigRollout(dc: NormalDeploymentConfig, latest: ReplicationController | undefined): Finding[] {
  const title = `dc/${dc.metadata.name}`;
  const version = latestVersionOf(dc);
  const next = upcoming(dc, latest, title);
  if (version === 0)
    return [...next, { kind: 'waiting', about: 'rollout', text: 'no version has been rolled out yet' }];
  const { kind, message } = rolloutStatus(dc, 0);
  const causes = dc.status?.details?.message ? ` (${dc.status.details.message})` : '';
  if (kind === 'done')
    return [...next, { kind: 'ok', about: 'rollout', text: `version ${version} runs: ${message}${causes}` }];
  if (kind === 'failed' && !dc.spec.paused) {
    const text = `version ${version} has failed: ${message}${causes}`;
    const advice = `kubectl describe rc/${latest?.metadata.name ?? ''}; to try again: tagstream rollout retry ${title}`;
    return [...next, { kind: 'problem', about: 'rollout', text, advice }];
  }
  const phase = latest === undefined ? 'has no ReplicationController yet' : `is ${phaseOf(latest)}`;
  return [...next, { kind: 'waiting', about: 'rollout', text: `version ${version} ${phase}: ${message}${causes}` }];
}

/** What keeps the template that is written from being rolled out. */
function upcoming(dc: NormalDeploymentConfig, latest: ReplicationController | undefined, title: string): Finding[] {
  if (dc.spec.paused) {
    const text = 'it is paused: what is written is not rolled out';
    return [{ kind: 'waiting', about: 'rollout', text, advice: `tagstream rollout resume ${title}` }];
  }
  // What another tool has written over the images is not rolled out: versions are made with those of the triggers.
  if (parseReverts(dc.metadata.annotations).size > 0) return [];
  const recorded = recordedConfig(latest);
  const decision = decideVersion(dc, recorded);
  if (decision.kind === 'new-version' && (latest === undefined || isTerminal(latest))) {
    const text = `the next version is about to start: ${decision.details.message ?? ''}`;
    return [{ kind: 'waiting', about: 'rollout', text }];
  }
  if (decision.kind !== 'none' || recorded === undefined || sameTemplate(dc.spec.template, recorded.spec.template)) {
    return [];
  }
  const text = `the pod template is another one than that of version ${latestVersionOf(dc)}, and no trigger rolls it out`;
  return [{ kind: 'waiting', about: 'rollout', text, advice: `tagstream rollout latest ${title}` }];
}
