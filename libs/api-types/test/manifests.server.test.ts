import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DeploymentConfig, normalizeDeploymentConfig, validateDeploymentConfig } from '@tagstream/api-types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutUnset } from '../src/unset-fields.ts';
import { kubectl, kubectlOutput } from './kubectl.ts';

const dir = join(import.meta.dirname, 'manifests');
const files = readdirSync(dir).sort();

/**
 * kubectl compares what it sends with what is stored. Nulls inside lists, a filled status and the metadata of another
 * cluster are sent but never stored, so it says "configured" for these; the spec then stays as it was.
 */
const sentAgain = new Set(['buildconfig-exported.yaml', 'deploymentconfig-exported.yaml', 'imagestream-exported.yaml']);

/** What a stored DeploymentConfig means: what is wrong with it, and its template without what says nothing. */
function normalized(stored: DeploymentConfig) {
  const dc = normalizeDeploymentConfig(stored);
  return { problems: validateDeploymentConfig(dc), template: withoutUnset({ ...dc.spec.template }) };
}

const namespace = `manifests-${process.pid}`;
const inNamespace = ['--namespace', namespace];
const apply = (file: string, ...options: string[]) =>
  kubectlOutput(['apply', ...inNamespace, ...options, '-f', join(dir, file)]);
const each = (field: 'resourceVersion' | 'generation') =>
  kubectlOutput([
    ...['get', 'is,dc,bc,builds', ...inNamespace, '-o'],
    `jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.${field}}{"\\n"}{end}`,
  ]);

beforeAll(async () => {
  await kubectlOutput(['create', 'namespace', namespace]);
});
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

describe('manifests of an OpenShift user', () => {
  test.each(files)('%s applies as it is, and a second time without a change', async (file) => {
    const field = sentAgain.has(file) ? 'generation' : 'resourceVersion';
    const first = await apply(file);
    const before = await each(field);
    const second = await apply(file);

    expect(first.split('\n').every((line) => line.endsWith(' created'))).toBe(true);
    const expected = sentAgain.has(file) ? ' configured' : ' unchanged';
    expect(second.split('\n').filter((line) => !line.endsWith(expected))).toEqual([]);
    expect(await each(field)).toBe(before);
  });

  test.each(files.filter((file) => !sentAgain.has(file)))('%s applies on the server side', async (file) => {
    const options = ['--server-side', '--force-conflicts'];
    await apply(file, ...options);
    const before = await each('resourceVersion');
    await apply(file, ...options);

    expect(await each('resourceVersion')).toBe(before);
  });

  test('what is taken out of a template by applying it empty on the server side is gone', async () => {
    const container = { name: 'web', image: 'web:1' };
    const emptied = (template: object, of: object) =>
      JSON.stringify({
        apiVersion: 'apps.openshift.io/v1',
        kind: 'DeploymentConfig',
        metadata: { name: 'emptied' },
        spec: {
          paused: true,
          selector: { app: 'emptied' },
          template: {
            metadata: { labels: { app: 'emptied' }, ...template },
            spec: { containers: [{ ...container, ...of }] },
          },
        },
      });
    const options = ['apply', ...inNamespace, '--server-side', '-f', '-'];
    const filled = {
      resources: { limits: { cpu: '1' } },
      securityContext: { privileged: false },
      env: [{ name: 'A' }],
    };
    await kubectlOutput(options, emptied({ annotations: { a: 'b' } }, filled));
    await kubectlOutput(options, emptied({ annotations: {} }, { resources: {}, securityContext: {}, env: [] }));

    const stored = JSON.parse(await kubectlOutput(['get', 'dc', 'emptied', ...inNamespace, '-o', 'json']));
    const { problems, template } = normalized(stored);
    expect(problems).toEqual([]);
    expect(template).toEqual({ metadata: { labels: { app: 'emptied' } }, spec: { containers: [container] } });
  });

  test('an export applies on the server side without its managedFields, as for any kind', async () => {
    const { stderr } = await kubectl([
      'apply',
      ...inNamespace,
      '--server-side',
      '-f',
      join(dir, 'imagestream-exported.yaml'),
    ]);

    expect(stderr).toContain('metadata.managedFields must be nil');
  });

  test('a program may send null for everything that it leaves unset', async () => {
    const body = {
      apiVersion: 'apps.openshift.io/v1',
      kind: 'DeploymentConfig',
      metadata: { name: 'nulls', creationTimestamp: null },
      spec: {
        strategy: {
          ...{ type: 'Recreate', customParams: null, rollingParams: null, labels: null, annotations: null },
          ...{ activeDeadlineSeconds: null, resources: null },
          recreateParams: {
            ...{ timeoutSeconds: null, pre: null, post: null },
            mid: {
              failurePolicy: 'Abort',
              tagImages: null,
              execNewPod: { command: ['true'], containerName: '', env: null, volumes: null },
            },
          },
        },
        triggers: null,
        selector: null,
        revisionHistoryLimit: null,
        template: {
          metadata: { creationTimestamp: null, labels: { app: 'nulls' }, annotations: null },
          spec: { containers: [{ name: 'web', image: 'a', env: null, resources: null }], volumes: null },
        },
      },
      status: null,
    };

    const path = `/apis/apps.openshift.io/v1/namespaces/${namespace}/deploymentconfigs`;
    const stored = JSON.parse(await kubectlOutput(['create', '--raw', path, '-f', '-'], JSON.stringify(body)));

    expect(normalizeDeploymentConfig(stored).spec).toMatchObject({
      triggers: [{ type: 'ConfigChange' }],
      selector: { app: 'nulls' },
      revisionHistoryLimit: null,
      strategy: { recreateParams: { timeoutSeconds: 600, mid: { execNewPod: { containerName: 'web' } } } },
    });
    expect(validateDeploymentConfig(stored)).toEqual([]);
  });
});
