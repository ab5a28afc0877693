/** Whether something is as it should be, will be by itself or by somebody's decision, needs somebody, or could not be looked at. */
export type FindingKind = 'ok' | 'waiting' | 'problem' | 'unknown';

/** What a finding is about, from the registry's side to the pods'. */
export type About =
  | 'image'
  | 'trigger'
  | 'policy'
  | 'tag'
  | 'check'
  | 'message'
  | 'event'
  | 'rollout'
  | 'pods'
  | 'source';

/** One thing that explains why an object runs what it runs. */
export interface Finding {
  readonly kind: FindingKind;
  readonly about: About;
  /** A sentence for people, without the full stop. */
  readonly text: string;
  /** What to do about it; a command line where there is one. */
  readonly advice?: string;
}

/** What the findings come to as a whole: the worst of what is known. */
export function worst(findings: readonly Finding[]): FindingKind {
  for (const kind of ['problem', 'waiting'] as const)
    if (findings.some((finding) => finding.kind === kind)) return kind;
  return 'ok';
}
