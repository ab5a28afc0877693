import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { BuildStopped } from '../src/runner/watch-build.ts';
import { canRunTinyPrograms, tinyProgram } from './support/tiny-program.ts';
import { because, docker, openWorkshop, slowly, unavailable, type Workshop } from './support/workshop.ts';

vi.setConfig(slowly);

describe.skipIf(unavailable || !canRunTinyPrograms)(`builds with buildah, with commands${because}`, () => {
  const prefix = `commands-${randomUUID().slice(0, 8)}`;
  const host = inject('registryHost');
  const stack = new AsyncDisposableStack();
  let git: Workshop['git'];
  let builds: Workshop['builds'];
  let from: Workshop['from'];
  beforeAll(async () => {
    ({ git, builds, from } = stack.use(await openWorkshop()));
  });
  afterAll(() => stack.disposeAsync());

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
