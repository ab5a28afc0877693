import { resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { refuseDigests } from './support/refuse-digests.ts';
import { digest, follows } from './support/streams.ts';
import { FIRST_IMAGE, triggers } from './support/workloads.ts';

const { deployments, statefulSets, daemonSets, cronJobs, replicaSets, replicationControllers, jobs, pods } = resources;
const patience = { timeout: 15_000 };
const CRON_IMAGE = 'spec.jobTemplate.spec.template.spec.containers[0].image';

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

describe('workloads', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let service: ServiceProcess;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    // Everything is compared again and again meanwhile, which must not show.
    service = stack.use(await startService('trigger', { ...cluster.env, TAGSTREAM_RESYNC_SECONDS: '1' }));
  });
  afterAll(() => stack.disposeAsync());

  test('of every kind get the image of the tag that they follow', async () => {
    await cluster.applyStream('app', [web('latest')]);
    const kinds = [deployments, statefulSets, daemonSets, cronJobs];
    for (const kind of kinds) {
      await cluster.createWorkload(
        kind,
        'app',
        triggers({ 'app:latest': kind === cronJobs ? CRON_IMAGE : FIRST_IMAGE }),
      );
    }
    for (const image of 'ab') {
      await cluster.poll('app', 'latest', image);
      for (const kind of kinds) {
        await expect.poll(() => cluster.image(kind, 'app'), patience).toBe(pullSpec(image));
      }
    }
    for (const kind of kinds) expect(await cluster.generation(kind, 'app'), kind.kind).toBe(3);
  });

  test('that stand alone get their image too, and the owner of a Job is told that it cannot', async () => {
    await cluster.applyStream('bare', [web('latest')]);
    for (const kind of [replicaSets, replicationControllers, pods, jobs]) {
      const path = kind === pods ? 'spec.containers[0].image' : FIRST_IMAGE;
      await cluster.createWorkload(kind, `bare-${kind.plural}`, triggers({ 'bare:latest': path }));
    }
    await cluster.poll('bare', 'latest', 'a');
    for (const kind of [replicaSets, replicationControllers, pods]) {
      await expect.poll(() => cluster.image(kind, `bare-${kind.plural}`), patience).toBe(pullSpec('a'));
    }
    await expect.poll(() => cluster.eventsAbout('bare-jobs'), patience).toEqual(['Warning ImageUpdateRefused x1']);
    expect(await cluster.image(jobs, 'bare-jobs')).toBe('none');
  });

  test('that come after the image get it at once, and a manual change is taken back', async () => {
    await cluster.applyStream('present', [web('latest')]);
    await cluster.poll('present', 'latest', 'a');
    await expect.poll(() => cluster.told('present'), patience).toHaveLength(1);
    await cluster.createWorkload(deployments, 'later', triggers({ 'present:latest': FIRST_IMAGE }));
    await expect.poll(() => cluster.image(deployments, 'later'), patience).toBe(pullSpec('a'));
    const edit = [{ op: 'replace' as const, path: '/spec/template/spec/containers/0/image', value: 'mine:1' }];
    await cluster.kube.jsonPatch({ resource: deployments, namespace: cluster.namespace, name: 'later' }, edit);
    await expect.poll(() => cluster.image(deployments, 'later'), patience).toBe(pullSpec('a'));
    expect(await cluster.generation(deployments, 'later')).toBe(4);
  });

  test('with a malformed annotation are told so once, and go on when it is mended', async () => {
    await cluster.applyStream('mended', [web('latest')]);
    await cluster.createWorkload(deployments, 'mended', '[{"from": oops}]');
    await expect.poll(() => cluster.eventsAbout('mended'), patience).toEqual(['Warning ImageTriggerInvalid x1']);
    await cluster.poll('mended', 'latest', 'a');
    await expect.poll(() => cluster.told('mended'), patience).toHaveLength(1);
    expect(await cluster.image(deployments, 'mended')).toBe('none');
    await cluster.annotate(deployments, 'mended', triggers({ 'mended:latest': FIRST_IMAGE }));
    await expect.poll(() => cluster.image(deployments, 'mended'), patience).toBe(pullSpec('a'));
    expect(await cluster.eventsAbout('mended')).toEqual(['Warning ImageTriggerInvalid x1']);
  });

  test('with a trigger for a container that they do not have hold up nobody else', async () => {
    await cluster.applyStream('lacking', [web('latest')]);
    const elsewhere = triggers({ 'lacking:latest': 'spec.template.spec.containers[3].image' });
    await cluster.createWorkload(deployments, 'lacking', elsewhere);
    await cluster.createWorkload(deployments, 'beside', triggers({ 'lacking:latest': FIRST_IMAGE }));
    await cluster.poll('lacking', 'latest', 'a');
    await expect.poll(() => cluster.image(deployments, 'beside'), patience).toBe(pullSpec('a'));
    await expect.poll(() => cluster.eventsAbout('lacking'), patience).toEqual(['Warning ImageTriggerInvalid x1']);
    expect(await cluster.image(deployments, 'lacking')).toBe('none');
  });

  test('whose new image a policy of the cluster refuses are told so, and not tried again and again', async () => {
    await using _policy = await refuseDigests(cluster, 'guarded');
    await cluster.applyStream('guarded', [web('latest')]);
    await cluster.createWorkload(deployments, 'guarded', triggers({ 'guarded:latest': FIRST_IMAGE }));
    await cluster.poll('guarded', 'latest', 'a');
    await expect.poll(() => cluster.eventsAbout('guarded'), patience).toEqual(['Warning ImageUpdateRefused x1']);
    const guarded = `deployments.apps/${cluster.namespace}/guarded`;
    const refusals = () =>
      service.lines().filter(({ reason, workload }) => reason === 'ImageUpdateRefused' && workload === guarded).length;
    await cluster.poll('guarded', 'latest', 'b');
    await expect.poll(() => cluster.told('guarded'), patience).toHaveLength(2);
    // The message of the next image has been dealt with when the one after it has.
    await cluster.applyStream('after', [web('latest')]);
    await cluster.createWorkload(deployments, 'after', triggers({ 'after:latest': FIRST_IMAGE }));
    await cluster.poll('after', 'latest', 'a');
    await expect.poll(() => cluster.image(deployments, 'after'), patience).toBe(pullSpec('a'));
    expect(refusals()).toBe(1);
    expect(await cluster.eventsAbout('guarded')).toEqual(['Warning ImageUpdateRefused x1']);
    expect(await cluster.image(deployments, 'guarded')).toBe('none');
  });

  test('that nobody follows any more are left alone', async () => {
    await cluster.applyStream('left', [web('latest')]);
    await cluster.createWorkload(deployments, 'left', triggers({ 'left:latest': FIRST_IMAGE }));
    await cluster.poll('left', 'latest', 'a');
    await expect.poll(() => cluster.image(deployments, 'left'), patience).toBe(pullSpec('a'));
    await cluster.annotate(deployments, 'left', '[]');
    await cluster.createWorkload(deployments, 'follows', triggers({ 'left:latest': FIRST_IMAGE }));
    await cluster.poll('left', 'latest', 'b');
    await expect.poll(() => cluster.image(deployments, 'follows'), patience).toBe(pullSpec('b'));
    expect(await cluster.image(deployments, 'left')).toBe(pullSpec('a'));
  });

  test('are compared again and again, and each problem is told once all the same', async () => {
    const resyncs = () => service.lines().filter(({ message }) => message === 'resync started').length;
    const before = resyncs();
    await expect.poll(resyncs, patience).toBeGreaterThan(before + 4);
    expect(await cluster.eventsAbout('lacking')).toEqual(['Warning ImageTriggerInvalid x1']);
    expect(await cluster.eventsAbout('guarded')).toEqual(['Warning ImageUpdateRefused x1']);
    expect(service.lines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});
