import { expect, test } from 'vitest';
import { merged } from '../src/merge-patch.ts';
import { serialized } from '../src/output.ts';
import { podTemplateText } from '../src/pod-template-text.ts';
import { styled } from '../src/style.ts';
import { table } from '../src/table.ts';

test('columns are as wide as their widest cell, colours not counted', () => {
  const green = styled('Complete', 'green', true);

  expect(
    table([
      ['REVISION', 'STATUS', 'CAUSE'],
      ['1', green, 'config change'],
      ['2', 'New', ''],
    ]),
  ).toBe(`REVISION   STATUS     CAUSE\n1          ${green}   config change\n2          New\n`);
});

test('a pod template is shown with what a person looks for', () => {
  const text = podTemplateText({
    metadata: { labels: { app: 'web', tier: 'front' }, annotations: { note: 'x' } },
    spec: {
      serviceAccountName: 'shop',
      initContainers: [{ name: 'migrate', image: 'web:1', command: ['migrate', '--up'] }],
      containers: [
        {
          name: 'web',
          image: 'web:1',
          ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }],
          args: ['serve'],
          resources: { limits: { cpu: '1' }, requests: { cpu: '100m', memory: '64Mi' } },
          env: [
            { name: 'MODE', value: 'fast' },
            { name: 'KEY', valueFrom: { secretKeyRef: {} } },
          ],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  });

  expect(text).toBe(`Pod Template:
  Labels:           app=web
                    tier=front
  Annotations:      note=x
  Service Account:  shop
  Init Containers:
   migrate:
    Image:          web:1
    Command:        migrate --up
  Containers:
   web:
    Image:          web:1
    Ports:          8080/TCP, 53/UDP
    Args:           serve
    Limits:         cpu=1
    Requests:       cpu=100m
                    memory=64Mi
    Environment:
      MODE: fast
      KEY: <set from secretKeyRef>
    Mounts:
      /data from data
  Volumes:
   data: emptyDir
`);
});

test('a template without anything is still shown', () => {
  expect(podTemplateText({})).toBe('Pod Template:\n');
  expect(podTemplateText({ spec: { containers: [{ name: 'web' }] } })).toContain('Image:          <none>');
});

test('YAML keeps long lines whole and repeats what is there twice', () => {
  const labels = { app: 'web' };
  const line = 'word '.repeat(40).trim();

  expect(serialized({ labels, again: labels, line }, 'yaml')).toBe(
    `labels:\n  app: web\nagain:\n  app: web\nline: ${line}\n`,
  );
});

test('JSON is indented', () => {
  expect(serialized({ a: [1] }, 'json')).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});

test('a merge patch merges maps, replaces lists and removes what is null', () => {
  const object = { spec: { paused: true, triggers: [1, 2] }, metadata: { name: 'web' } };

  expect(merged(object, { spec: { paused: null, triggers: [] } })).toEqual({
    spec: { triggers: [] },
    metadata: { name: 'web' },
  });
  expect(object.spec.paused).toBe(true);
});

test('null stays where there is nothing to remove, so that patches can be merged', () => {
  expect(merged({ metadata: { uid: 'x' } }, { spec: { paused: null } })).toEqual({
    metadata: { uid: 'x' },
    spec: { paused: null },
  });
});
