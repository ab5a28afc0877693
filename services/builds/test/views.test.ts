import { expect, test } from 'vitest';
import { viewConfig } from '../src/views.ts';

test('images #193 a BuildConfig that names two tags of a stream and an image is looked at once when the stream changes', () => {
  const trigger = (kind: string, name: string) => ({
    type: 'ImageChange' as const,
    imageChange: { from: { kind, name } },
  });
  const view = viewConfig({
    metadata: { name: 'bc', namespace: 'shop' },
    spec: {
      strategy: { dockerStrategy: { from: { kind: 'DockerImage', name: 'registry.example.com/base:1' } } },
      triggers: [trigger('ImageStreamTag', 'base:a'), trigger('ImageStreamTag', 'base:b')],
    },
  });
  expect(view.streams).toEqual(['shop/base']);
});
