import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readEcrEvent } from '../formats/ecr-event.ts';
import { collect, innerJson, OptionalText, PayloadError, readJson } from '../payload.ts';
import { pathSecret } from '../proofs/shared-secret.ts';
import type { Sender } from '../sender.ts';
import notification from './samples/ecr-sns.json' with { type: 'json' };

/**
 * Amazon ECR through an EventBridge rule and an SNS topic with an HTTPS subscription. SNS has no headers of one's own, so the
 * secret is in the path; where the receiver has `topics`, SNS's signature is checked as well and a subscription of such a
 * topic is confirmed. The URLs in the payload are never called.
 */
export const ecrSns: Sender = {
  name: 'ecr-sns',
  proof: pathSecret,
  parse: (body, _headers, context) => {
    const outer = readJson(Envelope, body, 'a message of Amazon SNS');
    if (outer.Type === 'SubscriptionConfirmation') {
      if (!outer.Token) throw new PayloadError('The confirmation has no token.');
      return { kind: 'confirm', confirmation: { topicArn: outer.TopicArn, token: outer.Token } };
    }
    if (outer.Type !== 'Notification') return collect(['action']);
    return collect([readEcrEvent('ecr-sns', innerJson(Buffer.from(outer.Message ?? '')), context)]);
  },
  options: ['topics'],
  samples: [
    {
      name: 'notification',
      headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
      body: notification,
    },
  ],
};

const Envelope = Compile(
  Type.Object({
    Type: Type.String(),
    TopicArn: Type.String({ maxLength: 512 }),
    Message: OptionalText,
    Token: OptionalText,
  }),
);
