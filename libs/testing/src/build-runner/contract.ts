import { isTerminal, phaseOf, runnerOf } from '@tagstream/build';
import { BuildProgressed, toCloudEvent } from '@tagstream/events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  openRunnerPlace,
  PATIENCE,
  type RunnerContractOptions,
  type RunnerPlace,
  startSignal,
} from './runner-place.ts';

const TEST_TIMEOUT_MS = 120_000;

const DOCKERFILE = 'FROM scratch\nCOPY hello.txt /\nLABEL contract=kept\n';

/**
 * What anybody who runs Builds keeps to (docs/build-runners.md), as tests against a real NATS and API server: one claim,
 * phases in order, a log that can be read, the digest that the registry has, failures told, the end on request, and Builds of a
 * dead instance taken over.
 */
export function describeBuildRunnerContract(name: string, options: RunnerContractOptions): void {
  const because = options.skip ? ` (skipped: ${options.skip})` : '';
  describe.skipIf(options.skip)(`${name} as a runner of builds${because}`, { timeout: TEST_TIMEOUT_MS }, () => {
    let place: RunnerPlace;
    beforeAll(async () => {
      place = await openRunnerPlace(options);
    }, TEST_TIMEOUT_MS);
    afterAll(() => place[Symbol.asyncDispose]());
    afterEach(() => place.endInstances());

    const fromGit = (repository: string) => ({
      source: { git: { uri: `git://127.0.0.1:${place.gate.port}/${repository}`, ref: 'main' } },
    });

    test('a Build whose turn has come is claimed, runs and completes, with a log and the digest that the registry has', async () => {
      await options.git.push('complete.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      await place.start();

      await place.pending('complete-1', fromGit('complete.git'));
      const build = await place.ended('complete-1');

      expect(place.phases('complete-1')).toEqual(expect.arrayContaining(['Pending', 'Running', 'Complete']));
      expect(place.phases('complete-1').slice(-2)).toEqual(['Running', 'Complete']);
      expect(runnerOf(build)).toMatch(/^[^/]+\/.+/);
      const { startTimestamp, completionTimestamp, duration, output: out } = build.status!;
      expect(Date.parse(completionTimestamp!) - Date.parse(startTimestamp!)).toBeGreaterThanOrEqual(0);
      expect(duration).toBeGreaterThanOrEqual(0);
      expect(out?.to?.imageDigest).toBe(await digestInRegistry(place.output('complete-1')));
      expect(await place.logText(build)).toMatch(/Push successful/i);
    });

    test('of two instances one runs a Build, and it runs once', async () => {
      await place.start();
      await place.start();

      await place.pending('once-1', {});
      await place.pending('once-2', {});
      const first = await place.ended('once-1');
      await place.ended('once-2');

      expect(first.status?.phase).toBe('Complete');
      for (const build of ['once-1', 'once-2']) {
        const states = place.seen.filter(({ metadata }) => metadata.name === build);
        expect(new Set(states.map((one) => runnerOf(one)).filter(Boolean)).size).toBe(1);
        expect(new Set(states.map(({ status }) => status?.completionTimestamp).filter(Boolean)).size).toBe(1);
      }
    });

    test('a Build whose Dockerfile fails ends Failed, with the reason and the last lines of its log', async () => {
      await place.start();

      await place.pending('failing-1', { source: { dockerfile: 'FROM scratch\nCOPY nowhere /\n' } });
      const build = await place.ended('failing-1');

      expect(build.status).toMatchObject({ phase: 'Failed', reason: 'DockerBuildFailed' });
      expect(build.status?.message).not.toBe('');
      expect(build.status?.logSnippet).toMatch(/nowhere/);
      expect((build.status?.logSnippet ?? '').split('\n').length).toBeLessThanOrEqual(5);
      expect(build.status?.output?.to?.imageDigest).toBeUndefined();
      expect(await place.logText(build)).toMatch(/nowhere/);
    });

    test('a source that cannot be fetched is told apart', async () => {
      await place.start();

      await place.pending('sourceless-1', fromGit('there-is-none.git'));

      expect((await place.ended('sourceless-1')).status).toMatchObject({
        phase: 'Failed',
        reason: 'FetchSourceFailed',
      });
    });

    test('a Build that is to be cancelled while it runs stops and says so', async () => {
      await options.git.push('cancelled.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      await place.start();
      place.gate.close();
      await place.pending('cancelled-1', fromGit('cancelled.git'));
      await place.gate.waiting(1);

      await place.cancel('cancelled-1');
      const build = await place.ended('cancelled-1');

      expect(build.status).toMatchObject({ phase: 'Cancelled', reason: 'CancelledBuild' });
      await expect.poll(() => place.gate.connections, PATIENCE).toBe(0);
    });

    test('a Build of an instance that was killed is taken over, and ends once', async () => {
      await options.git.push('killed.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      const doomed = await place.start();
      place.gate.close();
      await place.pending('killed-1', fromGit('killed.git'));
      await place.gate.waiting(1);
      const holder = runnerOf(await place.read('killed-1'));

      await doomed.kill();
      await expect.poll(() => place.gate.connections, PATIENCE).toBe(0);
      place.gate.open();
      await place.start();
      const build = await place.ended('killed-1');

      expect(build.status?.phase).toBe('Complete');
      expect(runnerOf(build)).not.toBe(holder);
      expect(build.status?.output?.to?.imageDigest).toBe(await digestInRegistry(place.output('killed-1')));
      expect(place.phases('killed-1').filter((phase) => phase === 'Complete')).toHaveLength(1);
    });

    test('a Build of an instance that is asked to stop is taken over', async () => {
      await options.git.push('stopped.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      const first = await place.start();
      place.gate.close();
      await place.pending('stopped-1', fromGit('stopped.git'));
      await place.gate.waiting(1);

      await first[Symbol.asyncDispose]();
      expect(isTerminal(phaseOf(await place.read('stopped-1')))).toBe(false);
      place.gate.open();
      await place.start();

      expect((await place.ended('stopped-1')).status?.phase).toBe('Complete');
    });

    test('a Build that takes longer than it may ends Failed', async () => {
      await options.git.push('slow.git', { Dockerfile: DOCKERFILE, 'hello.txt': 'hello' });
      await place.start();
      place.gate.close();

      await place.pending('slow-1', { ...fromGit('slow.git'), completionDeadlineSeconds: 2 });
      const build = await place.ended('slow-1');

      expect(build.status?.phase).toBe('Failed');
      expect(build.status?.duration).toBeGreaterThanOrEqual(2e9);
      await expect.poll(() => place.gate.connections, PATIENCE).toBe(0);
    });

    test('a Build that is over is never touched again', async () => {
      await place.start();
      const build = await place.pending('over-1', {});
      await place.ended('over-1');
      const before = await place.read('over-1');

      // Past the check for duplicates, as a message is that is delivered again after its acknowledgement was lost.
      const data = { ...startSignal(build, place.output('over-1')), at: new Date().toISOString() };
      const again = toCloudEvent(BuildProgressed, data, { source: '/contract', time: data.at });
      await place.bus.storeText(again.subject, JSON.stringify(again), { id: `${again.id} again` });
      await place.pending('over-2', {});
      await place.ended('over-2');

      expect((await place.read('over-1')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    });
  });
}

/** The digest under which a registry has a tag. */
async function digestInRegistry(reference: string): Promise<string | null> {
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:/]+)$/.exec(reference)!;
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept },
  });
  expect(answer.status).toBe(200);
  return answer.headers.get('docker-content-digest');
}
