import { objectReference } from './object-reference.ts';
import { list, object, type Schema, text } from './schema.ts';

/** CEL rules need a limit; a hook runs one command in one container. */
const MAX_HOOK_IMAGES = 32;

/** A hook of a rollout: exactly one of `execNewPod` and `tagImages`. `env` is the schema of a container's `env`. */
export const lifecycleHook = (description: string, env: Schema): Schema =>
  object(
    description,
    {
      failurePolicy: text('Retry: try again until it succeeds. Abort: fail the rollout. Ignore: go on.', {
        enum: ['Retry', 'Abort', 'Ignore'],
      }),
      execNewPod: object(
        'Run a command in a new pod made from the pod template.',
        {
          command: list('The command; replaces the entrypoint.', { type: 'string' }, { minItems: 1, nullable: false }),
          env: { ...env, description: "Environment variables, on top of the container's.", nullable: true },
          containerName: text("Container whose image is used. Default: the pod template's only one."),
          volumes: list("Names of the pod template's volumes to mount as the container does.", {
            type: 'string',
            minLength: 1,
          }),
        },
        { nullable: true, required: ['command'] },
      ),
      tagImages: list(
        'Tag the images of containers into image streams.',
        object(
          'One image to tag.',
          {
            containerName: text("Container whose image is tagged. Default: the pod template's only one.", {
              maxLength: 63,
            }),
            to: objectReference('The tag to write.', 'ImageStreamTag.', '<stream>:<tag>.', {
              'x-kubernetes-validations': [
                {
                  rule: "has(self.kind) && self.kind == 'ImageStreamTag'",
                  message: 'Must be "ImageStreamTag"',
                  fieldPath: '.kind',
                },
                {
                  rule: "has(self.name) && self.name != ''",
                  message: 'a name is required',
                  fieldPath: '.name',
                  reason: 'FieldValueRequired',
                },
              ],
            }),
          },
          { required: ['to'] },
        ),
        { maxItems: MAX_HOOK_IMAGES },
      ),
    },
    {
      nullable: true,
      required: ['failurePolicy'],
      'x-kubernetes-validations': [
        {
          rule: 'has(self.execNewPod) != (has(self.tagImages) && self.tagImages.size() > 0)',
          message: 'must specify exactly one of execNewPod and tagImages',
        },
      ],
    },
  );
