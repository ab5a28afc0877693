import { type NamedTagEventList, normalizeTag, type TagReference } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { effectiveGeneration, isPendingImport, observedGeneration, specHash } from '../src/index.ts';
import { alias, docker, failure, imported, NAMESPACE, settled, status } from './fixtures.ts';

const normal = (tag: TagReference) => normalizeTag(tag, NAMESPACE);
const OBSERVED = 2;
const STREAM = 5;

/** The generation of a spec tag whose former version was observed at generation 2, in a stream at generation 5. */
function generationAfterEdit(before: TagReference, after: TagReference): number {
  return effectiveGeneration(normal(after), settled(before, OBSERVED, [imported('r/web', 'a')]), STREAM);
}

describe('when a spec tag counts as changed', () => {
  const web = docker('latest', 'r/web:1');
  const follow = (namespace?: string) => alias('latest', 'web:1', namespace);

  test.each<{ row: string; before: TagReference; after: TagReference; changed: boolean }>([
    { row: '#36 an implicit namespace is written out', before: follow(), after: follow(NAMESPACE), changed: false },
    { row: '#36 an explicit own namespace is left out', before: follow(NAMESPACE), after: follow(), changed: false },
    {
      row: '#37 another namespace instead of the implicit one',
      before: follow(),
      after: follow('other'),
      changed: true,
    },
    { row: '#37 another namespace instead of another', before: follow('a'), after: follow('b'), changed: true },
    {
      row: '#38 the source becomes empty',
      before: web,
      after: { name: 'latest', from: { kind: '', name: '' } },
      changed: false,
    },
    { row: '#39 a tag without source gets one', before: { name: 'latest' }, after: web, changed: true },
    {
      row: '#40 only the kind of the source differs',
      before: docker('latest', 'web:1'),
      after: alias('latest', 'web:1'),
      changed: false,
    },
    {
      row: '#41 the import mode differs',
      before: web,
      after: { ...web, importPolicy: { importMode: 'PreserveOriginal' } },
      changed: true,
    },
    {
      row: 'the default import mode is written out',
      before: web,
      after: { ...web, importPolicy: { importMode: 'Legacy' } },
      changed: false,
    },
    {
      row: '#42 only schedule, insecure, reference policy and annotations differ',
      before: web,
      after: {
        ...web,
        annotations: { a: 'b' },
        importPolicy: { scheduled: true, insecure: true },
        referencePolicy: { type: 'Local' },
      },
      changed: false,
    },
    { row: '#43 a generation is written that is not 0', before: web, after: { ...web, generation: 7 }, changed: false },
    { row: '#44 generation 0 asks for another import', before: web, after: { ...web, generation: 0 }, changed: true },
    { row: 'the name of the source differs', before: web, after: docker('latest', 'r/web:2'), changed: true },
    { row: 'the tag becomes a reference', before: web, after: { ...web, reference: true }, changed: true },
    { row: 'nothing differs', before: web, after: { ...web }, changed: false },
  ])('$row', ({ before, after, changed }) => {
    expect(generationAfterEdit(before, after)).toBe(changed ? STREAM : OBSERVED);
  });

  test('a tag that was never acted upon has the generation of its stream', () => {
    expect(effectiveGeneration(normal(web), undefined, STREAM)).toBe(STREAM);
    expect(effectiveGeneration(normal(web), status('latest', [imported('r/web', 'a')]), STREAM)).toBe(STREAM);
  });

  test('the hash of a version of a tag stays the same for ever, it is stored in objects', () => {
    expect(specHash(normal(web))).toMatchInlineSnapshot(`"d1156ae27b404eca"`);
    expect(specHash(normal(follow('other')))).toMatchInlineSnapshot(`"f13d10fc1b02a614"`);
  });
});

describe('which generation a status answers to', () => {
  test.each<{ row: string; statusTag: NamedTagEventList | undefined; observed: number }>([
    { row: '0 without a status', statusTag: undefined, observed: 0 },
    {
      row: 'the newest item',
      statusTag: status('t', [imported('r', 'a', { generation: 3 }), imported('r', 'b')]),
      observed: 3,
    },
    {
      row: 'the condition of a tag that has only that',
      statusTag: status('t', null, { conditions: [failure(4)] }),
      observed: 4,
    },
    {
      row: 'the later one of both',
      statusTag: status('t', [imported('r', 'a', { generation: 3 })], { conditions: [failure(4)] }),
      observed: 4,
    },
  ])('$row', ({ statusTag, observed }) => {
    expect(observedGeneration(statusTag)).toBe(observed);
  });

  test('an import is pending until an item or a condition answers to the spec', () => {
    const web = normal(docker('latest', 'r/web:1'));
    const answered = (generation: number) => status('latest', [imported('r/web', 'a', { generation })]);
    expect(isPendingImport(web, answered(4), 5)).toBe(true);
    expect(isPendingImport(web, answered(5), 5)).toBe(false);
    expect(isPendingImport(web, answered(6), 5)).toBe(false);
    expect(isPendingImport(web, { ...answered(4), conditions: [failure(5)] }, 5)).toBe(false);
    expect(isPendingImport(web, undefined, 1)).toBe(true);
  });

  test('a tag without source is never pending while its status says anything', () => {
    expect(isPendingImport(normal({ name: 'pushed' }), status('pushed', [imported('r/web', 'a')]), 9)).toBe(false);
  });
});
