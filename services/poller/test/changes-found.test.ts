import { createMetrics } from '@tagstream/service';
import { expect, test } from 'vitest';
import { countChanges } from '../src/changes-found.ts';
import type { Poll } from '../src/memory.ts';

const image = { kind: 'image', image: `sha256:${'a'.repeat(64)}` } as Poll['outcome'];
const error = { kind: 'error', reason: 'NotFound', message: 'not found' } as Poll['outcome'];

test('a change that the schedule finds counts as missed where the registry announces its pushes', async () => {
  const metrics = createMetrics();
  const { found, hinted } = countChanges(metrics);
  const missed = async () => /missed_by_hooks_total\{registry="quay.io"\} (\d+)/.exec(await metrics.text())?.[1];

  found({ cause: 'schedule', outcome: image }, 'quay.io');
  hinted({ registry: 'quay.io', source: 'recheck' });
  found({ cause: 'schedule', outcome: image }, 'quay.io');
  expect(await missed()).toBeUndefined();

  hinted({ registry: 'quay.io', source: 'quay' });
  found({ cause: 'schedule', outcome: image }, 'quay.io');
  expect(await missed()).toBe('1');
  found({ cause: 'webhook', outcome: image }, 'quay.io');
  found({ cause: 'spec', outcome: image }, 'quay.io');
  found({ cause: 'schedule', outcome: error }, 'quay.io');
  found({ cause: 'schedule', outcome: image }, 'ghcr.io');
  expect(await missed()).toBe('1');

  const text = await metrics.text();
  expect(text).not.toContain('missed_by_hooks_total{registry="ghcr.io"}');
  for (const [registry, by, count] of [
    ['quay.io', 'schedule', 3],
    ['quay.io', 'hint', 1],
    ['quay.io', 'spec', 1],
    ['ghcr.io', 'schedule', 1],
  ]) {
    expect(text).toContain(`tagstream_poller_changes_total{registry="${registry}",found_by="${by}"} ${count}\n`);
  }
});
