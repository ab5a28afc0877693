import type { DeploymentConfig, TagEvent } from '@tagstream/api-types';
import { resources, watchCache } from '@tagstream/kube';
import { GroupIndex, reportWatch } from '@tagstream/service';
import type { Parts } from './parts.ts';

/** The images that workloads run, so that the history of a tag does not lose them. */
export interface ImagesInUse {
  /** Takes in the images of a workload; none when it is gone. What names no digest does not count. */
  set(workload: { readonly id: string }, images: readonly (string | undefined)[]): void;
  /** Says that all annotated workloads are known. */
  workloadsKnown(): void;
  /** Whether an item must stay in a history however long that is. Of everything as long as it is not known what runs. */
  keep(item: Pick<TagEvent, 'image'>): boolean;
}

/** Follows DeploymentConfigs for their images; annotated workloads are told by whoever follows them. */
export function startImagesInUse({ kube, config, health, signal, defer }: Parts): ImagesInUse {
  const users = new GroupIndex<string>();
  const unknown = new Set(['DeploymentConfigs', 'workloads']);

  function set(workload: { readonly id: string }, images: readonly (string | undefined)[]): void {
    const digests = images.map(digestOf).filter((digest) => digest !== '');
    users.set(workload.id, workload.id, digests);
  }

  const configs = defer(
    watchCache(kube, resources.deploymentConfigs, {
      ...(config.namespace && { namespace: config.namespace }),
      signal,
      project: imagesOf,
      onChange: ({ namespace, name }, images = []) => set({ id: `deploymentconfigs/${namespace}/${name}` }, images),
      onStatus: reportWatch(health, 'deploymentconfigs'),
    }),
  );
  configs.synced.then(
    () => unknown.delete('DeploymentConfigs'),
    () => undefined, // the service is ending
  );
  return {
    set,
    workloadsKnown: () => void unknown.delete('workloads'),
    keep: ({ image }) => unknown.size > 0 || users.members(image).length > 0,
  };
}

function imagesOf({ spec }: DeploymentConfig): readonly (string | undefined)[] | undefined {
  const { initContainers, containers } = spec?.template?.spec ?? {};
  const images = [...(initContainers ?? []), ...(containers ?? [])].map(({ image }) => image ?? undefined);
  return images.some((image) => digestOf(image) !== '') ? images : undefined;
}

const digestOf = (image: string | undefined): string => image?.split('@')[1] ?? '';
