import { countKubeRequests, countMessages, createLog, createMetrics } from '@tagstream/service';
import { describe, expect, test } from 'vitest';

describe('countKubeRequests', () => {
  test('counts by verb, resource and result, which is ok or why it failed', async () => {
    const metrics = createMetrics();
    const requested = countKubeRequests(metrics, 'rollout');
    requested({ verb: 'patch', resource: 'pods' });
    requested({ verb: 'patch', resource: 'pods', code: 'conflict' });
    const text = await metrics.text();
    expect(text).toContain('tagstream_rollout_kube_requests_total{verb="patch",resource="pods",result="ok"} 1');
    expect(text).toContain('tagstream_rollout_kube_requests_total{verb="patch",resource="pods",result="conflict"} 1');
  });
});

describe('countMessages', () => {
  test('counts by consumer and outcome, and logs what did not simply go well', async () => {
    const metrics = createMetrics();
    const lines: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const consumed = countMessages(metrics, createLog({ service: 'test', level: 'info', destination }), 'builds');
    const told = consumed('git-hooks');
    const facts = [{ kind: 'consuming' }, { kind: 'done' }, { kind: 'retry', reason: 'not yet', deliveries: 2 }];
    for (const fact of facts) told(fact);
    const text = await metrics.text();
    for (const { kind } of facts) {
      expect(text).toContain(`tagstream_builds_messages_total{consumer="git-hooks",outcome="${kind}"} 1`);
    }
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: 'message not processed',
        consumer: 'git-hooks',
        outcome: 'retry',
        reason: 'not yet',
        deliveries: 2,
      }),
    ]);
  });
});
