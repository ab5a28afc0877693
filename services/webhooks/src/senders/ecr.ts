import { readEcrEvent } from '../formats/ecr-event.ts';
import { collect, parseJson } from '../payload.ts';
import { headerSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import push from './samples/ecr.json' with { type: 'json' };

/**
 * Amazon ECR through an EventBridge rule with an API destination, whose connection carries the secret. EventBridge repeats
 * for up to 24 hours what was not answered with 2xx.
 */
export const ecr: Sender = {
  name: 'ecr',
  proof: headerSecret,
  parse: (body, _headers, context) =>
    collect([readEcrEvent('ecr', parseJson(body, 'an event of Amazon EventBridge'), context)]),
  samples: [{ name: 'push', headers: { 'content-type': 'application/json' }, body: push }],
};
