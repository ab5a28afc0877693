import { objectReference } from './object-reference.ts';
import { flag, list, object, type Rule, type Schema, text } from './schema.ts';

/** CEL rules need limits; one trigger per container is the most that makes sense. */
const MAX_TRIGGERS = 64;
const MAX_CONTAINER_NAMES = 64;

const IMAGE_CHANGE = "self.type != 'ImageChange' || !has(self.imageChangeParams)";
const FROM = 'self.imageChangeParams.from';
const HAS_NAME = `has(${FROM}.name) && ${FROM}.name != ''`;
const STREAM = '[a-z0-9]+([._-][a-z0-9]+)*';

/** OpenShift looks at the parameters of ImageChange triggers only; those of another type it keeps as they are. */
const rules: Rule[] = [
  {
    rule: "self.type != 'ImageChange' || has(self.imageChangeParams)",
    message: 'required for an ImageChange trigger',
    fieldPath: '.imageChangeParams',
    reason: 'FieldValueRequired',
  },
  {
    rule: `${IMAGE_CHANGE} || (has(${FROM}) && ${HAS_NAME})`,
    message: 'the tag to follow is required',
    fieldPath: '.imageChangeParams.from',
    reason: 'FieldValueRequired',
  },
  {
    rule: `${IMAGE_CHANGE} || !has(${FROM}) || !has(${FROM}.kind) || ${FROM}.kind in ['', 'ImageStreamTag', 'ImageStream', 'ImageRepository']`,
    message: 'kind must be an ImageStreamTag',
    fieldPath: '.imageChangeParams.from.kind',
  },
  {
    rule:
      `${IMAGE_CHANGE} || !has(${FROM}) || !(${HAS_NAME}) || ${FROM}.name.matches('^${STREAM}:[^:]+$') || ` +
      `(has(${FROM}.kind) && ${FROM}.kind in ['ImageStream', 'ImageRepository'] && ${FROM}.name.matches('^${STREAM}$'))`,
    message: 'must be in the form of <name>:<tag>',
    fieldPath: '.imageChangeParams.from.name',
  },
  {
    rule: `${IMAGE_CHANGE} || (has(self.imageChangeParams.containerNames) && self.imageChangeParams.containerNames.size() > 0)`,
    message: 'at least one container name is required',
    fieldPath: '.imageChangeParams.containerNames',
    reason: 'FieldValueRequired',
  },
];

const trigger = object(
  'Something that starts a rollout.',
  {
    type: text('ConfigChange or ImageChange.', { minLength: 1, maxLength: 64 }),
    imageChangeParams: object(
      'Which tag to follow, and for which containers.',
      {
        automatic: flag('Whether a new image starts a rollout. False: the image is resolved at a manual rollout only.'),
        containerNames: list(
          'Containers that get the image.',
          { type: 'string', maxLength: 63 },
          { maxItems: MAX_CONTAINER_NAMES },
        ),
        from: objectReference('The tag to follow.', 'ImageStreamTag (default).', '<stream>:<tag>.'),
        lastTriggeredImage: text('Pull spec that this trigger last wrote. Managed by the system.'),
      },
      { nullable: true },
    ),
  },
  { required: ['type'], 'x-kubernetes-validations': rules },
);

/** `spec.triggers` of a DeploymentConfig. */
export const triggers: Schema = list(
  'What starts a rollout. Absent or null: one ConfigChange trigger. Empty: rollouts are started by hand only.',
  trigger,
  { maxItems: MAX_TRIGGERS },
);
