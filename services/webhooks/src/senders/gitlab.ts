import { readDistributionEvents } from '../formats/distribution-events.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/gitlab.json' with { type: 'json' };

/**
 * GitLab's container registry: a distribution registry whose administrator sets `registry['notifications']`. Users of
 * GitLab.com have no such hook. Groups nest, so repositories have any number of segments.
 */
export const gitlab: Sender = {
  name: 'gitlab',
  proof: headerSecret,
  parse: (body, _headers, context) => readDistributionEvents('gitlab', body, context),
  samples: [
    { name: 'push', headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' }, body: push },
  ],
};
