import { ConfigError, commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';

const config = defineConfig({
  interval: field({
    env: 'X_INTERVAL_MS',
    schema: Type.Integer({ minimum: 1000 }),
    default: 900_000,
    description: 'Time between checks',
  }),
  ratio: field({ env: 'X_RATIO', schema: Type.Number({ maximum: 1 }), default: 0.5, description: 'Share' }),
  namespace: field({ env: 'X_NAMESPACE', schema: Type.String({ pattern: '^[a-z]+$' }), description: 'Where to work' }),
  hosts: field({
    env: 'X_HOSTS',
    schema: Type.Array(Type.String({ minLength: 1 })),
    default: [],
    description: 'Hosts without TLS',
  }),
  dryRun: field({ env: 'X_DRY_RUN', schema: Type.Boolean(), default: false, description: 'Only look' }),
  secret: field({
    env: 'X_SECRET',
    schema: Type.String({ minLength: 8 }),
    optional: true,
    secret: true,
    description: 'Shared secret of the senders',
  }),
});

const noFiles = (path: string): string => {
  throw new Error(`ENOENT: no such file, open '${path}'`);
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    config.parse({ X_NAMESPACE: 'shop', ...env }, noFiles);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('parse', () => {
  test('defaults stand in for what is not set; what is optional is undefined', () => {
    expect(config.parse({ X_NAMESPACE: 'shop' })).toEqual({
      interval: 900_000,
      ratio: 0.5,
      namespace: 'shop',
      hosts: [],
      dryRun: false,
      secret: undefined,
    });
  });

  test.each([
    ['an integer', { X_INTERVAL_MS: '5000' }, { interval: 5000 }],
    ['a number', { X_RATIO: '0.25' }, { ratio: 0.25 }],
    ['a boolean', { X_DRY_RUN: 'true' }, { dryRun: true }],
    ['a list, with spaces and an empty entry', { X_HOSTS: 'a:5000, b ,' }, { hosts: ['a:5000', 'b'] }],
    ['white space around a value', { X_INTERVAL_MS: ' 5000 ' }, { interval: 5000 }],
    ['an empty value as not set', { X_INTERVAL_MS: '' }, { interval: 900_000 }],
  ])('%s is read', (_, env, expected) => {
    expect(config.parse({ X_NAMESPACE: 'shop', ...env })).toMatchObject(expected);
  });

  test.each([
    ['a text for a number', { X_INTERVAL_MS: 'soon' }, 'X_INTERVAL_MS is "soon": expected an integer of at least 1000'],
    [
      'a fraction for an integer',
      { X_INTERVAL_MS: '1000.5' },
      'X_INTERVAL_MS is "1000.5": expected an integer of at least 1000',
    ],
    [
      'a number below the minimum',
      { X_INTERVAL_MS: '999' },
      'X_INTERVAL_MS is "999": expected an integer of at least 1000',
    ],
    ['a number beyond the maximum', { X_RATIO: '1.5' }, 'X_RATIO is "1.5": expected a number of at most 1'],
    ['hexadecimal digits', { X_RATIO: '0x1' }, 'X_RATIO is "0x1": expected a number of at most 1'],
    ['yes for a boolean', { X_DRY_RUN: 'yes' }, 'X_DRY_RUN is "yes": expected true or false'],
    [
      'a pattern that does not match',
      { X_NAMESPACE: 'Shop' },
      'X_NAMESPACE is "Shop": expected a text that matches ^[a-z]+$',
    ],
    [
      'a missing required variable',
      { X_NAMESPACE: '' },
      'X_NAMESPACE is required: Where to work (expected a text that matches ^[a-z]+$)',
    ],
    [
      'a short secret, which is not shown',
      { X_SECRET: 'short' },
      'X_SECRET has a value that is not shown here: expected a text of at least 8 characters',
    ],
  ])('%s is a problem', (_, env, expected) => {
    expect(problemsOf(env)).toEqual([expected]);
  });

  test('every problem is told at once, one a line', () => {
    const parse = () => config.parse({ X_INTERVAL_MS: 'soon', X_DRY_RUN: 'yes' });

    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(/X_INTERVAL_MS.*\n.*X_NAMESPACE.*\n.*X_DRY_RUN/s);
  });

  test('the result is frozen', () => {
    expect(Object.isFrozen(config.parse({ X_NAMESPACE: 'shop' }))).toBe(true);
  });
});

describe('secrets from files', () => {
  const parse = (env: Record<string, string>) => config.parse({ X_NAMESPACE: 'shop', ...env }, () => 'from-the-file\n');

  test('the file that the _FILE variable names is read, without its last line break', () => {
    expect(parse({ X_SECRET_FILE: '/run/secrets/x' }).secret).toBe('from-the-file');
  });

  test('a variable and its _FILE variable together are a problem', () => {
    expect(() => parse({ X_SECRET: 'in-the-open', X_SECRET_FILE: '/run/secrets/x' })).toThrow(
      'X_SECRET and X_SECRET_FILE are both set: set only one of them',
    );
  });

  test('a file that cannot be read is a problem that names it', () => {
    expect(problemsOf({ X_SECRET_FILE: '/nowhere' })).toEqual([
      "X_SECRET_FILE names a file that cannot be read: ENOENT: no such file, open '/nowhere'",
    ]);
  });

  test('what is not secret is not read from a file', () => {
    expect(parse({ X_RATIO_FILE: '/run/ratio' }).ratio).toBe(0.5);
  });
});

test('variables describe each variable for the documentation', () => {
  expect(config.variables.find(({ name }) => name === 'X_INTERVAL_MS')).toEqual({
    name: 'X_INTERVAL_MS',
    expected: 'an integer of at least 1000',
    required: false,
    default: '900000',
    secret: false,
    description: 'Time between checks',
  });
  expect(config.variables.filter(({ required }) => required).map(({ name }) => name)).toEqual(['X_NAMESPACE']);
});

describe('the common fields', () => {
  const common = defineConfig(commonFields);

  test('need nothing to be set', () => {
    expect(common.parse({})).toEqual({
      natsUrl: 'nats://127.0.0.1:4222',
      natsCreds: undefined,
      subjectPrefix: 'tagstream',
      adminPort: 8080,
      adminHost: '0.0.0.0',
      logLevel: 'info',
      kubeconfig: undefined,
    });
  });

  test('an unknown log level is answered with the known ones', () => {
    expect(() => common.parse({ TAGSTREAM_LOG_LEVEL: 'loud' })).toThrow(
      'TAGSTREAM_LOG_LEVEL is "loud": expected one of trace, debug, info, warn, error, fatal',
    );
  });
});
