import { defaultPodTemplate, type PodTemplateSpec } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { kubectlOutput } from './kubectl.ts';

const labels = { app: 'web' };
const web = { name: 'web', image: 'registry.example.com/shop/web:1' };
const template = (container: object, spec: object = {}): PodTemplateSpec => ({
  metadata: { labels },
  spec: { containers: [{ ...web, ...container }], ...spec },
});
const probe = { httpGet: { port: 8080 } };

const templates: Readonly<Record<string, PodTemplateSpec>> = {
  smallest: template({}),
  'image-latest': template({ image: 'web' }),
  'image-blank': template({ image: ' ' }),
  'image-digest': template({ image: `web@sha256:${'0'.repeat(64)}` }),
  'image-latest-digest': template({ image: `web:latest@sha256:${'0'.repeat(64)}` }),
  'empty-fields': template({ env: [], args: null, tty: false, workingDir: '' }, { hostNetwork: false, nodeName: '' }),
  probes: template({
    livenessProbe: probe,
    readinessProbe: { grpc: { port: 1 }, periodSeconds: 3 },
    startupProbe: { exec: { command: ['true'] } },
    lifecycle: { postStart: { httpGet: { port: 'http', scheme: 'HTTPS' } }, preStop: { sleep: { seconds: 1 } } },
    ports: [{ name: 'http', containerPort: 8080 }],
  }),
  environment: template({
    env: [
      { name: 'EMPTY', value: '' },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: false } } },
    ],
  }),
  quantities: template({
    resources: {
      limits: { cpu: 1.5, memory: '1.5Gi', 'example.com/x': '2000m' },
      requests: { cpu: '1000m', memory: '1e3' },
    },
  }),
  volumes: template(
    { volumeMounts: [{ name: 'a', mountPath: '/a', readOnly: false }] },
    {
      volumes: [
        { name: 'a' },
        { name: 'b', secret: { secretName: 's' } },
        { name: 'c', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
        { name: 'd', emptyDir: { sizeLimit: '1024Mi' } },
        { name: 'e', hostPath: { path: '/x' } },
        { name: 'f', downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } },
        {
          name: 'g',
          projected: {
            sources: [
              { serviceAccountToken: { path: 't' } },
              {
                downwardAPI: {
                  items: [{ path: 'c', resourceFieldRef: { containerName: 'web', resource: 'limits.cpu' } }],
                },
              },
            ],
          },
        },
        {
          name: 'h',
          ephemeral: {
            volumeClaimTemplate: {
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '0.5Gi' } } },
            },
          },
        },
        { name: 'i', image: { reference: 'example.com/models:latest' } },
        { name: 'j', iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
        { name: 'k', rbd: { monitors: ['10.0.0.1'], image: 'x' } },
        { name: 'l', azureDisk: { diskName: 'x', diskURI: 'https://example.com/x.vhd' } },
        { name: 'm', scaleIO: { gateway: 'x', system: 'x', secretRef: { name: 's' }, volumeName: 'x' } },
      ],
    },
  ),
  pod: template(
    { securityContext: { runAsNonRoot: false, capabilities: {} } },
    {
      serviceAccount: 'web',
      initContainers: [{ name: 'first', image: 'first' }],
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists' }],
      topologySpreadConstraints: [
        { labelSelector: {}, maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [] }] } },
      },
    },
  ),
};

describe('defaultPodTemplate and the API server', () => {
  test('agree on what a template with its defaults is', async () => {
    const controllers = Object.entries(templates).map(([name, value]) => ({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name, namespace: 'default' },
      spec: { replicas: 0, selector: labels, template: value },
    }));

    const output = await kubectlOutput(
      ['create', '--dry-run=server', '-o', 'jsonpath={.metadata.name} {.spec.template}{"\\n"}', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: controllers }),
    );

    const lines = output.split('\n');
    expect(lines).toHaveLength(controllers.length);
    for (const line of lines) {
      const name = line.slice(0, line.indexOf(' '));
      const stored = JSON.parse(line.slice(name.length)) as PodTemplateSpec;
      expect(defaultPodTemplate(templates[name]!), name).toEqual(defaultPodTemplate(stored));
    }
  });
});
