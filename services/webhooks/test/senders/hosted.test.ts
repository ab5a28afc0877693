import { expect, test } from 'vitest';
import { header, type Row, read, set, summary } from './read-sample.ts';

const rows: Row[] = [
  [
    'docker-hub',
    'an official image has no namespace',
    set('repository.repo_name', 'nginx'),
    ['docker.io/library/nginx:latest'],
  ],
  ['docker-hub', 'names stand in for the full name', set('repository.repo_name', null), ['docker.io/shop/web:latest']],
  ['docker-hub', 'a push without a tag is left out', set('push_data.tag', null), ['-untagged']],
  ['docker-hub', 'a push without a repository is left out', (body) => ({ ...body, repository: {} }), ['-malformed']],
  ['quay', 'each tag is a push', () => undefined, ['quay.io/shop/web:latest', 'quay.io/shop/web:1.4']],
  [
    'quay',
    'older versions send an object of tags',
    set('updated_tags', { '1.5': 'image-id' }),
    ['quay.io/shop/web:1.5'],
  ],
  ['quay', 'a template may leave the address out', set('docker_url', null), ['-no-registry x2']],
  [
    'quay',
    'the receiver names the registry then',
    set('docker_url', null),
    ['quay.example.com/shop/web:latest', 'quay.example.com/shop/web:1.4'],
    { options: { registry: 'quay.example.com' } },
  ],
  ['quay', 'a signature is left out', set('updated_tags', [`sha256-${'a'.repeat(64)}.sig`]), ['-signature']],
  ['quay', 'a push of nothing is nothing', set('updated_tags', []), []],
  ['github', 'the ping of a new hook is answered', header('x-github-event', 'ping'), ['answer']],
  ['github', 'another event is no push', header('x-github-event', 'push'), ['-action']],
  ['github', 'without an event there is no push', (_b, h) => void delete h['x-github-event'], ['-action']],
  ['github', 'a tag that moved is a push', set('action', 'updated'), ['ghcr.io/shop/web:latest']],
  ['github', 'a deletion is no push', set('action', 'deleted'), ['-action']],
  [
    'github',
    'a package of npm is no image',
    (body) => {
      body.package.package_type = 'npm';
      body.package.ecosystem = 'npm';
    },
    ['-not-image'],
  ],
  ['github', 'one of type and ecosystem is enough', set('package.package_type', null), ['ghcr.io/shop/web:latest']],
  [
    'github',
    'children of an index have no tag',
    set('package.package_version.container_metadata.tag.name', ''),
    ['-untagged'],
  ],
  [
    'github',
    'without metadata the address has the tag',
    set('package.package_version.container_metadata', null),
    ['ghcr.io/shop/web:latest'],
  ],
  [
    'github',
    'an address that ends in a colon has no tag',
    (body) => {
      body.package.package_version.container_metadata = null;
      body.package.package_version.package_url = 'ghcr.io/shop/web:';
    },
    ['-untagged'],
  ],
  [
    'github',
    'a name with a slash may be percent-encoded',
    set('package.name', 'team%2Fweb'),
    ['ghcr.io/shop/team/web:latest'],
  ],
  ['github', 'a name that is no percent-encoding is taken as it is', set('package.name', 'web%zz'), ['-malformed']],
  [
    'github',
    'a server of one’s own has its own registry',
    set('package.package_version.package_url', 'containers.git.example.com/shop/web:latest'),
    ['containers.git.example.com/shop/web:latest'],
  ],
  [
    'github',
    'a form wraps the JSON',
    (body, h) => {
      h['content-type'] = 'application/x-www-form-urlencoded';
      return Buffer.from(new URLSearchParams({ payload: JSON.stringify(body) }).toString());
    },
    ['ghcr.io/shop/web:latest'],
  ],
  [
    'github',
    'the other event says the same',
    () => undefined,
    ['ghcr.io/shop/web:latest'],
    { sample: 'registry_package' },
  ],
  ['gitlab', 'groups nest', () => undefined, ['registry.gitlab.example.com/shop/backend/web:latest']],
  [
    'gitlab',
    'a layer is no manifest',
    set('events.0.target.mediaType', 'application/vnd.oci.image.layer.v1.tar+gzip'),
    ['-media-type'],
  ],
  ['alibaba', 'the region has a registry', () => undefined, ['registry.cn-hangzhou.aliyuncs.com/shop/web:latest']],
  [
    'alibaba',
    'an enterprise instance has a name of its own',
    () => undefined,
    ['shop.cr.example.com/shop/web:latest'],
    { options: { registry: 'shop.cr.example.com' } },
  ],
];

test.each(rows)('%s: %s', (sender, _rule, change, result, how) => {
  expect(summary(read(sender, change, how))).toEqual(result);
});
