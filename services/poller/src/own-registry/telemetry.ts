import type { Log, Metrics } from '@tagstream/service';
import type { HealCreationsDeps } from './heal-creations.ts';
import type { HealRepositoriesDeps } from './heal-repositories.ts';

/** The facts told about the own registry. */
export interface OwnRegistryTelemetry
  extends Pick<HealRepositoriesDeps, 'listed'>,
    Pick<HealCreationsDeps, 'told' | 'unseen'> {
  readonly repositoryFailed: HealRepositoriesDeps['failed'];
  readonly catalogFailed: HealCreationsDeps['failed'];
}

/** Metrics and log lines about the own registry. */
export function createOwnRegistryTelemetry(metrics: Metrics, log: Log): OwnRegistryTelemetry {
  const listings = metrics.counter({
    name: 'tagstream_poller_own_repository_listings_total',
    help: "Repositories of streams in the cluster's own registry that were listed, by result",
    labels: ['result'],
  });
  const creations = metrics.counter({
    name: 'tagstream_poller_stream_creations_total',
    help: 'Pushes to ImageStreams that did not exist, by what came of them',
    labels: ['result'],
  });
  let lastUnseen: string | undefined;
  return {
    listed({ namespace, stream }, listing) {
      listings.inc({ result: listing.kind });
      const about = { namespace, stream };
      if (listing.kind === 'error') {
        const { code, message } = listing.error;
        return log.warn({ ...about, code, detail: message }, 'repository of an ImageStream not listed');
      }
      if (listing.kind === 'absent') return log.debug(about, 'ImageStream without a repository of its own');
      const { looked, left } = listing;
      log.debug({ ...about, looked }, 'repository of an ImageStream looked at');
      if (left > 0) log.warn({ ...about, left }, 'repository of an ImageStream has too many tags to look at all');
    },
    told({ namespace, stream }, tag, creation) {
      creations.inc({ result: creation.kind === 'refused' ? creation.why : creation.kind });
      const about = { namespace, stream, tag };
      switch (creation.kind) {
        case 'created':
          return log.info(about, 'ImageStream created for a push');
        case 'refused':
          return log.info({ ...about, why: creation.why, detail: creation.detail }, 'push creates no ImageStream');
        case 'absent':
          return log.debug(about, 'announced push is not in the registry');
        case 'unknown':
          return log.warn({ ...about, detail: creation.reason }, 'registry gave no answer about a push');
      }
    },
    unseen(error) {
      // At every turn the same: told once.
      if (lastUnseen === error.code) return;
      lastUnseen = error.code;
      log.warn(
        { code: error.code, detail: error.message },
        'list of all repositories not seen; announced pushes still count',
      );
    },
    repositoryFailed: (stream, error, retryInMs) =>
      log.error({ stream, err: error, retryInMs }, 'pushes could not be published'),
    catalogFailed: (error, retryInMs) => log.error({ err: error, retryInMs }, 'missing ImageStreams not looked for'),
  };
}
