import { type HealthState, reportConnection, reportWatch } from '@tagstream/service';
import { beforeEach, describe, expect, test } from 'vitest';

let states: Map<string, HealthState>;
const health = { set: (name: string, state: HealthState) => void states.set(name, state) };
beforeEach(() => {
  states = new Map();
});

describe('reportConnection', () => {
  test('is not ready before the first attempt, and says so in the words of the service', () => {
    reportConnection(health, 'nats');
    reportConnection(health, 'other', 'waiting for it');
    expect(Object.fromEntries(states)).toEqual({
      nats: { ready: false, detail: 'connecting' },
      other: { ready: false, detail: 'waiting for it' },
    });
  });

  test('is ready while it is connected, and tells why it is not', () => {
    const tell = reportConnection(health, 'nats');
    tell({ kind: 'connected', server: 'a:4222' });
    expect(states.get('nats')).toEqual({ ready: true, detail: 'connected to a:4222' });
    tell({ kind: 'disconnected', reason: 'connection to a:4222 lost' });
    expect(states.get('nats')).toEqual({ ready: false, detail: 'connection to a:4222 lost' });
  });
});

describe('reportWatch', () => {
  test.each([
    ['follows changes', { connected: true }, { ready: true, detail: 'following changes' }],
    ['is broken for a reason', { connected: false, reason: 'forbidden' }, { ready: false, detail: 'forbidden' }],
    ['is broken without one', { connected: false }, { ready: false, detail: 'not connected' }],
  ])('tells of a watch that %s', (_, state, expected) => {
    const tell = reportWatch(health, 'builds');
    expect(states.get('watch builds')).toEqual({ ready: false, detail: 'not synchronised yet' });
    tell(state);
    expect(states.get('watch builds')).toEqual(expected);
  });
});
