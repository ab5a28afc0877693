import { describe, expect, test } from 'vitest';
import { imageTemplate, type LocalStream, localNameChanges, RESOLVE_NAMES_ANNOTATION } from '../src/index.ts';
import { digest, frozen, NAMESPACE } from './fixtures.ts';

const forced = { annotations: { [RESOLVE_NAMES_ANNOTATION]: '*' } };
const repository = 'integrated.registry/image1/image1';
const pinned = (hexDigit: string) => `${repository}@${digest(hexDigit)}`;

const streams: Readonly<Record<string, LocalStream>> = {
  test: { local: true, repository: '', references: new Map([['other', pinned('a')]]) },
  closed: { local: false, repository: '', references: new Map([['other', pinned('b')]]) },
};

/** What is written to the images of an object, as `/spec/containers/0 = …`. */
function written(kind: string, object: object, oldObject?: object): readonly string[] {
  const [group = '', resource = ''] = kind.split('/');
  const write = frozen({ group, resource, namespace: NAMESPACE, object, oldObject });
  const { changes } = localNameChanges(write, (namespace, name) =>
    namespace === NAMESPACE ? streams[name] : undefined,
  );
  return changes.map(({ pointer, to }) => `${pointer.replace(/\/image$/, '')} = ${to}`);
}

const container = (image: string, name = 'app') => ({ name, image });
const pod = (...images: string[]) => ({ spec: { containers: images.map((image, i) => container(image, `c${i}`)) } });
const templated = (image: string, metadata: object = {}) => ({ spec: { template: { metadata, ...pod(image) } } });
const cronJob = (image: string, { job = {}, template = {} } = {}) => ({
  spec: { jobTemplate: { metadata: job, spec: { template: { metadata: template, ...pod(image) } } } },
});
const at = (place: string, hexDigit = 'a') => [`${place} = ${pinned(hexDigit)}`];
const owner = (controller?: boolean) => ({ metadata: { ownerReferences: [{ name: 'app', controller }] } });

const POD = '/spec/containers/0';
const TEMPLATE = '/spec/template/spec/containers/0';
const CRON_JOB = '/spec/jobTemplate/spec/template/spec/containers/0';

describe('an object that is created', () => {
  test.each<{ row: string; kind: string; object: object; expected: readonly string[] }>([
    { row: '#198 a pod gets the image of the local name', kind: '/pods', object: pod('test:other'), expected: at(POD) },
    {
      row: '#199 a ReplicaSet whose template asks for it gets the image of a stream that does not allow it',
      kind: 'apps/replicasets',
      object: templated('closed:other', forced),
      expected: at(TEMPLATE, 'b'),
    },
    {
      row: 'the annotation on the object does the same as that on the template',
      kind: 'apps/deployments',
      object: { metadata: forced, ...templated('quay.io/org/closed:other') },
      expected: at(TEMPLATE, 'b'),
    },
    {
      row: 'another value of the annotation means nothing',
      kind: 'apps/deployments',
      object: { metadata: { annotations: { [RESOLVE_NAMES_ANNOTATION]: 'true' } }, ...templated('closed:other') },
      expected: [],
    },
    {
      row: '#200 a reference with a registry stays',
      kind: '/pods',
      object: pod('integrated.registry/default/test:other'),
      expected: [],
    },
    { row: '#201 a digest stays', kind: '/pods', object: pod(`test@${digest('c')}`), expected: [] },
    {
      row: '#206 an object that another one controls is left alone, even if it asks',
      kind: 'apps/replicasets',
      object: { ...owner(true), ...templated('test:other', forced) },
      expected: [],
    },
    {
      row: 'an owner that does not control means nothing',
      kind: '/pods',
      object: { ...owner(), ...pod('test:other') },
      expected: at(POD),
    },
    { row: '#208 a new Job is rewritten', kind: 'batch/jobs', object: templated('test:other'), expected: at(TEMPLATE) },
    {
      row: 'a CronJob has its template in its job template',
      kind: 'batch/cronjobs',
      object: cronJob('test:other'),
      expected: at(CRON_JOB),
    },
    {
      row: 'the annotation on the pod template of a CronJob counts',
      kind: 'batch/cronjobs',
      object: cronJob('closed:other', { template: forced }),
      expected: at(CRON_JOB, 'b'),
    },
    {
      row: 'the annotation on the job template of a CronJob does not',
      kind: 'batch/cronjobs',
      object: cronJob('closed:other', { job: forced }),
      expected: [],
    },
    { row: '#211 a kind without pods stays', kind: '/configmaps', object: pod('test:other'), expected: [] },
    { row: '#211 a kind of another group stays', kind: 'apps/pods', object: pod('test:other'), expected: [] },
    {
      row: 'init containers and containers are both considered, others stay as they are',
      kind: '/pods',
      object: {
        spec: { initContainers: [container('test:other')], containers: [container('nginx'), container('test:other')] },
      },
      expected: [...at('/spec/initContainers/0'), ...at('/spec/containers/1')],
    },
    {
      row: 'a ReplicationController without a template has no images',
      kind: '/replicationcontrollers',
      object: { spec: {} },
      expected: [],
    },
    {
      row: 'what is no container does not move the others',
      kind: 'apps.openshift.io/deploymentconfigs',
      object: {
        spec: { template: { spec: { initContainers: 'none', containers: [null, 'x', container('test:other')] } } },
      },
      expected: at('/spec/template/spec/containers/2'),
    },
  ])('$row', ({ kind, object, expected }) => {
    expect(written(kind, object)).toEqual(expected);
  });

  test.each([
    ['/pods', pod('test:other'), POD],
    ['batch/cronjobs', cronJob('test:other'), CRON_JOB],
    ...[
      '/replicationcontrollers',
      'apps/deployments',
      'apps/statefulsets',
      'apps/daemonsets',
      'apps/replicasets',
      'batch/jobs',
      'apps.openshift.io/deploymentconfigs',
    ].map((kind) => [kind, templated('test:other'), TEMPLATE] as const),
  ] as const)('of kind %s is looked into', (kind, object, place) => {
    expect(written(kind, object)).toEqual(at(place));
  });

  test.each([undefined, null, 'text', [], {}, { spec: null }, { spec: { containers: [{ image: 1 }] } }])(
    'of a shape that no pod has, %j, has no images',
    (object) => {
      const write = { group: '', resource: 'pods', namespace: NAMESPACE, object, oldObject: undefined };
      expect(localNameChanges(write, () => streams.test)).toEqual({ changes: [], missing: [] });
    },
  );

  test('names what it misses, each once', () => {
    const write = {
      group: '',
      resource: 'pods',
      namespace: NAMESPACE,
      object: pod('test:gone', 'test:gone'),
      oldObject: undefined,
    };
    expect(localNameChanges(write, () => streams.test)).toEqual({
      changes: [],
      missing: [{ image: 'test:gone', stream: 'test', tag: 'gone' }],
    });
  });

  test('asks for an equal reference once', () => {
    let asked = 0;
    const write = {
      group: '',
      resource: 'pods',
      namespace: NAMESPACE,
      object: pod('test:other', 'test:other'),
      oldObject: undefined,
    };
    const { changes } = localNameChanges(write, () => {
      asked++;
      return streams.test;
    });
    expect({ asked, changes: changes.length }).toEqual({ asked: 1, changes: 2 });
  });
});

describe('an object that is changed', () => {
  const two = (first: string, second: string, metadata: object = {}) => ({
    metadata,
    spec: { containers: [container(first, 'one'), container(second, 'two')] },
  });

  test.each<{ row: string; kind?: string; old: object; now: object; expected: readonly string[] }>([
    {
      row: '#209 only the container whose image changed is considered',
      old: two('test:other', 'nginx'),
      now: two('test:other', 'test:other'),
      expected: at('/spec/containers/1'),
    },
    {
      row: '#210 all are considered again when the annotation is new',
      old: two('closed:other', 'test:other'),
      now: two('closed:other', 'test:other', forced),
      expected: [...at('/spec/containers/0', 'b'), ...at('/spec/containers/1')],
    },
    {
      row: 'all are considered again when the annotation is gone',
      old: two('closed:other', 'test:other', forced),
      now: two('closed:other', 'test:other'),
      expected: at('/spec/containers/1'),
    },
    {
      row: 'the annotation that moves from the object to its template changes nothing',
      kind: 'apps/deployments',
      old: { metadata: forced, ...templated('test:other') },
      now: templated('test:other', forced),
      expected: [],
    },
    {
      row: 'nothing is considered when no image changed',
      old: two('test:other', 'nginx'),
      now: two('test:other', 'nginx'),
      expected: [],
    },
    {
      row: 'containers are compared by name, not by place',
      old: { spec: { containers: [container('test:other', 'one')] } },
      now: { spec: { containers: [container('nginx', 'new'), container('test:other', 'one')] } },
      expected: [],
    },
    {
      row: 'a container that became an init container is the same container',
      old: { spec: { containers: [container('test:other', 'one')] } },
      now: { spec: { initContainers: [container('test:other', 'one')], containers: [] } },
      expected: [],
    },
    {
      row: 'the name written again in place of its digest is resolved again',
      old: pod(pinned('a')),
      now: pod('test:other'),
      expected: at(POD),
    },
    {
      row: '#208 a Job is never rewritten',
      kind: 'batch/jobs',
      old: templated('nginx'),
      now: templated('test:other'),
      expected: [],
    },
    {
      row: '#206 an object that another one controls is left alone',
      old: pod('nginx'),
      now: { ...owner(true), ...pod('test:other') },
      expected: [],
    },
  ])('$row', ({ kind = '/pods', old, now, expected }) => {
    expect(written(kind, now, old)).toEqual(expected);
  });
});

test('a template shows where each container is, and passes over what is none', () => {
  const containers = [{ name: 'app', image: 'a', imagePullPolicy: 'Never' }, { image: 1 }, null, { image: null }];
  const object = { spec: { template: { spec: { containers } } } };
  expect(imageTemplate({ group: 'apps', resource: 'deployments' }, object)?.containers).toEqual([
    { pointer: '/spec/template/spec/containers/0', name: 'app', image: 'a', imagePullPolicy: 'Never' },
    { pointer: '/spec/template/spec/containers/3', name: '', image: '', imagePullPolicy: '' },
  ]);
});
