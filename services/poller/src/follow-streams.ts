import type { ImageStream } from '@tagstream/api-types';
import { type KubeClient, resources, type WatchCache, watchCache } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { PollerConfig } from './config.ts';
import type { OwnStream } from './own-registry/own-stream.ts';
import type { OwnRegistryParts } from './own-registry/start-own-registry.ts';
import type { RegistryAccess } from './registry-access/start-access.ts';
import type { ViewTracker } from './registry-access/view-tracker.ts';
import type { RepositoryImports } from './repositories/repository-imports.ts';
import { type RepositoryView, viewRepository } from './repositories/repository-view.ts';
import { type TagView, viewTags } from './tag-view.ts';

/** What is kept of a stream. */
export interface StreamView {
  readonly tags: readonly TagView[];
  /** The repository that is to be listed. */
  readonly repository: RepositoryView | undefined;
  /** What pushes into its own repository are noticed by; undefined where there is no registry for that. */
  readonly own: OwnStream | undefined;
}

/**
 * Follows the ImageStreams, keeping of each what its tags are asked by. A stream of which nothing is asked is not kept.
 * @param tracker told what the tags of a stream are now.
 * @param repositories told what is to be listed for a stream.
 * @param own told what a stream is to the cluster's own registry, where there is one.
 */
export function followStreams(
  context: ServiceContext<PollerConfig>,
  kube: KubeClient,
  { admission }: Pick<RegistryAccess, 'admission'>,
  tracker: Pick<ViewTracker, 'set'>,
  repositories: Pick<RepositoryImports, 'update'>,
  own: Pick<OwnRegistryParts, 'view' | 'update'> | undefined,
): WatchCache<StreamView> {
  const { config, signal, health, defer } = context;
  health.set('imagestreams', { ready: false, detail: 'waiting for the list of ImageStreams' });
  return defer(
    watchCache(kube, resources.imageStreams, {
      ...(config.namespace !== undefined && { namespace: config.namespace }),
      signal,
      project: (stream: ImageStream): StreamView | undefined => {
        const tags = viewTags(stream, admission);
        const repository = viewRepository(stream, admission);
        const ownStream = own?.view(stream);
        const isIdle = tags.length === 0 && repository === undefined && ownStream === undefined;
        return isIdle ? undefined : { tags, repository, own: ownStream };
      },
      onChange: ({ namespace, name }, now, before) => {
        tracker.set(namespace, name, now?.tags ?? []);
        repositories.update(now?.repository, before?.repository);
        own?.update(now?.own, before?.own);
      },
      onStatus: ({ connected, reason }) =>
        health.set('imagestreams', {
          ready: connected,
          detail: connected ? 'following ImageStreams' : (reason ?? 'not connected to the API server'),
        }),
    }),
  );
}
