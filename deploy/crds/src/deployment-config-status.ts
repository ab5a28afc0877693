import { conditionFields } from './condition.ts';
import { objectReference } from './object-reference.ts';
import { count, instant, list, long, object, type Schema, text } from './schema.ts';

const counter = (description: string): Schema => count(description, { minimum: 0, default: 0 });

const neverDecreases = (description: string): Schema =>
  long(description, {
    minimum: 0,
    default: 0,
    'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'cannot be decremented' }],
  });

const cause = object(
  'What started the rollout.',
  {
    type: text('Manual, ConfigChange or ImageChange.'),
    imageTrigger: object(
      'Which image changed.',
      { from: objectReference('The tag that moved.', 'ImageStreamTag.', '<stream>:<tag>.') },
      { nullable: true },
    ),
  },
  { required: ['type'] },
);

const condition = object(
  'A condition of the rollouts.',
  {
    type: text('Available, Progressing or ReplicaFailure.'),
    lastUpdateTime: instant('When the condition was last written.'),
    ...conditionFields,
  },
  { required: ['type', 'status'] },
);

/** `status` of a DeploymentConfig. */
export const deploymentConfigStatus: Schema = object(
  'How far the rollouts are. Written by the system.',
  {
    latestVersion: neverDecreases('Version of the newest rollout. Its ReplicationController is <name>-<version>.'),
    observedGeneration: neverDecreases('Generation of the spec that this status is about.'),
    replicas: counter('Pods of all versions.'),
    updatedReplicas: counter('Pods of the newest version.'),
    availableReplicas: counter('Pods that have been ready for minReadySeconds.'),
    unavailableReplicas: counter('Pods that are not available.'),
    readyReplicas: count('Pods that are ready.', { minimum: 0 }),
    details: object(
      'Why the newest rollout was started.',
      { message: text('In words.'), causes: list('The causes.', cause) },
      { nullable: true },
    ),
    conditions: list('Conditions of the rollouts.', condition, {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    }),
    labelSelector: text('Label selector of the pods as text, for the scale subresource.'),
    triggeredBy: text('What starts a rollout, shortened for display.'),
    announcedRollout: text(
      'The rollout that was told about to its end: the uid of its ReplicationController, and the attempt.',
    ),
  },
  { default: {} },
);
