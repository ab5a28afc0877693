import type { KubeObject } from '@tagstream/api-types';
import {
  type ImageChange,
  imageOwner,
  judgeRevert,
  keptRevert,
  type ManagedFields,
  parseReverts,
  printReverts,
  type Revert,
  type Reverts,
  wayOut,
} from '@tagstream/image-stream';
import type { KubeClient } from '@tagstream/kube';
import type { Telemetry } from '../telemetry.ts';
import type { ProblemReports } from '../workload/problem-reports.ts';
import { imageAt, type WorkloadKey, workloadObject } from '../workload/workload-view.ts';
import type { GateQuestion } from './update-gate.ts';

export interface RevertJudgeDeps {
  readonly kube: Pick<KubeClient, 'get'>;
  /** Field manager of our own writes. */
  readonly ourManager: string;
  /** Tells the owner of a workload who takes its images back, and what there is to do. */
  readonly fights: ProblemReports;
  readonly telemetry: Pick<Telemetry, 'reverted'>;
}

export interface JudgedReverts {
  readonly changes: readonly ImageChange[];
  readonly reverts?: Reverts;
  /** When the first of the others is due; infinite when there is none. */
  readonly againMs: number;
}

/** Finds out which images somebody else has taken back, and which of them may be written again now. */
export interface RevertJudge {
  judge(question: GateQuestion, nowMs: number): Promise<JudgedReverts>;
  /** The record was written, together with the images. */
  wrote(key: WorkloadKey, reverts: Reverts): void;
  /** The workload has what its tags ask for. */
  settled(key: WorkloadKey): void;
  gone(key: WorkloadKey): void;
}

export function createRevertJudge({ kube, ourManager, fights, telemetry }: RevertJudgeDeps): RevertJudge {
  /** What was written with an image: for tools that replace the object, annotations and all. Only of workloads whose images were taken back. */
  const written = new Map<string, Reverts>();

  return {
    async judge({ key, view, before, changes }, nowMs) {
      const onObject = parseReverts(view.policies);
      const known = new Map([...(written.get(key.id) ?? []), ...onObject]);
      const suspects = changes.filter((change) => isTakenBack(change, known.get(change.container), before));
      const owners = suspects.length > 0 ? await readOwners(kube, key, suspects) : undefined;
      const next = new Map(known);
      const allowed: ImageChange[] = [];
      const complaints: string[] = [];
      let againMs = Number.POSITIVE_INFINITY;
      for (const change of changes) {
        const { container, from, to, path } = change;
        const owner = owners?.get(path);
        const record = known.get(container);
        if (owner === undefined || owner.manager === ourManager) {
          allowed.push(change);
          put(next, container, record && record.image === from ? keptRevert(record, to, nowMs) : undefined);
          continue;
        }
        const verdict = judgeRevert({ before: record, image: to, owner, nowMs });
        if (verdict.kind === 'write') {
          allowed.push(change);
          put(next, container, verdict.revert);
        } else againMs = Math.min(againMs, verdict.notBeforeMs);
        if (verdict.kind === 'wait' || verdict.isFight) complaints.push(complaint(container, owner.manager, path));
      }
      if (complaints.length > 0) {
        const message = complaints.join(' ');
        const isNew = fights.report(key, { uid: view.uid, reason: 'ImageUpdateReverted', message });
        if (isNew) telemetry.reverted(key.kind.resource.kind, { workload: key.id, message });
      }
      const isSame = printReverts(next) === printReverts(onObject);
      return { changes: allowed, againMs, ...(!isSame && { reverts: next }) };
    },
    wrote({ id }, reverts) {
      if (reverts.size > 0) written.set(id, reverts);
      else written.delete(id);
    },
    settled: (key) => fights.clear(key),
    gone(key) {
      fights.clear(key);
      written.delete(key.id);
    },
  };
}

function put(reverts: Map<string, Revert>, container: string, revert: Revert | undefined): void {
  if (revert) reverts.set(container, revert);
  else reverts.delete(container);
}

const complaint = (container: string, manager: string, path: string): string =>
  `The image of container ${container} is taken back by ${manager} again and again; it is written again after waits that grow to an hour. ` +
  `The way out: ${wayOut(manager, path)}.`;

/** Whether somebody has replaced the image that was written, for all that is known without asking. */
function isTakenBack(
  { path, from, to }: ImageChange,
  known: Revert | undefined,
  before: GateQuestion['before'],
): boolean {
  return known === undefined ? before !== undefined && imageAt(before, path) === to : known.image !== from;
}

/** Who wrote the images of these fields, as far as Kubernetes knows, by the fields' paths. */
async function readOwners(kube: Pick<KubeClient, 'get'>, key: WorkloadKey, changes: readonly ImageChange[]) {
  const { metadata } = await kube.get<KubeObject>(workloadObject(key));
  const { managedFields } = metadata as { managedFields?: readonly ManagedFields[] }; // as Kubernetes writes it
  return new Map(
    changes.flatMap(({ path, container }) => {
      const list = path.includes('/initContainers/') ? 'initContainers' : 'containers';
      const owner = imageOwner(managedFields, { base: key.kind.base, list, container });
      return owner ? [[path, owner] as const] : [];
    }),
  );
}
