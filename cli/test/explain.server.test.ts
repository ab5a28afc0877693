import type { KubeObject } from '@tagstream/api-types';
import { type Bus, connectBus } from '@tagstream/bus';
import { DeadLetterStream, TagsStream, TagUpdated } from '@tagstream/events';
import { HOLD_ANNOTATION, TRIGGERS_ANNOTATION } from '@tagstream/image-stream';
import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { buildImage, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runCli } from './support/run-cli.ts';
import { openShop, type Shop, template } from './support/shop.ts';

/** Pollers write what they did every ten seconds. */
const patience = { timeout: 30_000 };

const stack = new AsyncDisposableStack();
let shop: Shop;
let repository: string;
let bus: Bus;

beforeAll(async () => {
  shop = stack.use(await openShop(inject('kubeconfig')));
  repository = `${inject('registryHost')}/${shop.namespace}/web`;
  const env = {
    NATS_URL: inject('natsUrl'),
    KUBECONFIG: inject('kubeconfig'),
    TAGSTREAM_PREFIX: shop.namespace,
    TAGSTREAM_NAMESPACE: shop.namespace,
    TAGSTREAM_ADMIN_HOST: '127.0.0.1',
  };
  for (const name of ['poller', 'trigger', 'rollout'] as const) stack.use(await startService(name, env));
  bus = stack.use(await connectBus({ servers: inject('natsUrl'), name: 'trigger', prefix: shop.namespace }));
  await push('v1');
  await shop.create(resources.imageStreams, {
    metadata: { name: 'web' },
    spec: { tags: [tagOf('latest', { scheduled: true }), tagOf('missing'), { name: 'stable', from: own('latest') }] },
  } as KubeObject);
});
afterAll(() => stack.disposeAsync());

async function push(seed: string): Promise<string> {
  const image = buildImage({ seed });
  await pushImage(inject('registryHost'), `${shop.namespace}/web`, 'latest', image);
  return `${repository}@${image.digest}`;
}

const own = (name: string) => ({ kind: 'ImageStreamTag', name });
const tagOf = (name: string, importPolicy: object = {}) => ({
  name,
  from: { kind: 'DockerImage', name: `${repository}:${name}` },
  importPolicy: { insecure: true, ...importPolicy },
});

/** Runs a command that knows NATS, in the namespace. */
const cli = (...args: string[]) =>
  runCli(['-n', shop.namespace, ...args], {
    kubeconfig: inject('kubeconfig'),
    env: { NATS_URL: inject('natsUrl'), TAGSTREAM_PREFIX: shop.namespace },
  });

/** Kind and subject of each finding. */
async function found(object: string) {
  const { code, out, err } = await cli('explain', object, '-o', 'json');
  expect(err).toBe('');
  expect(code).toBe(0);
  const { findings, verdict } = JSON.parse(out);
  return { verdict, findings: findings.map(({ kind, about }: Record<string, string>) => `${kind} ${about}`) };
}

async function deploy(name: string, from: string, annotations: Record<string, string> = {}) {
  const triggers = [{ from: own(from), fieldPath: 'spec.template.spec.containers[?(@.name=="web")].image' }];
  await shop.create(resources.deployments, {
    metadata: { name, annotations: { [TRIGGERS_ANNOTATION]: JSON.stringify(triggers), ...annotations } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { ...template('none'), metadata: { labels: { app: name } } },
    },
  } as KubeObject);
}

test('a Deployment that runs the newest image of its tag is explained from the registry to its pods', async () => {
  await deploy('web', 'web:latest');

  await expect
    .poll(() => found('deployment/web'), patience)
    .toEqual({
      verdict: 'ok',
      findings: ['ok image', 'ok tag', 'ok check', 'ok check', 'ok rollout'],
    });
  const { out } = await cli('explain', 'deployment/web');
  expect(out).toMatch(/^OK +check +the registry was asked for \S+\/web:latest .* ago$/m);
  expect(out).toMatch(/^OK +check +it is asked again in .*, every 15m$/m);
  expect(out).toMatch(/^OK +rollout +rolled out: 1 of 1 pods run it$/m);
});

test('one whose tag cannot be imported says what the registry said, and what to do', async () => {
  await deploy('lacking', 'web:missing');

  await expect
    .poll(() => found('deploy/lacking'), patience)
    .toMatchObject({
      verdict: 'problem',
      findings: [
        'waiting image',
        'problem tag',
        'problem tag',
        'problem check',
        expect.any(String),
        expect.any(String),
      ],
    });
  const { out } = await cli('explain', 'deploy/lacking');
  expect(out).toMatch(
    /^PROBLEM +tag +the last import of web:missing failed: .*not found \(NotFound\)\n +→ look whether/m,
  );
});

test('one that holds the newest image back says until when', async () => {
  const image = await push('v1');
  const [, digest] = image.split('@');
  await deploy('held', 'web:latest', { [HOLD_ANNOTATION]: `${digest} until 2999-01-01T00:00:00Z` });

  await expect.poll(() => found('deploy/held'), patience).toMatchObject({ verdict: 'waiting' });
  expect((await cli('explain', 'deploy/held')).out).toMatch(
    /^WAITING +policy +container web runs none, .*; sha256:[0-9a-f]{12} is held until 2999.*\n +→ .* kubectl annotate deployment\/held trigger\.tagstream\.io\/hold-$/m,
  );
});

test('a DeploymentConfig is explained with its version, a tag with the one that it follows', async () => {
  const params = { automatic: true, containerNames: ['web'], from: own('web:stable') };
  await shop.config('web', {
    triggers: [{ type: 'ConfigChange' }, { type: 'ImageChange', imageChangeParams: params }],
    template: template(' '),
  });

  await expect
    .poll(() => found('dc/web'), patience)
    .toEqual({
      verdict: 'ok',
      findings: ['ok image', 'ok tag', 'ok tag', 'ok tag', 'ok check', 'ok check', 'ok rollout'],
    });
  const { out } = await cli('explain', 'dc/web');
  expect(out).toMatch(/^OK +rollout +version 1 runs: replication controller "web-1" successfully rolled out/m);
  expect(out).toMatch(/^OK +tag +web:stable follows latest of the same stream$/m);
});

test('a message that a service gave up on is found', async () => {
  await bus.ensureStreams([DeadLetterStream]);
  // A consumer that refuses everything, as a service does with what it cannot process.
  const consumer = bus.consume(TagUpdated, {
    stream: TagsStream,
    durable: 'refuses',
    concurrency: 1,
    maxDeliver: 1,
    ackWaitMs: 5000,
    retry: { minMs: 10, maxMs: 10, factor: 1 },
    keyOf: () => '',
    handler: async () => ({ kind: 'reject', reason: 'cannot be processed' }),
  });
  try {
    await expect
      .poll(async () => (await cli('explain', 'istag/web:latest')).out, patience)
      .toMatch(/^PROBLEM +message +the service trigger gave up on tag-updated of web:latest .*: cannot be processed$/m);
  } finally {
    await consumer[Symbol.asyncDispose]();
  }
});

test('without NATS it explains from Kubernetes and says what is missing', async () => {
  const { code, out } = await shop.cli('explain', 'deployment/web');
  expect(code).toBe(0);
  expect(out).toMatch(/^OK +image +container web runs the newest image of web:latest/m);
  expect(out).toMatch(/^UNKNOWN +source +without NATS: .*\n +→ set NATS_URL, or give --nats$/m);
  const unreachable = await shop.cli('explain', 'deployment/web', '--nats', 'nats://127.0.0.1:1');
  expect(unreachable.code).toBe(0);
  expect(unreachable.out).toMatch(/^UNKNOWN +source +.*cannot connect to /m);
});

test('what is not there is an error, and so is what cannot be explained', async () => {
  expect(await cli('explain', 'deployment/never')).toMatchObject({
    code: 1,
    err: 'error: deployments.apps "never" not found\n',
  });
  expect(await cli('explain', 'istag/web:never')).toMatchObject({
    code: 1,
    err: 'error: tag web:never not found; there are latest, missing, stable\n',
  });
  expect((await cli('explain', 'service/web')).code).toBe(2);
});

test('a kind that is not built in is explained by its full name', async () => {
  const { code, out } = await cli('explain', 'deployments.v1.apps/web', '-o', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    object: { type: 'deployment', name: 'web' },
    findings: expect.arrayContaining([expect.objectContaining({ kind: 'ok', about: 'image' })]),
  });
});

test('the checks of a namespace are listed, with their last failure', async () => {
  await expect.poll(async () => (await cli('checks')).out, patience).toMatch(/^web:missing +(?!never)/m);
  const { out } = await cli('checks');
  expect(out).toMatch(/^TAG +LAST CHECK +NEXT CHECK +EVERY +LAST ERROR\n/);
  expect(out).toMatch(/^web:latest +.* ago +in .* +15m +-$/m);
  expect(out).toMatch(/^web:missing +.* ago +.* +- +.* ago: .*not found \(NotFound\)$/m);

  const one = JSON.parse((await cli('checks', 'is/web:latest', '-o', 'json')).out);
  expect(one.tags).toEqual([
    expect.objectContaining({ stream: 'web', tag: 'latest', intervalMs: 900_000, lastError: null }),
  ]);
  expect(await cli('checks', 'web:stable')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no registry is asked'),
  });
  expect(await shop.cli('checks')).toMatchObject({
    code: 1,
    err: expect.stringContaining('set NATS_URL, or give --nats'),
  });
});
