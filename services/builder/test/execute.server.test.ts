import { randomUUID } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { because, docker, openWorkshop, slowly, unavailable, type Workshop } from './support/workshop.ts';

vi.setConfig(slowly);

const bytes = (text: string) => new TextEncoder().encode(text);

describe.skipIf(unavailable)(`builds with buildah${because}`, () => {
  const prefix = `execute-${randomUUID().slice(0, 8)}`;
  const host = inject('registryHost');
  const stack = new AsyncDisposableStack();
  let git: Workshop['git'];
  let builds: Workshop['builds'];
  let from: Workshop['from'];
  beforeAll(async () => {
    ({ git, builds, from } = stack.use(await openWorkshop()));
  });
  afterAll(() => stack.disposeAsync());

  test('a commit is built, though the branch has moved on, and the image tells which one', async () => {
    const commit = await git.push('moved.git', { Dockerfile: 'FROM scratch\nLABEL version=one\n' });
    await git.push('moved.git', { Dockerfile: 'FROM scratch\nLABEL version=two\n' });
    const image = `${prefix}/moved:latest`;

    const { result, log } = await builds.run(image, {
      source: from('moved.git'),
      revision: { type: 'Git', git: { commit } },
      strategy: docker(),
    });

    expect(result?.digest).toMatch(/^sha256:/);
    expect((await builds.config(image)).config.Labels).toMatchObject({
      version: 'one',
      'io.openshift.build.commit.id': commit,
      'io.openshift.build.commit.author': 'Ada <ada@example.com>',
    });
    expect(log).toContain(`Commit:\t${commit}`);
  });

  test('an abbreviated commit is found as well', async () => {
    const commit = await git.push('short.git', { Dockerfile: 'FROM scratch\nLABEL version=one\n' });
    await git.push('short.git', { Dockerfile: 'FROM scratch\nLABEL version=two\n' });
    const image = `${prefix}/short:latest`;

    await builds.run(image, { source: from('short.git', commit.slice(0, 10)), strategy: docker() });
    const { failure } = await builds.run(image, {
      source: from('short.git'),
      revision: { git: { commit: commit.slice(0, 10) } },
      strategy: docker(),
    });

    expect(failure).toBeUndefined();
    expect((await builds.config(image)).config.Labels?.version).toBe('one');
  });

  test('a context directory, another Dockerfile, arguments, variables from Secrets and labels come together', async () => {
    await git.push('all.git', {
      'app/docker/Dockerfile': 'FROM scratch\nARG COLOUR\nLABEL colour=$COLOUR\nCOPY hello.txt /\nCOPY conf/ /conf/\n',
      'app/hello.txt': 'hello',
    });
    const image = `${prefix}/all:latest`;

    const { failure, log } = await builds.run(
      image,
      {
        source: {
          ...from('all.git'),
          contextDir: 'app',
          configMaps: [{ configMap: { name: 'settings' }, destinationDir: 'conf' }],
          secrets: [{ secret: { name: 'keys' }, destinationDir: './conf/keys' }],
        },
        strategy: docker({
          dockerfilePath: 'docker/Dockerfile',
          buildArgs: [{ name: 'COLOUR', value: 'blue' }],
          env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }],
          noCache: true,
        }),
        output: { to: { kind: 'DockerImage', name: 'x' }, imageLabels: [{ name: 'team', value: 'a "b" $c' }] },
      },
      {
        inputs: {
          secrets: new Map([['keys', { token: bytes('s3cret-token') }]]),
          configMaps: new Map([['settings', { 'app.properties': bytes('a=b') }]]),
        },
      },
    );

    expect(failure).toBeUndefined();
    const { config } = await builds.config(image);
    expect(config.Labels).toMatchObject({ colour: 'blue', team: 'a "b" $c' });
    expect(config.Env).toContain('TOKEN=s3cret-token');
    expect(log).not.toContain('s3cret-token');
  });

  test.each([
    ['a repository that is not there', { source: { git: { uri: 'git://127.0.0.1:1/none.git' } } }, 'FetchSourceFailed'],
    ['a branch that is not there', { source: { git: { uri: 'SERVER', ref: 'nowhere' } } }, 'FetchSourceFailed'],
    ['a protocol that is not allowed', { source: { git: { uri: 'file:///etc' } } }, 'FetchSourceFailed'],
    [
      'a context directory that is not there',
      { source: { git: { uri: 'SERVER' }, contextDir: 'none' } },
      'InvalidContextDirectory',
    ],
    [
      'a context directory outside',
      { source: { git: { uri: 'SERVER' }, contextDir: '../..' } },
      'InvalidContextDirectory',
    ],
    ['a Dockerfile that is not there', { strategy: docker({ dockerfilePath: 'none' }) }, 'ManageDockerfileFailed'],
    ['a Dockerfile outside', { strategy: docker({ dockerfilePath: '../x' }) }, 'ManageDockerfileFailed'],
    ['an image that is not there', { source: { dockerfile: 'FROM HOST/none:none\n' } }, 'DockerBuildFailed'],
    [
      'a Secret that is not there',
      { source: { dockerfile: 'FROM scratch\n', secrets: [{ secret: { name: 'none' } }] } },
      'GenericBuildFailed',
    ],
    [
      'a push Secret that is not there',
      {
        source: { dockerfile: 'FROM scratch\nLABEL a=b\n' },
        output: { to: { kind: 'DockerImage', name: 'x' }, pushSecret: { name: 'none' } },
      },
      'MissingPushSecret',
    ],
    ['a binary source', { source: { binary: {} } }, 'FetchSourceFailed'],
  ])('%s', async (_, spec, reason) => {
    await git.push('plain.git', { Dockerfile: 'FROM scratch\nLABEL a=b\n' });
    const text = JSON.stringify({ source: from('plain.git'), strategy: docker(), ...spec })
      .replaceAll('SERVER', git.uri('plain.git'))
      .replaceAll('HOST', host);

    const { failure } = await builds.run(`${prefix}/failing:latest`, JSON.parse(text));

    expect(failure).toMatchObject({ name: 'BuildFailure', code: reason });
  });

  test('a registry that refuses the push', async () => {
    const spec = { source: { dockerfile: 'FROM scratch\nLABEL a=b\n' }, strategy: docker() };

    const { failure, log } = await builds.run('UPPER/case:latest', spec);

    expect(failure).toMatchObject({ name: 'BuildFailure' });
    expect(log).not.toContain('Push successful');
  });

  test('a link in the source leads nowhere else', async () => {
    await git.push('links.git', { Dockerfile: 'FROM scratch\nLABEL a=b\n' });
    const work = git.logPath.replace(/git\.log$/, 'work/links.git');
    await symlink('/etc', `${work}/out`);
    await symlink('/etc/passwd', `${work}/Dockerfile.link`);
    await git.push('links.git', { 'more.txt': 'x' });

    const contextDir = await builds.run(`${prefix}/links:latest`, {
      source: { ...from('links.git'), contextDir: 'out' },
      strategy: docker(),
    });
    const dockerfile = await builds.run(`${prefix}/links:latest`, {
      source: from('links.git'),
      strategy: docker({ dockerfilePath: 'Dockerfile.link' }),
    });

    expect(contextDir.failure).toMatchObject({ code: 'InvalidContextDirectory' });
    expect(dockerfile.failure).toMatchObject({ code: 'ManageDockerfileFailed' });
  });

  test('a Build without output is built and pushed nowhere', async () => {
    const { result, log } = await builds.run(`${prefix}/none:latest`, {
      source: { dockerfile: 'FROM scratch\nLABEL a=b\n' },
      strategy: docker(),
      output: {},
    });

    expect(result).toEqual({});
    expect(log).toContain('no image push requested');
    await expect(builds.config(`${prefix}/none:latest`)).rejects.toThrow('404');
  });
});
