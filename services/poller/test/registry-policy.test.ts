import { describe, expect, test } from 'vitest';
import { config } from '../src/config.ts';
import { pollSettings } from '../src/poll-settings.ts';
import { LIMITS_PATTERN, type RegistryPolicy, registryPolicies } from '../src/registry-policy.ts';

const initial: RegistryPolicy = { concurrency: 8, ratePerSecond: 100, floorMs: 10_000 };

describe('limits of registries', () => {
  test.each<[string, string[], string, Partial<RegistryPolicy>]>([
    ['a registry that nobody names has the defaults', [], 'quay.io', {}],
    ['Docker Hub has stricter ones by itself', [], 'docker.io', { floorMs: 300_000, ratePerSecond: 10 }],
    [
      'a named registry has its own',
      ['quay.io concurrency=2 rate=5 floor=1h'],
      'quay.io',
      { concurrency: 2, ratePerSecond: 5, floorMs: 3_600_000 },
    ],
    ['what is not named stays', ['quay.io rate=5'], 'quay.io', { ratePerSecond: 5 }],
    [
      'those of Docker Hub are changed one by one',
      ['docker.io floor=1m'],
      'docker.io',
      { floorMs: 60_000, ratePerSecond: 10 },
    ],
    [
      'the names of Docker Hub are one',
      ['index.docker.io concurrency=1'],
      'docker.io',
      { floorMs: 300_000, ratePerSecond: 10, concurrency: 1 },
    ],
    ['a port belongs to the name', ['localhost:5000 rate=1'], 'localhost:5000', { ratePerSecond: 1 }],
  ])('%s', (_what, texts, registry, expected) => {
    for (const text of texts) expect(text).toMatch(new RegExp(LIMITS_PATTERN));
    expect(registryPolicies(initial, texts)(registry)).toEqual({ ...initial, ...expected });
  });

  test.each([
    'quay.io',
    'quay.io fast',
    'quay.io rate=0',
    'quay.io floor=5',
    'quay.io rate=-1',
    ' rate=5',
    'quay.io  rate=5',
  ])('"%s" is refused', (text) => {
    expect(() => config.parse({ TAGSTREAM_REGISTRY_LIMITS: text })).toThrow(/TAGSTREAM_REGISTRY_LIMITS/);
  });
});

describe('settings', () => {
  const settings = (env: Record<string, string>) => pollSettings(config.parse(env), 'x64');

  test('the floor keeps streams from asking for less', () => {
    expect(settings({}).policyOf('quay.io').floorMs).toBe(10_000);
  });

  test('an interval of the operator that is shorter than the floor is the floor', () => {
    expect(settings({ TAGSTREAM_POLL_INTERVAL: '2s' }).policyOf('quay.io').floorMs).toBe(2_000);
    expect(settings({ TAGSTREAM_POLL_INTERVAL: '2s' }).policyOf('docker.io').floorMs).toBe(300_000);
  });

  test('there are as many connections as the registry with the most may have questions', () => {
    expect(settings({ TAGSTREAM_REGISTRY_LIMITS: 'a concurrency=2,b concurrency=50' }).maxConnections).toBe(50);
    expect(settings({ TAGSTREAM_REGISTRY_LIMITS: 'a concurrency=2' }).maxConnections).toBe(8);
  });

  test('the architecture to choose is that of the machine unless it is set', () => {
    expect(settings({}).platform).toEqual({ architecture: 'amd64', os: 'linux' });
    expect(pollSettings(config.parse({}), 'arm64').platform.architecture).toBe('arm64');
    expect(settings({ TAGSTREAM_PLATFORM_ARCHITECTURE: 's390x' }).platform.architecture).toBe('s390x');
  });
});
