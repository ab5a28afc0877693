import { readDistributionEvents } from '../formats/distribution-events.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/distribution.json' with { type: 'json' };

/**
 * CNCF distribution's notifications. Its `notifications.endpoints[].headers` carry the secret. The queue is in memory and
 * retried until answered with 2xx or 3xx, so a 503 delays a push and loses nothing.
 */
export const distribution: Sender = {
  name: 'distribution',
  proof: headerSecret,
  parse: (body, _headers, context) => readDistributionEvents('distribution', body, context),
  samples: [
    { name: 'push', headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' }, body: push },
  ],
};
