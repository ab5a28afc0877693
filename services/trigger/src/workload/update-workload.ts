import type { ImageStream, KubeObject } from '@tagstream/api-types';
import { reactToTriggers, resolveTag, type TagAddress, triggerSource } from '@tagstream/image-stream';
import { isKubeError, type KubeClient, type PullPermission } from '@tagstream/kube';
import { type GateAnswer, policyProblem, type UpdateGate } from '../policy/update-gate.ts';
import { type StreamName, streamId } from '../stream/stream-key.ts';
import type { Telemetry } from '../telemetry.ts';
import { imagePatch } from './image-patch.ts';
import type { ProblemReports } from './problem-reports.ts';
import { viewWorkload, type WorkloadKey, type WorkloadView, workloadObject } from './workload-view.ts';

/** Field manager of our image writes: kubectl and GitOps tools show it beside the field. */
export const FIELD_MANAGER = 'tagstream-trigger';

export interface UpdateWorkloadDeps {
  readonly kube: Pick<KubeClient, 'get' | 'jsonPatch'>;
  /** What the watch cache has; it may be stale, its resourceVersion guards the write. */
  readonly cached: (key: WorkloadKey) => WorkloadView | undefined;
  /** Reads a stream as it is now, never an answer from before the call. */
  readonly readStream: (stream: StreamName) => Promise<ImageStream | undefined>;
  /** Whether a namespace may take images from a stream of another one. */
  readonly mayPull: PullPermission;
  /** Tells the owner of the workload that its triggers cannot be followed, and forgets about it when they can. */
  readonly problems: ProblemReports;
  /** Decides what of it may be written now. */
  readonly gate: UpdateGate;
  /** What the workload was before somebody changed it, when that is why it is looked at; told once. */
  readonly changedFrom: (key: WorkloadKey) => WorkloadView | undefined;
  /** Runs a write in its turn; what is read before is shared and needs none. */
  readonly inTurn: <T>(write: () => Promise<T>) => Promise<T>;
  /** Told the version of the workload that a write of ours made. */
  readonly wrote: (key: WorkloadKey, resourceVersion: string) => void;
  readonly telemetry: Pick<Telemetry, 'conflicted' | 'patched' | 'refused'>;
}

/** A Deployment's status changes many times during a rollout, and each change moves its resourceVersion. */
const MAX_ROUNDS = 10;

/** What the owner of a workload is told, by the reason of the Kubernetes Event. */
const EXPLANATIONS = {
  ImageTriggerInvalid: 'The annotation image.openshift.io/triggers cannot be followed',
  ImageUpdatePolicyInvalid: 'No image is written before its annotations are mended',
  ImagePullForbidden: 'An image of another namespace may not be used',
  ImageUpdateRefused: 'The images that the triggers ask for cannot be written',
} as const;

/**
 * What an update came to. `busy`: others kept writing the workload; try again later. `forbidden`: a trigger may not be followed
 * before its source allows it, and others were followed. `waiting`: what is to be written may not be written yet, and the workload is
 * looked at again when it may.
 */
export type UpdateResult = 'patched' | 'unchanged' | 'waiting' | 'gone' | 'refused' | 'forbidden' | 'busy';

/**
 * Writes into a workload what its triggers ask for. First the workload is taken, then its streams are read, then the patch is sent
 * with the workload's resourceVersion: so whoever works with an old stream gets a conflict instead of writing an old digest.
 */
export async function updateWorkload(deps: UpdateWorkloadDeps, key: WorkloadKey): Promise<UpdateResult> {
  let view = deps.cached(key);
  const before = deps.changedFrom(key);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (view === undefined) return settled(deps, key, 'gone');
    if (view.problem !== undefined) return refuse(deps, key, view, 'ImageTriggerInvalid', view.problem);
    const unclear = policyProblem(view.policies);
    if (unclear !== undefined) return refuse(deps, key, view, 'ImageUpdatePolicyInvalid', unclear);
    const { streams, refusals } = await readStreams(deps, key, view);
    const [refusal] = refusals;
    const taken = view;
    const end = (result: 'patched' | 'unchanged' | 'waiting') => {
      if (refusal === undefined) return settled(deps, key, result);
      refuse(deps, key, taken, 'ImagePullForbidden', refusal);
      return 'forbidden';
    };
    const resolve = ({ namespace, stream, tag }: TagAddress) => {
      const read = streams.get(streamId({ namespace, name: stream }));
      return read && resolveTag(read, tag);
    };
    const reaction = reactToTriggers(view.object, key.kind.base, view.triggers, resolve);
    if (reaction.kind === 'unchanged') {
      deps.gate.settled(key);
      return end('unchanged');
    }
    if (reaction.kind === 'error') return refuse(deps, key, view, 'ImageTriggerInvalid', reaction.reason);
    const due = await deps.gate.judge({ key, view, before, changes: reaction.changes, resolve });
    if (due.changes.length === 0) return end('waiting');
    const outcome = await patch(deps, key, view, due);
    if (outcome === 'patched') return end('patched');
    if (outcome !== 'overtaken') return refuse(deps, key, view, 'ImageUpdateRefused', outcome.refused);
    deps.telemetry.conflicted('workload', { workload: key.id });
    view = await readWorkload(deps, key);
  }
  return 'busy';
}

/** Reads the streams that triggers name. One that may not be pulled from is as if it were not there. */
async function readStreams(deps: UpdateWorkloadDeps, key: WorkloadKey, view: WorkloadView) {
  const names = new Map<string, StreamName>();
  for (const trigger of view.triggers) {
    const source = triggerSource(trigger, key.namespace);
    if (source === undefined || trigger.paused) continue;
    const name = { namespace: source.namespace, name: source.stream };
    names.set(streamId(name), name);
  }
  const streams = new Map<string, ImageStream | undefined>();
  const refusals: string[] = [];
  await Promise.all(
    [...names].map(async ([id, name]) => {
      const refusal = await deps.mayPull(key.namespace, name);
      if (refusal === undefined) streams.set(id, await deps.readStream(name));
      else refusals.push(refusal);
    }),
  );
  return { streams, refusals: refusals.sort() };
}

/** `overtaken` when the workload changed since it was read; `refused` when the API server does not allow the change. */
async function patch(
  deps: UpdateWorkloadDeps,
  key: WorkloadKey,
  view: WorkloadView,
  due: GateAnswer,
): Promise<'patched' | 'overtaken' | { readonly refused: string }> {
  try {
    const operations = imagePatch(view.resourceVersion, due.changes, due.reverts);
    const { metadata } = await deps.inTurn(() =>
      deps.kube.jsonPatch<KubeObject>(workloadObject(key), operations, {
        fieldManager: FIELD_MANAGER,
        metadataOnly: true,
      }),
    );
    deps.wrote(key, metadata.resourceVersion ?? '');
  } catch (error) {
    if (isKubeError(error, 'conflict', 'not_found')) return 'overtaken';
    if (isKubeError(error, 'invalid', 'forbidden')) return { refused: error.message };
    throw error;
  }
  deps.gate.wrote(key, due);
  deps.telemetry.patched(key.kind.resource.kind, {
    workload: key.id,
    images: due.changes.map(({ container, to }) => `${container}=${to}`),
  });
  return 'patched';
}

async function readWorkload(deps: UpdateWorkloadDeps, key: WorkloadKey): Promise<WorkloadView | undefined> {
  try {
    return viewWorkload(await deps.kube.get<KubeObject>(workloadObject(key)), key.kind);
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

/** Trying again cannot help before the workload or its streams change, and then it is looked at anyway. */
function refuse(
  { problems, telemetry }: UpdateWorkloadDeps,
  key: WorkloadKey,
  { uid }: WorkloadView,
  reason: keyof typeof EXPLANATIONS,
  detail: string,
): UpdateResult {
  const isNew = problems.report(key, { uid, reason, message: `${EXPLANATIONS[reason]}: ${detail}` });
  if (isNew) telemetry.refused(key.kind.resource.kind, { workload: key.id, reason, detail });
  return 'refused';
}

function settled<R extends UpdateResult>({ problems }: UpdateWorkloadDeps, key: WorkloadKey, result: R): R {
  problems.clear(key);
  return result;
}
