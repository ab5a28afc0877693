import type { DeploymentConfig } from '@tagstream/api-types';
import { REVERTED_ANNOTATION } from '@tagstream/image-stream';
import { expect, test } from 'vitest';
import { judgeFights } from '../src/image-fights.ts';
import { viewConfig } from '../src/views.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const OURS = 'r/web@sha256:aa';
const NEWER = 'r/web@sha256:bb';
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

interface Given {
  readonly image?: string;
  readonly last?: string;
  readonly tag?: string;
  readonly manager?: string;
  readonly reverted?: { readonly count: number; readonly image?: string; readonly atSeconds?: number };
}

function judge({ image = 'git:1', last = OURS, tag = OURS, manager = 'argocd-controller', reverted }: Given) {
  const record = reverted && {
    web: {
      image: reverted.image ?? OURS,
      by: 'argocd-controller',
      count: reverted.count,
      at: at(reverted.atSeconds ?? -10),
    },
  };
  const owned = { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } };
  const fieldsV1 = { 'f:spec': { 'f:template': { 'f:spec': owned } } };
  const from = { kind: 'ImageStreamTag', name: 'web:latest' };
  const imageChangeParams = { automatic: true, containerNames: ['web'], from, lastTriggeredImage: last };
  const metadata = {
    name: 'web',
    namespace: 'shop',
    managedFields: [{ manager, time: at(-1), fieldsV1 }],
    ...(record && { annotations: { [REVERTED_ANNOTATION]: JSON.stringify(record) } }),
  };
  const spec = {
    triggers: [{ type: 'ImageChange' as const, imageChangeParams }],
    template: { spec: { containers: [{ name: 'web', image }] } },
  };
  const view = viewConfig({ metadata, spec } as DeploymentConfig);
  const fights = judgeFights(view, () => ({ reference: tag, image: '', created: at(-9999) }), NOW);
  return {
    seen: fights.dc.spec.template.spec?.containers[0]?.image,
    ...(fights.reverts && { count: fights.reverts.get('web')?.count ?? 0 }),
    ...(fights.notBeforeMs && { waitsSeconds: (fights.notBeforeMs - NOW) / 1000 }),
    ...(fights.complaint && { tells: fights.complaint.includes('argocd-controller') }),
  };
}

test.each<{ row: string; given: Given; expected: object }>([
  { row: 'nothing differs', given: { image: OURS }, expected: { seen: OURS } },
  { row: 'the tag has moved', given: { image: OURS, tag: NEWER }, expected: { seen: OURS } },
  { row: 'the image was never written', given: { last: '' }, expected: { seen: 'git:1' } },
  { row: 'a first revert is put back, and remembered', given: {}, expected: { seen: 'git:1', count: 1 } },
  { row: 'a second one too', given: { reverted: { count: 1 } }, expected: { seen: 'git:1', count: 2 } },
  {
    row: 'a third one waits a minute, while versions are made with the image of the trigger',
    given: { reverted: { count: 2 } },
    expected: { seen: OURS, waitsSeconds: 59, tells: true },
  },
  {
    row: 'a tag that moves meanwhile waits as well',
    given: { tag: NEWER, reverted: { count: 2 } },
    expected: { seen: NEWER, waitsSeconds: 59, tells: true },
  },
  {
    row: 'an image that was written long ago is reverted for the first time',
    given: { reverted: { count: 9, atSeconds: -9000 } },
    expected: { seen: 'git:1', count: 1 },
  },
  {
    row: 'what this service wrote itself is no revert',
    given: { image: 'other', manager: 'tagstream-rollout' },
    expected: { seen: 'other' },
  },
  {
    row: 'a record whose fight is over goes with the next image',
    given: { image: OURS, tag: NEWER, reverted: { count: 2, atSeconds: -9000 } },
    expected: { seen: OURS, count: 0 },
  },
])('$row', ({ given, expected }) => {
  expect(judge(given)).toEqual(expected);
});
