import { expect, test } from 'vitest';
import { parseEnvironmentFile, type S2iInputs, s2iDockerfile } from '../src/dockerfile/s2i-dockerfile.ts';

const inputs: S2iInputs = {
  image: 'host/nodejs@sha256:1',
  builder: { user: '1001', entrypoint: [], labels: { 'io.openshift.s2i.scripts-url': 'image:///usr/libexec/s2i' } },
  ownScripts: [],
  env: [{ name: 'NODE_ENV', value: 'production' }],
  labels: [{ name: 'io.openshift.build.name', value: 'web-1' }],
};

test('the source is laid into the builder image, assembled by its user, and started by its script', () => {
  expect(s2iDockerfile(inputs)).toBe(`FROM host/nodejs@sha256:1
LABEL "io.openshift.build.name"="web-1"
ENV "NODE_ENV"="production"
USER root
COPY --chown=1001:0 upload/src /tmp/src
USER 1001
RUN ["/usr/libexec/s2i/assemble"]
USER 1001
CMD ["/usr/libexec/s2i/run"]
`);
});

test('labels of the image say where the source goes and who assembles', () => {
  const labels = {
    ...inputs.builder.labels,
    'io.openshift.s2i.destination': '/opt/',
    'io.openshift.s2i.assemble-user': 'builder',
  };

  const text = s2iDockerfile({ ...inputs, builder: { ...inputs.builder, labels } });

  expect(text).toContain('COPY --chown=builder:0 upload/src /opt/src\nUSER builder\n');
  expect(text).toContain('USER 1001\nCMD');
});

test('scripts of the source come before those of the strategy, and these before those of the image', () => {
  const text = s2iDockerfile({ ...inputs, ownScripts: ['assemble'], scripts: 'image:///opt/scripts' });

  expect(text).toContain('RUN ["/tmp/src/.s2i/bin/assemble"]');
  expect(text).toContain('CMD ["/opt/scripts/run"]');
});

test.each<[string, Partial<S2iInputs>, RegExp]>([
  [
    'an image that does not say where its scripts are',
    { builder: { user: '', entrypoint: [], labels: {} } },
    /assemble/,
  ],
  ['scripts from the network', { scripts: 'https://host/scripts' }, /taken from image/],
  [
    'a destination that is an instruction',
    { builder: { ...inputs.builder, labels: { 'io.openshift.s2i.destination': '/tmp\nRUN x' } } },
    /no path/,
  ],
  ['a user that is an instruction', { builder: { ...inputs.builder, user: '1001\nRUN x' } }, /no user/],
])('refused: %s', (_, change, why) => {
  expect(() => s2iDockerfile({ ...inputs, ...change })).toThrow(why);
});

test('.s2i/environment: lines of the form NAME=value', () => {
  expect(parseEnvironmentFile('# c\nA=1\n\nB = 2\nC=x=y\nnonsense\n')).toEqual([
    { name: 'A', value: '1' },
    { name: 'C', value: 'x=y' },
  ]);
});
