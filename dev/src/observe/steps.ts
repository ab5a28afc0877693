/** What happens between a push and the end of the rollout it causes, in the usual order. */
export const steps = [
  'pushed',
  'pushSeen',
  'registryAsked',
  'digestInStatus',
  'tagUpdated',
  'deploymentPatched',
  'replicationControllerCreated',
  'replicationControllerReady',
  'oldScaledDown',
] as const;

export type Step = (typeof steps)[number];

/** Milliseconds since the push was sent, by step. */
export type StepTimes = Readonly<Record<Step, number>>;

/** What is looked at: which tag, and who follows it. */
export interface Followed {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
  readonly deployment: string;
  readonly deploymentConfig: string;
}
