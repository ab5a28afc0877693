import type { ImageStream } from '@tagstream/api-types';
import { type KubeClient, resources, type WatchCache, watchCache } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { PollerConfig } from './config.ts';
import type { RegistryAccess } from './registry-access/start-access.ts';
import type { ViewTracker } from './registry-access/view-tracker.ts';
import { type TagView, viewTags } from './tag-view.ts';

/**
 * Follows the ImageStreams, keeping of each what its tags are asked by. A stream without such tags is not kept.
 * @param tracker told what the tags of a stream are now.
 */
export function followStreams(
  context: ServiceContext<PollerConfig>,
  kube: KubeClient,
  { admission }: Pick<RegistryAccess, 'admission'>,
  tracker: Pick<ViewTracker, 'set'>,
): WatchCache<readonly TagView[]> {
  const { config, signal, health, defer } = context;
  health.set('imagestreams', { ready: false, detail: 'waiting for the list of ImageStreams' });
  return defer(
    watchCache(kube, resources.imageStreams, {
      ...(config.namespace !== undefined && { namespace: config.namespace }),
      signal,
      project: (stream: ImageStream): readonly TagView[] | undefined => {
        const tags = viewTags(stream, admission);
        return tags.length === 0 ? undefined : tags;
      },
      onChange: ({ namespace, name }, now) => tracker.set(namespace, name, now ?? []),
      onStatus: ({ connected, reason }) =>
        health.set('imagestreams', {
          ready: connected,
          detail: connected ? 'following ImageStreams' : (reason ?? 'not connected to the API server'),
        }),
    }),
  );
}
