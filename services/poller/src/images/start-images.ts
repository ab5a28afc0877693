import type { KubeClient } from '@tagstream/kube';
import { type ConfigOf, field, type ServiceContext } from '@tagstream/service';
import { Type } from 'typebox';
import { createRecordImages, type RecordImages } from './record-images.ts';

/** Whether images are recorded: spread into the configuration of the service. */
export const imageFields = {
  imageObjects: field({
    env: 'TAGSTREAM_IMAGE_OBJECTS',
    schema: Type.Boolean(),
    default: true,
    description: 'Records each imported image as an Image object of the cluster; needs the right to create them',
  }),
} as const;

/** Starts recording images; undefined when that is switched off. */
export function startImages(
  context: Pick<ServiceContext<ConfigOf<typeof imageFields>>, 'config' | 'log' | 'clock' | 'metrics' | 'defer'>,
  kube: Pick<KubeClient, 'create'>,
): RecordImages | undefined {
  const { config, log, clock, metrics, defer } = context;
  if (!config.imageObjects) return undefined;
  const images = metrics.counter({
    name: 'tagstream_poller_image_objects_total',
    help: 'Image objects created, and images that could not be recorded',
    labels: ['result'],
  });
  const recorder = defer(
    createRecordImages({
      kube,
      clock,
      telemetry: {
        recorded: (created) => images.inc({ result: 'created' }, created),
        failed: (image, error) => log.debug({ image, err: error }, 'image not recorded yet'),
        givenUp(image, error) {
          images.inc({ result: 'given-up' });
          log.warn({ image, err: error }, 'image not recorded');
        },
      },
    }),
  );
  return recorder.record;
}
