import { expect, test } from 'vitest';
import { readBuilderImage } from '../src/execute/builder-image.ts';

test('user, entrypoint and labels are read from what buildah says of an image', () => {
  const config = {
    User: '1001',
    Entrypoint: ['/entry', 'x'],
    Labels: { 'io.openshift.s2i.scripts-url': 'image:///s2i' },
  };

  expect(readBuilderImage(JSON.stringify({ Type: 'x', OCIv1: { architecture: 'amd64', config } }))).toEqual({
    user: '1001',
    entrypoint: ['/entry', 'x'],
    labels: { 'io.openshift.s2i.scripts-url': 'image:///s2i' },
  });
});

test.each(['{}', '{"OCIv1":{"config":{"Labels":null,"Entrypoint":null}}}', '[]'])('%s says nothing', (json) => {
  expect(readBuilderImage(json)).toEqual({ user: '', entrypoint: [], labels: {} });
});

test('what is not JSON ends the build', () => {
  expect(() => readBuilderImage('oops')).toThrow(expect.objectContaining({ code: 'PullBuilderImageFailed' }));
});
