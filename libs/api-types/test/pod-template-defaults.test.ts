import { defaultPodTemplate } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';

const web = { name: 'web', image: 'example.com/web:1' };
const defaulted = (container: object, spec: object = {}) =>
  defaultPodTemplate({ spec: { containers: [{ ...web, ...container }], ...spec } }).spec!;

describe('defaultPodTemplate', () => {
  test('fills in what the API server fills in', () => {
    expect(defaultPodTemplate({ spec: { containers: [web] } })).toEqual({
      spec: {
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        terminationGracePeriodSeconds: 30,
        schedulerName: 'default-scheduler',
        securityContext: {},
        containers: [
          {
            ...web,
            imagePullPolicy: 'IfNotPresent',
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            resources: {},
          },
        ],
      },
    });
  });

  test.each([
    ['example.com/web:latest', 'Always'],
    ['example.com:5000/web', 'Always'],
    ['web', 'Always'],
    ['example.com:5000/web:1', 'IfNotPresent'],
    [`web@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
    [`web:latest@sha256:${'0'.repeat(64)}`, 'Always'],
    ['', 'IfNotPresent'],
    [' ', 'IfNotPresent'],
  ])('the image %j is pulled %s', (image, policy) => {
    expect(defaulted({ image }).containers[0]?.imagePullPolicy).toBe(policy);
  });

  test.each<[string, object, object]>([
    ['ports have a protocol', { ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP' }] }],
    [
      'probes have times and targets',
      { livenessProbe: { httpGet: { port: 80 }, timeoutSeconds: 0 } },
      {
        livenessProbe: {
          httpGet: { port: 80, path: '/', scheme: 'HTTP' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
      },
    ],
    [
      'lifecycle hooks have targets',
      { lifecycle: { preStop: { httpGet: { port: 80, path: '/x' } } } },
      { lifecycle: { preStop: { httpGet: { port: 80, path: '/x', scheme: 'HTTP' } } } },
    ],
    [
      'references to own fields have a version',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } }] },
    ],
  ])('%s', (_, container, expected) => {
    expect(defaulted(container).containers[0]).toMatchObject(expected);
  });

  test.each<[string, object, object]>([
    ['secrets', { secret: { secretName: 's' } }, { secret: { secretName: 's', defaultMode: 420 } }],
    ['config maps', { configMap: { name: 'c' } }, { configMap: { name: 'c', defaultMode: 420 } }],
    ['nothing', {}, { emptyDir: {} }],
    [
      'a given mode',
      { secret: { secretName: 's', defaultMode: 256 } },
      { secret: { secretName: 's', defaultMode: 256 } },
    ],
    [
      'projected tokens',
      { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      { projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] } },
    ],
    [
      'claims',
      { ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '1024Mi' } } } } } },
      {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { volumeMode: 'Filesystem', resources: { requests: { storage: '1073741824' } } },
          },
        },
      },
    ],
  ])('a volume of %s', (_, source, expected) => {
    expect(defaulted({}, { volumes: [{ name: 'v', ...source }] }).volumes).toEqual([{ name: 'v', ...expected }]);
  });

  test.each<[string, object, object]>([
    ['null and absent', { env: null, command: null }, {}],
    ['an empty list and none', { args: [] }, {}],
    ['false and absent', { tty: false, stdin: false }, {}],
    ['an empty value and none', { env: [{ name: 'A', value: '' }] }, { env: [{ name: 'A' }] }],
    ['0.5 and 500m', { resources: { limits: { cpu: 0.5 } } }, { resources: { limits: { cpu: '500m' } } }],
    [
      '1Gi and 1024Mi',
      { resources: { requests: { memory: '1Gi' } } },
      { resources: { requests: { memory: '1024Mi' } } },
    ],
    ['1.5k and 1500', { resources: { requests: { memory: '1.5k' } } }, { resources: { requests: { memory: '1500' } } }],
    ['1e3 and 1k', { resources: { requests: { memory: '1e3' } } }, { resources: { requests: { memory: '1k' } } }],
    ['a default and its absence', { imagePullPolicy: 'IfNotPresent', terminationMessagePath: '' }, {}],
  ])('does not tell %s apart', (_, one, other) => {
    expect(defaulted(one)).toEqual(defaulted(other));
  });

  test.each<[string, object, object]>([
    ['a forbidden privilege', { securityContext: { allowPrivilegeEscalation: false } }, { securityContext: {} }],
    ['an empty request', { resources: { limits: { cpu: '0' } } }, {}],
    [
      'the order of containers ports',
      { ports: [{ containerPort: 1 }, { containerPort: 2 }] },
      { ports: [{ containerPort: 2 }, { containerPort: 1 }] },
    ],
    ['1G and 1Gi', { resources: { limits: { memory: '1G' } } }, { resources: { limits: { memory: '1Gi' } } }],
  ])('tells %s apart', (_, one, other) => {
    expect(defaulted(one)).not.toEqual(defaulted(other));
  });

  test('leaves labels with empty values alone', () => {
    const labels = { image: '', value: '' };

    expect(defaultPodTemplate({ metadata: { labels, annotations: {} } })).toEqual({ metadata: { labels } });
  });

  test('shows both names of the service account', () => {
    expect(defaulted({}, { serviceAccount: 'builder' })).toMatchObject({ serviceAccountName: 'builder' });
    expect(defaulted({}, { serviceAccountName: 'builder' })).toMatchObject({ serviceAccount: 'builder' });
  });

  test('is stable', () => {
    const once = defaulted({ livenessProbe: { grpc: { port: 1 } }, resources: { limits: { cpu: '0.1' } } });

    expect(defaultPodTemplate({ spec: once }).spec).toEqual(once);
  });
});
