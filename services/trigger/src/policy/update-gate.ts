import {
  type Annotations,
  type ImageChange,
  mayUpdate,
  type Reverts,
  type TagAddress,
  type UpdateCandidate,
  updatePolicy,
} from '@tagstream/image-stream';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from '../telemetry.ts';
import type { ProblemReports } from '../workload/problem-reports.ts';
import { tagId, type WorkloadKey, type WorkloadView } from '../workload/workload-view.ts';
import type { JudgedReverts, RevertJudge } from './revert-judge.ts';

export interface UpdateGateDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly reverts: RevertJudge;
  /** Tells the owner of a workload what its images wait for. */
  readonly waits: ProblemReports;
  readonly telemetry: Pick<Telemetry, 'waiting'>;
  /** Has the workload looked at again at a time; milliseconds since the epoch. */
  readonly lookAgainAt: (key: WorkloadKey, atMs: number) => void;
}

/** A look at a workload whose images differ from its tags. */
export interface GateQuestion {
  readonly key: WorkloadKey;
  readonly view: WorkloadView;
  /** The workload before somebody else changed it, when that is why it is looked at. */
  readonly before: WorkloadView | undefined;
  readonly changes: readonly ImageChange[];
  readonly resolve: (tag: TagAddress) => UpdateCandidate | undefined;
}

/** What of the changes may be written now. */
export interface GateAnswer {
  readonly changes: readonly ImageChange[];
  /** What to keep on the object about images that were taken back; undefined leaves what is there. */
  readonly reverts?: Reverts;
}

/**
 * Stands between what triggers ask for and the write: heeds the owner's update policy, and keeps from fighting with whoever takes images
 * back. What has to wait is looked at again when its time comes. Nothing is remembered that is not in the objects: after a restart, or
 * in another replica, the same wait is found again.
 */
export interface UpdateGate {
  judge(question: GateQuestion): Promise<GateAnswer>;
  /** The images that were let through are written. */
  wrote(key: WorkloadKey, answer: GateAnswer): void;
  /** The workload has what its tags ask for. */
  settled(key: WorkloadKey): void;
  gone(key: WorkloadKey): void;
}

/** Why the policy annotations of a workload cannot be read; undefined when they can. */
export function policyProblem(annotations: Annotations): string | undefined {
  const parsed = updatePolicy(annotations);
  return parsed.kind === 'invalid' ? parsed.problems.join('; ') : undefined;
}

export function createUpdateGate({ clock, reverts, waits, telemetry, lookAgainAt }: UpdateGateDeps): UpdateGate {
  return {
    async judge(question) {
      const { key, view } = question;
      const nowMs = clock.now();
      const due = heedPolicy(question, nowMs);
      const judged: JudgedReverts = await reverts.judge({ ...question, changes: due.changes }, nowMs);
      if (due.messages.length > 0) {
        const message = `A new image waits: ${due.messages.join('; ')}`;
        const isNew = waits.report(key, { uid: view.uid, reason: 'ImageUpdateWaiting', message });
        if (isNew) telemetry.waiting(key.kind.resource.kind, { workload: key.id, message });
      }
      const againMs = Math.min(due.againMs, judged.againMs);
      if (Number.isFinite(againMs)) lookAgainAt(key, againMs);
      return { changes: judged.changes, ...(judged.reverts && { reverts: judged.reverts }) };
    },
    wrote(key, answer) {
      if (answer.reverts) reverts.wrote(key, answer.reverts);
    },
    settled(key) {
      waits.clear(key);
      reverts.settled(key);
    },
    gone(key) {
      waits.clear(key);
      reverts.gone(key);
    },
  };
}

/** The changes that the policy lets through, what the others wait for, and when the first of them is due. */
function heedPolicy({ view, changes, resolve }: GateQuestion, nowMs: number) {
  const parsed = updatePolicy(view.policies);
  if (parsed.kind !== 'policy') {
    return { changes: parsed.kind === 'none' ? changes : [], messages: [], againMs: Number.POSITIVE_INFINITY };
  }
  const waiting = new Map<string, number>();
  const verdicts = new Map<string, boolean>();
  for (const { source } of changes) {
    const id = tagId(source);
    const candidate = resolve(source);
    if (verdicts.has(id) || candidate === undefined) continue;
    const verdict = mayUpdate(parsed.policy, candidate, nowMs);
    verdicts.set(id, verdict.kind === 'now');
    if (verdict.kind === 'wait') waiting.set(verdict.message, verdict.notBeforeMs);
  }
  return {
    changes: changes.filter(({ source }) => verdicts.get(tagId(source)) === true),
    messages: [...waiting.keys()].sort(),
    againMs: Math.min(...waiting.values()),
  };
}
