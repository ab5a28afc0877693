import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { openShop, type Shop } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

/** Manifests of OpenShift users. */
const manifests = resolve(import.meta.dirname, '../../libs/api-types/test/manifests');
const files = ['custom', 'defaults-left-out', 'exported', 'manual', 'minimal', 'recreate', 'rolling'];

test.each(files)('the API server accepts what deploymentconfig-%s.yaml is converted to', async (file) => {
  const manifest = parse(await readFile(`${manifests}/deploymentconfig-${file}.yaml`, 'utf8')) as KubeObject;
  const { name, annotations = {}, labels = {} } = manifest.metadata;
  await shop.create<KubeObject>(resources.deploymentConfigs, {
    ...manifest,
    metadata: { name: `${name}-${file}`, annotations, labels },
  });

  for (const [to, resource] of [
    ['deployment', resources.deployments],
    ['statefulset', resources.statefulSets],
  ] as const) {
    const { code, out } = await shop.cli('convert', `dc/${name}-${file}`, `--to=${to}`);
    expect(code).toBe(0);
    const created = await shop.kube.create(resource, parse(out) as KubeObject, { dryRun: true });
    expect(created.metadata).toMatchObject({ name: `${name}-${file}`, namespace: shop.namespace });
  }
});

test('the report is on standard error, so that the object can be piped', async () => {
  const pre = { failurePolicy: 'Abort' as const, execNewPod: { command: ['migrate'], containerName: 'web' } };
  await shop.config('hooked', { strategy: { type: 'Rolling', rollingParams: { pre } } }, { latestVersion: 2 });

  const { out, err } = await shop.cli('convert', 'dc/hooked', '-o', 'json');

  expect(JSON.parse(out)).toMatchObject({ kind: 'Deployment' });
  expect(err).toBe(`Without equivalent:
  - spec.strategy.rollingParams.pre: lifecycle hook that runs migrate in container web
  - status: the history of 2 rollouts
Different:
  - A failed rollout is not undone: the last good version comes back only when somebody asks for it
  - Pods do not have the labels deploymentconfig=hooked and deployment: Services and policies that select them must change
  - What names dc/hooked (HorizontalPodAutoscalers, scripts) must name deployment/hooked
  - Delete dc/hooked once deployment/hooked serves: until then both run pods with the labels of the selector
`);
});
