import type {
  BuildRequest,
  ImageChangeTriggerStatus,
  NormalBuildConfig,
  NormalBuildImageTrigger,
  ObjectReference,
} from '@tagstream/api-types';
import { BuildError } from './build-error.ts';
import type { ImageResolver } from './resolve-image.ts';
import { unresolved } from './unresolved.ts';

/** The ImageChange triggers of a BuildConfig, paused ones among them. */
export function imageTriggersOf(bc: NormalBuildConfig): NormalBuildImageTrigger[] {
  return bc.spec.triggers.filter((trigger) => trigger.type === 'ImageChange');
}

/** What `status.imageChangeTriggers` says of a tag. */
export function recordedTrigger(
  triggers: readonly ImageChangeTriggerStatus[] | null | undefined,
  from: { readonly namespace?: string; readonly name?: string },
): ImageChangeTriggerStatus | undefined {
  return (triggers ?? []).find(
    (status) => status.from?.name === from.name && status.from?.namespace === from.namespace,
  );
}

/**
 * What `status.imageChangeTriggers` becomes with a new Build. OpenShift: the trigger of the request gets its image and the
 * time; all others what their tags resolve to now, without a time, so that what the Build uses already does not trigger
 * another one.
 * @throws BuildError `already_triggered`, and `unresolved_image` when a trigger follows the strategy's own image
 */
export function imageTriggerStatus(
  bc: NormalBuildConfig,
  request: BuildRequest,
  resolve: ImageResolver,
  now: string,
): ImageChangeTriggerStatus[] {
  const namespace = bc.metadata.namespace ?? '';
  const triggeredBy = request.triggeredByImage?.name ?? '';
  return imageTriggersOf(bc).map((trigger) => {
    const from = { namespace: trigger.from.namespace, name: trigger.from.name };
    if (triggeredBy !== '' && isSameTag(request.from, trigger, namespace)) {
      if (recordedTrigger(bc.status?.imageChangeTriggers, from)?.lastTriggeredImageID === triggeredBy) {
        const name = `${namespace}/${bc.metadata.name}`;
        throw new BuildError(
          'already_triggered',
          `build config ${name} has already instantiated a build for imageid ${triggeredBy}`,
        );
      }
      return { from, lastTriggeredImageID: triggeredBy, lastTriggerTime: now };
    }
    const image = resolve(trigger.from);
    if (image.kind === 'unresolved' && !trigger.hasOwnFrom) throw unresolved(trigger.from, image.why);
    return { from, lastTriggeredImageID: image.kind === 'resolved' ? image.reference : '' };
  });
}

function isSameTag(
  from: ObjectReference | null | undefined,
  trigger: NormalBuildImageTrigger,
  namespace: string,
): boolean {
  return from?.name === trigger.from.name && (from.namespace || namespace) === trigger.from.namespace;
}
