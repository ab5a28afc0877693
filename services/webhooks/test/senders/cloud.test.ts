import { expect, test } from 'vitest';
import { DIGEST, type Json, type Row, read, set, summary } from './read-sample.ts';

const rows: Row[] = [
  [
    'google',
    'an insert by digest names no tag',
    (body) => pubSub(body, { action: 'INSERT', digest: `gcr.io/acme/web@${DIGEST}` }),
    ['-untagged'],
  ],
  [
    'google',
    'a deletion is no push',
    (body) => pubSub(body, { action: 'DELETE', tag: 'gcr.io/acme/web:latest' }),
    ['-action'],
  ],
  [
    'google',
    'Container Registry has fewer segments',
    (body) => pubSub(body, { action: 'INSERT', tag: 'gcr.io/acme/web:1' }),
    ['gcr.io/acme/web:1'],
  ],
  ['google', 'a message of somebody else is taken and left out', (body) => pubSub(body, 'hello'), ['-malformed']],
  ['google', 'a message without data is taken and left out', set('message.data', null), ['-malformed']],
  ['ecr', 'a push', () => undefined, ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:latest']],
  [
    'ecr',
    'a push in China',
    set('region', 'cn-north-1'),
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/shop/web:latest'],
  ],
  ['ecr', 'an untagged push', set('detail.image-tag', ''), ['-untagged']],
  ['ecr', 'a failed push', set('detail.result', 'FAILURE'), ['-action']],
  ['ecr', 'a deletion', set('detail.action-type', 'DELETE'), ['-action']],
  ['ecr', 'a scan', set('detail-type', 'ECR Image Scan'), ['-action']],
  [
    'ecr',
    'a cached image that was refreshed',
    (body) => ({
      ...body,
      'detail-type': 'ECR Pull Through Cache Action',
      detail: {
        'sync-status': 'SUCCESS',
        'repository-name': 'docker-hub/library/nginx',
        'image-tag': '1.29',
        'image-digest': DIGEST,
      },
    }),
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.29'],
  ],
  ['ecr', 'an account that is none cannot become a host', set('account', 'evil.example/'), ['-malformed']],
  ['ecr', 'a region that is none cannot become a host', set('region', 'x.evil.example'), ['-malformed']],
  [
    'ecr-sns',
    'a push inside of a message',
    () => undefined,
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:latest'],
  ],
  ['ecr-sns', 'a message of another kind', set('Message', 'hello'), ['-malformed']],
  [
    'ecr-sns',
    'a subscription asks to be confirmed',
    (body) => ({ ...body, Type: 'SubscriptionConfirmation', Token: 'ab' }),
    ['confirm'],
  ],
  ['ecr-sns', 'a subscription that ended', set('Type', 'UnsubscribeConfirmation'), ['-action']],
  [
    'acr',
    'the ping of a new hook is answered',
    () => ({ id: '1', timestamp: '2026-11-21T07:39:32Z', action: 'ping' }),
    ['answer'],
  ],
  ['acr', 'a chart is no image', set('action', 'chart_push'), ['-action']],
  ['acr', 'a deletion is no push', set('action', 'delete'), ['-action']],
  ['acr', 'an untagged push', set('target.tag', null), ['-untagged']],
  [
    'azure-event-grid',
    'each event is a push',
    (body) => [body[0], { ...body[0], id: '2' }],
    ['acme.azurecr.io/shop/web:latest', 'acme.azurecr.io/shop/web:latest'],
  ],
  [
    'azure-event-grid',
    'a deletion is no push',
    set('0.eventType', 'Microsoft.ContainerRegistry.ImageDeleted'),
    ['-action'],
  ],
  [
    'azure-event-grid',
    'a CloudEvent says the same',
    () => undefined,
    ['acme.azurecr.io/shop/web:latest'],
    { sample: 'cloudevent' },
  ],
  [
    'azure-event-grid',
    'a batch of CloudEvents',
    (body) => [body],
    ['acme.azurecr.io/shop/web:latest'],
    { sample: 'cloudevent' },
  ],
  [
    'azure-event-grid',
    'one odd event does not lose the others',
    (body) => ['odd', body[0]],
    ['acme.azurecr.io/shop/web:latest', '-malformed'],
  ],
  ['azure-event-grid', 'data of another shape is left out', set('0.data', { target: 7 }), ['-malformed']],
];

test.each(rows)('%s: %s', (sender, _rule, change, result, how) => {
  expect(summary(read(sender, change, how))).toEqual(result);
});

test('the code of Event Grid’s validation comes back', () => {
  const validation = [
    {
      id: '1',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: '512d38b6', validationUrl: 'http://169.254.169.254/' },
    },
  ];
  const payload = read('azure-event-grid', (_body, headers) => {
    headers['aeg-event-type'] = 'SubscriptionValidation';
    return validation;
  });
  expect(payload).toEqual({ kind: 'answer', answer: { validationResponse: '512d38b6' } });
});

function pubSub(body: Json, change: unknown): Json {
  const text = typeof change === 'string' ? change : JSON.stringify(change);
  return { ...body, message: { ...body.message, data: Buffer.from(text).toString('base64') } };
}
