import { objectReference } from './object-reference.ts';
import { flag, list, object, type Schema, text } from './schema.ts';

/** CEL rules need limits; one trigger per container is the most that makes sense. */
const MAX_TRIGGERS = 64;
const MAX_CONTAINER_NAMES = 64;

const from = objectReference('The tag to follow.', 'ImageStreamTag (default).', '<stream>:<tag>.', {
  'x-kubernetes-validations': [
    {
      rule: "has(self.name) && self.name != ''",
      message: 'a name is required',
      fieldPath: '.name',
      reason: 'FieldValueRequired',
    },
    {
      rule: "!has(self.kind) || self.kind in ['', 'ImageStreamTag', 'ImageStream', 'ImageRepository']",
      message: 'kind must be an ImageStreamTag',
      fieldPath: '.kind',
    },
    {
      rule: "!has(self.name) || self.name == '' || self.name.matches('^[a-z0-9]+([._-][a-z0-9]+)*:[^:]+$') || (has(self.kind) && self.kind in ['ImageStream', 'ImageRepository'] && self.name.matches('^[a-z0-9]+([._-][a-z0-9]+)*$'))",
      message: 'must be in the form of <name>:<tag>',
      fieldPath: '.name',
    },
  ],
});

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
          {
            maxItems: MAX_CONTAINER_NAMES,
          },
        ),
        from,
        lastTriggeredImage: text('Pull spec that this trigger last wrote. Managed by the system.'),
      },
      {
        nullable: true,
        'x-kubernetes-validations': [
          {
            rule: 'has(self.from)',
            message: 'the tag to follow is required',
            fieldPath: '.from',
            reason: 'FieldValueRequired',
          },
          {
            rule: 'has(self.containerNames) && self.containerNames.size() > 0',
            message: 'at least one container name is required',
            fieldPath: '.containerNames',
            reason: 'FieldValueRequired',
          },
        ],
      },
    ),
  },
  {
    required: ['type'],
    'x-kubernetes-validations': [
      {
        rule: "self.type != 'ImageChange' || has(self.imageChangeParams)",
        message: 'required for an ImageChange trigger',
        fieldPath: '.imageChangeParams',
        reason: 'FieldValueRequired',
      },
    ],
  },
);

export const triggers: Schema = list(
  'What starts a rollout. Absent or null: one ConfigChange trigger. Empty: rollouts are started by hand only.',
  trigger,
  { maxItems: MAX_TRIGGERS },
);
