import { randomUUID } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { buildTools, ensureDebianTools, type GitServer, startGitServer } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { BuildStopped } from '../src/runner/watch-build.ts';
import { type TestExecutor, testExecutor } from './support/executor.ts';
import { canRunTinyPrograms, tinyProgram } from './support/tiny-program.ts';

// buildah starts a dozen programs for each build.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const unavailable = await ensureDebianTools(buildTools).then(
  () => (process.getuid?.() === 0 ? undefined : 'commands of a Dockerfile need root or a range of user ids'),
  (error: Error) => error.message,
);
const because = unavailable ? ` (skipped: ${unavailable})` : '';
const skipPrograms = unavailable !== undefined || !canRunTinyPrograms;
const bytes = (text: string) => new TextEncoder().encode(text);

describe.skipIf(unavailable)(`builds with buildah${because}`, () => {
  const prefix = `execute-${randomUUID().slice(0, 8)}`;
  const host = inject('registryHost');
  let git: GitServer;
  let builds: TestExecutor;
  beforeAll(async () => {
    git = await startGitServer();
    builds = await testExecutor(host);
  });
  afterAll(async () => {
    await builds?.[Symbol.asyncDispose]();
    await git?.[Symbol.asyncDispose]();
  });

  const from = (repository: string, ref = 'main') => ({ git: { uri: git.uri(repository), ref } });
  const docker = (dockerStrategy: object = {}) => ({ type: 'Docker', dockerStrategy }) as const;

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

  describe.skipIf(skipPrograms)('with commands', () => {
    const tool = `${prefix}/tool:latest`;
    const s2i = `${prefix}/s2i:latest`;
    beforeAll(async () => {
      await git.push('tool.git', {
        Dockerfile: 'FROM scratch\nCOPY tool /bin/tool\nCOPY share /share\n',
        tool: tinyProgram('made by the tool'),
        'share/one.txt': '1',
        'share/two.txt': '2',
      });
      expect((await builds.run(tool, { source: from('tool.git'), strategy: docker() })).failure).toBeUndefined();
      await git.push('s2i.git', {
        Dockerfile:
          'FROM scratch\nCOPY assemble run /scripts/\nLABEL io.openshift.s2i.scripts-url=image:///scripts\nUSER 1001\n',
        assemble: tinyProgram('assembling'),
        run: tinyProgram('running'),
      });
      expect((await builds.run(s2i, { source: from('s2i.git'), strategy: docker() })).failure).toBeUndefined();
    });

    test('RUN runs, in the image that strategy.from names in place of the last FROM', async () => {
      const { failure, log } = await builds.run(`${prefix}/run:latest`, {
        source: { dockerfile: 'FROM nowhere\nRUN ["/bin/tool"]\n' },
        strategy: docker({ from: { kind: 'DockerImage', name: `${host}/${tool}` } }),
      });

      expect(failure).toBeUndefined();
      expect(log).toContain('made by the tool');
    });

    test('files of images are copied into the source, a directory with its name or only what is in it', async () => {
      const image = { from: { kind: 'DockerImage', name: `${host}/${tool}` } };

      const { failure } = await builds.run(`${prefix}/files:latest`, {
        source: {
          dockerfile:
            'FROM scratch\nCOPY a/share/one.txt b/two.txt bin/tool /\nCOPY --from=tools /share/one.txt /again.txt\n',
          images: [
            {
              ...image,
              as: ['tools'],
              paths: [
                { sourcePath: '/share', destinationDir: 'a' },
                { sourcePath: '/share/.', destinationDir: 'b' },
                { sourcePath: '/bin/tool', destinationDir: 'bin' },
              ],
            },
          ],
        },
        strategy: docker(),
      });

      expect(failure).toBeUndefined();
    });

    test('a file that an image does not have', async () => {
      const { failure } = await builds.run(`${prefix}/files:latest`, {
        source: {
          dockerfile: 'FROM scratch\nLABEL a=b\n',
          images: [
            {
              from: { kind: 'DockerImage', name: `${host}/${tool}` },
              paths: [{ sourcePath: '/none', destinationDir: '.' }],
            },
          ],
        },
        strategy: docker(),
      });

      expect(failure).toMatchObject({ code: 'FetchImageContentFailed' });
    });

    test('source-to-image: assemble runs in the builder image, run becomes the command', async () => {
      await git.push('app.git', { 'index.js': '1', '.s2i/environment': 'FROM_FILE=yes\n' });
      const image = `${prefix}/app:latest`;

      const { failure, log } = await builds.run(image, {
        source: from('app.git'),
        strategy: {
          type: 'Source',
          sourceStrategy: {
            from: { kind: 'DockerImage', name: `${host}/${s2i}` },
            env: [{ name: 'NODE_ENV', value: 'production' }],
          },
        },
      });

      expect(failure).toBeUndefined();
      expect(log).toContain('assembling');
      const { config } = await builds.config(image);
      expect(config).toMatchObject({ Cmd: ['/scripts/run'], User: '1001' });
      expect(config.Env).toEqual(expect.arrayContaining(['FROM_FILE=yes', 'NODE_ENV=production']));
    });

    test('a builder image that is not there', async () => {
      const { failure } = await builds.run(`${prefix}/app:latest`, {
        source: from('s2i.git'),
        strategy: { type: 'Source', sourceStrategy: { from: { kind: 'DockerImage', name: `${host}/none:none` } } },
      });

      expect(failure).toMatchObject({ code: 'PullBuilderImageFailed' });
    });

    test('the post commit hook decides whether the image is pushed', async () => {
      await git.push('tested.git', {
        Dockerfile: 'FROM scratch\nCOPY good bad /\n',
        good: tinyProgram('tests passed'),
        bad: tinyProgram('tests failed', 1),
      });
      const spec = { source: from('tested.git'), strategy: docker() };

      const good = await builds.run(`${prefix}/tested:good`, { ...spec, postCommit: { command: ['/good'] } });
      const bad = await builds.run(`${prefix}/tested:bad`, { ...spec, postCommit: { command: ['/bad'] } });

      expect(good.failure).toBeUndefined();
      expect(good.log).toContain('tests passed');
      expect(bad.failure).toMatchObject({ code: 'PostCommitHookFailed' });
      await expect(builds.config(`${prefix}/tested:bad`)).rejects.toThrow('404');
    });

    test('a command that does not end is killed when the build is to stop', async () => {
      await git.push('hanging.git', {
        Dockerfile: 'FROM scratch\nCOPY hang /\nRUN ["/hang"]\n',
        hang: tinyProgram('hanging', 'hangs'),
      });
      const stop = new AbortController();
      const seen = Promise.withResolvers<void>();

      const running = builds.run(
        `${prefix}/hanging:latest`,
        { source: from('hanging.git'), strategy: docker() },
        { signal: stop.signal, onLine: (line) => line.includes('hanging') && !line.includes('git') && seen.resolve() },
      );
      await seen.promise;
      stop.abort(new BuildStopped('cancelled'));

      expect((await running).failure).toBeInstanceOf(BuildStopped);
    });
  });
});
