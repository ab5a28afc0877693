import { setTimeout as observed } from 'node:timers/promises';
import type { TagReference } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { buildImage, type FakeRegistry, pushImage, startFakeRegistry } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ShownCheck } from '../src/status/checks-page.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type CheckKind, gapsOf, type RecordedRequests, recordRequests } from './recorded-requests.ts';

const INTERVAL_MS = 3_000;
const LEASE_MS = 2_000;

/** What processes on a busy machine may be late by. */
const LATE_MS = 1_500;

const patience = { timeout: 20_000, interval: 20 };
const image = buildImage({ seed: 1 });

/** Scheduled tags, each of a repository and in a stream of its own. */
const STREAMS = Array.from({ length: 30 }, (_, i) => `app-${i}`);

describe('several pollers', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let fake: FakeRegistry;
  const pollers = new Map<string, ServiceProcess>();

  const start = async (name: string) => {
    const poller = stack.use(
      await startService('poller', {
        ...cluster.env,
        TAGSTREAM_REPLICA: name,
        TAGSTREAM_POLL_INTERVAL: `${INTERVAL_MS / 1000}s`,
        TAGSTREAM_LEASE: `${LEASE_MS / 1000}s`,
        TAGSTREAM_REGISTRY_CONCURRENCY: '4',
      }),
    );
    pollers.set(name, poller);
  };
  const tag = (from: string, importPolicy: TagReference['importPolicy'] = {}): TagReference => ({
    name: 'latest',
    from: { kind: 'DockerImage', name: from },
    importPolicy: { insecure: true, ...importPolicy },
  });
  /** Writes a stream and waits until its image is in the status. */
  async function importStream(name: string, importPolicy: TagReference['importPolicy'] = {}, at = fake): Promise<void> {
    await pushImage(at.host, `team/${name}`, 'latest', image);
    await cluster.writeStream(name, [tag(`${at.host}/team/${name}`, importPolicy)]);
    await vi.waitFor(() => expect(cluster.pollsOf(name)).toHaveLength(1), patience);
    await cluster.apply(cluster.pollsOf(name)[0]!);
  }
  /** What a replica shows of a stream's only tag. */
  async function shown(replica: string, stream: string): Promise<ShownCheck | undefined> {
    const query = new URLSearchParams({ namespace: cluster.namespace, stream });
    const response = await fetch(`${pollers.get(replica)?.adminUrl}/checks?${query}`);
    if (response.status !== 200) return undefined;
    return ((await response.json()) as { tags: ShownCheck[] }).tags[0];
  }
  const annotate = (stream: string, annotations: Record<string, string>) =>
    cluster.kube.mergePatch(
      { resource: resources.imageStreams, namespace: cluster.namespace, name: stream },
      { metadata: { annotations } },
    );
  const owners = async (replica: string) =>
    new Map(await Promise.all(STREAMS.map(async (name) => [name, (await shown(replica, name))?.checkedBy] as const)));
  /** Resolves when each of these was asked for so many times. */
  const everyAsked = (recorded: RecordedRequests, names: readonly string[], times: number) =>
    expect
      .poll(() => Math.min(...names.map((name) => recorded.timesOf(`team/${name}`))), patience)
      .toBeGreaterThanOrEqual(times);
  /** Resolves with the times between checks when each of these was checked so many times from now on. */
  async function checks(at: FakeRegistry, names: readonly string[], times: number, kind: CheckKind = 'head_manifest') {
    using recorded = recordRequests(at, kind);
    await everyAsked(recorded, names, times);
    const gaps = gapsOf(recorded.seen);
    return {
      gaps,
      shortestMs: Math.min(...[...gaps.values()].flat()),
      longestMs: Math.max(...[...gaps.values()].flat()),
    };
  }
  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    fake = stack.use(await startFakeRegistry());
    for (const name of ['a', 'b', 'c']) await start(name);
    await Promise.all(STREAMS.map((name) => importStream(name, { scheduled: true })));
  });
  afterAll(() => stack.disposeAsync());

  test('check every tag once in an interval', async () => {
    await checks(fake, STREAMS, 1);
    const { gaps, shortestMs, longestMs } = await checks(fake, STREAMS, 4);
    expect(gaps.size).toBe(STREAMS.length);
    expect(longestMs).toBeLessThan(INTERVAL_MS + LATE_MS);
    expect(shortestMs).toBeGreaterThan(INTERVAL_MS - LATE_MS);
    expect(new Set((await owners('a')).values())).toEqual(new Set(['a', 'b', 'c']));
  });

  test('fetch a token once for each repository, and then need one HEAD for a check', async () => {
    await using guarded = await startFakeRegistry();
    const names = Array.from({ length: 8 }, (_, i) => `guarded-${i}`);
    await Promise.all(names.map((name) => importStream(name, { scheduled: true }, guarded)));
    guarded.behave({ auth: { kind: 'bearer', users: {}, anonymousPull: true, lifetimeS: 600 } });
    await expect.poll(() => guarded.count('token'), patience).toBe(names.length);
    await checks(guarded, names, 2); // the first of them may be what the last token was asked for
    guarded.clearRequests();
    const { shortestMs, longestMs } = await checks(guarded, names, 2);
    expect(new Set(guarded.requests.map(({ kind }) => kind))).toEqual(new Set(['head_manifest']));
    expect(longestMs).toBeLessThan(INTERVAL_MS + LATE_MS);
    expect(shortestMs).toBeGreaterThan(INTERVAL_MS - LATE_MS);
  });

  test('ask a registry that tells no digest by HEAD with GET, and not with HEAD any more', async () => {
    await using silent = await startFakeRegistry({ behaviour: { withoutDigestHeader: true } });
    const names = Array.from({ length: 8 }, (_, i) => `headless-${i}`);
    await Promise.all(names.map((name) => importStream(name, { scheduled: true }, silent)));
    await checks(silent, names, 1, 'get_manifest'); // every replica has found out
    silent.clearRequests();
    const { shortestMs, longestMs } = await checks(silent, names, 2, 'get_manifest');
    expect(new Set(silent.requests.map(({ kind }) => kind))).toEqual(new Set(['get_manifest']));
    expect(longestMs).toBeLessThan(INTERVAL_MS + LATE_MS);
    expect(shortestMs).toBeGreaterThan(INTERVAL_MS - LATE_MS);
  });

  test('all show the same of a check, whoever made it', async () => {
    await importStream('shown', { scheduled: true });
    const everywhere = () => Promise.all(['a', 'b', 'c'].map((replica) => shown(replica, 'shown')));
    await expect
      .poll(async () => (await everywhere()).every((check) => check?.lastChecked != null), patience)
      .toBe(true);
    const [a, b, c] = await everywhere();
    expect([b, c].map((check) => ({ ...check, lastChecked: null, nextCheck: null }))).toEqual(
      Array(2).fill({ ...a, lastChecked: null, nextCheck: null }),
    );
    expect(a).toMatchObject({ tag: 'latest', intervalMs: INTERVAL_MS, lastError: null, problem: null });
    expect(Date.parse(a?.nextCheck ?? '')).toBeGreaterThan(Date.parse(a?.lastChecked ?? ''));
  });

  test('a check that is asked for by annotation is made once and shown to be made, without a schedule too', async () => {
    await importStream('asked');
    fake.clearRequests();
    const headsOf = () =>
      fake.requests.filter(({ path, kind }) => kind === 'head_manifest' && path.includes('team/asked/'));
    await annotate('asked', { 'poller.tagstream.io/import-now': 'first' });
    for (const replica of ['a', 'b', 'c']) {
      await expect
        .poll(async () => (await shown(replica, 'asked'))?.importNow, patience)
        .toEqual({ asked: 'first', done: true });
    }
    expect(headsOf()).toHaveLength(1);
    expect(await shown('a', 'asked')).toMatchObject({ nextCheck: null, intervalMs: null });
  });

  test('a budget that one of them has used up pauses the registry for all', async () => {
    // A registry of its own, so that the pause holds up no other test.
    await using limited = await startFakeRegistry();
    const names = Array.from({ length: 12 }, (_, i) => `limited-${i}`);
    for (const name of names) await pushImage(limited.host, `team/${name}`, 'latest', image);
    limited.behave({ headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' } });
    limited.clearRequests();
    await Promise.all(names.map((name) => cluster.writeStream(name, [tag(`${limited.host}/team/${name}`)])));
    for (const poller of pollers.values()) {
      await poller.logged(
        ({ message, registry }) => message === 'registry asked to be left alone' && registry === limited.host,
      );
    }
    // That nothing is asked in a pause shows in time alone; what was under way when it began goes on.
    await observed(LATE_MS);
    const asked = limited.requests.filter(({ kind }) => kind === 'head_manifest');
    expect(asked.length).toBeLessThan(names.length);
    limited.clearRequests();
    await observed(INTERVAL_MS);
    expect(limited.requests).toEqual([]);
  });

  test('one that is killed moves its share, and only that, within a lease; one that comes takes its own', async () => {
    const before = await owners('a');
    using recorded = recordRequests(fake, 'head_manifest');
    await everyAsked(recorded, STREAMS, 1);
    await pollers.get('c')?.kill();
    await expect.poll(async () => [...(await owners('a')).values()], patience).not.toContain('c');
    await checks(fake, STREAMS, 2);
    const after = await owners('a');
    for (const [name, owner] of before) {
      if (owner === 'c') expect(['a', 'b']).toContain(after.get(name));
      else expect(after.get(name)).toBe(owner);
    }
    const gaps = gapsOf(recorded.seen);
    for (const [name, owner] of before) {
      const ofStream = gaps.get(`team/${name}`) ?? [];
      expect(Math.max(...ofStream), name).toBeLessThan(INTERVAL_MS + LEASE_MS + LATE_MS);
      if (owner !== 'c') expect(Math.max(...ofStream), name).toBeLessThan(INTERVAL_MS + LATE_MS);
    }
    await start('d');
    await expect.poll(async () => new Set((await owners('a')).values()), patience).toEqual(new Set(['a', 'b', 'd']));
    for (const [name, owner] of await owners('a')) if (owner !== 'd') expect(owner).toBe(after.get(name));
  });
});
