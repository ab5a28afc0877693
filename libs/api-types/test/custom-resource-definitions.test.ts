import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inlined, storedSchemas } from '../../../deploy/crds/src/pod-template.ts';
import { renderDefinitions } from '../../../deploy/crds/src/render.ts';
import { pruned } from '../../../deploy/crds/src/stored-schemas.ts';

const dir = new URL('../../../deploy/crds/', import.meta.url);
const rendered = renderDefinitions(storedSchemas());

/** `kubectl apply` keeps the object in an annotation, and all annotations together may have 256 KiB. */
const MAX_APPLIED_BYTES = 256 * 1024;

describe('deploy/crds', () => {
  test.each(Object.entries(rendered))('%s is what deploy/crds/generate.ts writes', (file, text) => {
    expect(readFileSync(new URL(file, dir), 'utf8')).toBe(text);
  });

  test.each(Object.entries(rendered))('%s fits into the annotation of kubectl apply', (_, text) => {
    expect(Buffer.byteLength(text.replaceAll(/^ +/gm, ''))).toBeLessThan(MAX_APPLIED_BYTES);
  });
});

describe('the schema of a pod template', () => {
  const ref = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }], default: {} });
  const document = {
    components: {
      schemas: {
        'io.k8s.api.core.v1.PodTemplateSpec': {
          type: 'object',
          description: 'long',
          properties: {
            default: { type: 'string', default: '' },
            time: { type: 'string', format: 'date-time' },
            env: {
              type: 'array',
              items: ref('Part'),
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
              'x-kubernetes-patch-merge-key': 'name',
            },
            volumes: {
              type: 'array',
              items: ref('Part'),
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
            },
          },
        },
        Part: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string', enum: ['A'] },
            port: ref('Port'),
            size: ref('io.k8s.apimachinery.pkg.api.resource.Quantity'),
          },
        },
        Port: { oneOf: [{ type: 'integer' }, { type: 'string' }] },
        'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
        Unreached: { type: 'string' },
      },
    },
  } as const;

  test('is stored without what no pod template reaches, descriptions and defaults', () => {
    const stored = pruned(document);

    expect(Object.keys(stored)).not.toContain('Unreached');
    expect(stored['io.k8s.api.core.v1.PodTemplateSpec']?.properties).toMatchObject({ default: { type: 'string' } });
    expect(JSON.stringify(stored)).not.toMatch(/long|patch-merge|"default":(""|\{\})/);
  });

  test('is structural: no references, numbers allowed as quantities, lists with duplicates allowed where pods allow them', () => {
    const part = {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', enum: ['', 'A'] },
        port: { 'x-kubernetes-int-or-string': true },
        size: { 'x-kubernetes-preserve-unknown-fields': true, pattern: expect.stringContaining('[KMGTPE]i') },
      },
    };

    expect(inlined(pruned(document), 'io.k8s.api.core.v1.PodTemplateSpec')).toEqual({
      type: 'object',
      properties: {
        default: { type: 'string' },
        time: { type: 'string', format: 'date-time', nullable: true },
        env: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: part },
        volumes: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: part,
        },
      },
    });
  });
});
