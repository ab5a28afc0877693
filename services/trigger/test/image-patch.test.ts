import type { ImageChange } from '@tagstream/image-stream';
import { expect, test } from 'vitest';
import { imagePatch } from '../src/workload/image-patch.ts';

const change = (index: number, from: string | undefined): ImageChange => ({
  path: `/spec/template/spec/containers/${index}/image`,
  from,
  to: `registry.example.com/web@sha256:${index}`,
  container: `c${index}`,
  trigger: {
    from: { kind: 'ImageStreamTag', name: 'web:latest', namespace: '' },
    fieldPath: `spec.template.spec.containers[${index}].image`,
    paused: false,
  },
  source: { namespace: 'shop', stream: 'web', tag: 'latest' },
});

test('writes image fields and nothing else, while the workload and each field are as they were read', () => {
  expect(imagePatch('17', [change(0, 'web:1'), change(2, ' ')])).toEqual([
    { op: 'test', path: '/metadata/resourceVersion', value: '17' },
    { op: 'test', path: '/spec/template/spec/containers/0/image', value: 'web:1' },
    { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'registry.example.com/web@sha256:0' },
    { op: 'test', path: '/spec/template/spec/containers/2/image', value: ' ' },
    { op: 'replace', path: '/spec/template/spec/containers/2/image', value: 'registry.example.com/web@sha256:2' },
  ]);
});

test('adds the field to a container without image', () => {
  expect(imagePatch('17', [change(1, undefined)])).toEqual([
    { op: 'test', path: '/metadata/resourceVersion', value: '17' },
    { op: 'add', path: '/spec/template/spec/containers/1/image', value: 'registry.example.com/web@sha256:1' },
  ]);
});

test('an empty image is a value like any other', () => {
  expect(imagePatch('17', [change(1, '')])[1]).toEqual({
    op: 'test',
    path: '/spec/template/spec/containers/1/image',
    value: '',
  });
});
