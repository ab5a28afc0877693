import type { Log, Metrics } from '@tagstream/service';
import type { RepositoryTelemetry } from './repository-imports.ts';

/** Metrics and log lines about repositories that are imported as a whole. */
export function createRepositoryTelemetry(metrics: Metrics, log: Log): RepositoryTelemetry {
  const listings = metrics.counter({
    name: 'tagstream_poller_repository_listings_total',
    help: 'Repositories listed to be imported as a whole, by result',
    labels: ['result'],
  });
  return {
    listed({ namespace, stream, repository }, outcome) {
      listings.inc({ result: outcome.kind });
      const about = { namespace, stream, repository };
      if (outcome.kind === 'error') {
        log.warn({ ...about, reason: outcome.reason, detail: outcome.message }, 'repository not listed');
      } else {
        const { tags, additionalTags } = outcome;
        log.info({ ...about, tags: tags.length, additionalTags }, 'repository listed');
      }
    },
    unpublished: (streamUid, error, retryInMs) =>
      log.error({ streamUid, err: error, retryInMs }, 'tags of a repository could not be published'),
  };
}
