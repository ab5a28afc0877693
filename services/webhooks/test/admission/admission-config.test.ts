import { describe, expect, test } from 'vitest';
import { certificatePlace } from '../../src/admission/admission-config.ts';
import { config } from '../../src/config.ts';

const parse = (env: Record<string, string>) => certificatePlace(config.parse(env));

describe('the certificate that is configured', () => {
  test('is in files or in a Secret', () => {
    expect(parse({ TAGSTREAM_ADMISSION_CERT_DIR: '/certificate' })).toEqual({ kind: 'files', dir: '/certificate' });
    expect(parse({ TAGSTREAM_ADMISSION_SECRET: 'tagstream/admission' })).toEqual({
      kind: 'secret',
      secret: { namespace: 'tagstream', name: 'admission' },
    });
  });

  test.each([
    ['nowhere', {}],
    ['in two places', { TAGSTREAM_ADMISSION_CERT_DIR: '/c', TAGSTREAM_ADMISSION_SECRET: 'a/b' }],
  ])('is refused %s', (_where, env) => {
    expect(() => parse(env)).toThrow('TAGSTREAM_ADMISSION_PORT needs a certificate');
  });

  test.each(['tagstream', 'a/b/c', '/b', 'A/b', 'a/'])('is refused in the Secret %j', (secret) => {
    expect(() => parse({ TAGSTREAM_ADMISSION_SECRET: secret })).toThrow('TAGSTREAM_ADMISSION_SECRET');
  });

  test('is not asked for where there is no admission webhook', () => {
    expect(config.parse({}).admissionPort).toBeUndefined();
  });
});
