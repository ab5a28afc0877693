import { testClock } from '@tagstream/service/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { certificateFiles } from '../../src/admission/certificate/certificate-files.ts';
import type { CertificateSet } from '../../src/admission/certificate/certificate-set.ts';
import { type CertificateSource, followCertificate } from '../../src/admission/certificate/follow-certificate.ts';
import { takeStep } from '../../src/admission/certificate/issue-certificates.ts';
import type { ServingCertificate } from '../../src/admission/certificate/serving-certificate.ts';
import { type CertificateDir, makeCertificateDir } from './certificate-dir.ts';

const EVERY_MS = 10_000;
const issue = () => takeStep('issue-all', undefined, { names: ['127.0.0.1'], nowMs: Date.now() });

describe('following a certificate', () => {
  const certificate = (cert: string): ServingCertificate => ({ cert, key: '', fingerprint: cert, expiresAtMs: 0 });
  let clock: ReturnType<typeof testClock>;
  let stop: AbortController;
  let used: string[];
  let trouble: string[];
  let looks: number;
  /** What the source answers now. */
  let answer: Awaited<ReturnType<CertificateSource['current']>> | Error;
  let following: Promise<void>;

  beforeEach(() => {
    clock = testClock();
    stop = new AbortController();
    used = [];
    trouble = [];
    looks = 0;
    answer = { certificate: certificate('first') };
  });
  afterEach(async () => {
    stop.abort();
    await following;
  });

  function follow(): void {
    const source: CertificateSource = {
      current: async () => {
        looks += 1;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
    following = followCertificate(source, {
      everyMs: EVERY_MS,
      use: ({ cert }) => void used.push(cert),
      onTrouble: (error) => void trouble.push((error as Error).message),
      clock,
      signal: stop.signal,
      random: () => 0,
    });
  }

  test('uses each certificate once, and looks again after the interval', async () => {
    follow();
    await clock.advance(EVERY_MS - 1);
    expect({ looks, used }).toEqual({ looks: 1, used: ['first'] });
    await clock.advance(1);
    expect({ looks, used }).toEqual({ looks: 2, used: ['first'] });
    answer = { certificate: certificate('second') };
    await clock.advance(EVERY_MS);
    expect(used).toEqual(['first', 'second']);
  });

  test('keeps what it has while there is trouble, tells each trouble once, and looks sooner', async () => {
    follow();
    await clock.advance(0);
    answer = new Error('unreadable');
    await clock.advance(EVERY_MS);
    await clock.advance(500 + 1_000 + 2_000);
    expect({ looks, used, trouble }).toEqual({ looks: 5, used: ['first'], trouble: ['unreadable'] });
    answer = { certificate: certificate('second') };
    await clock.advance(4_000);
    answer = new Error('unreadable');
    await clock.advance(EVERY_MS);
    expect({ used, trouble }).toEqual({ used: ['first', 'second'], trouble: ['unreadable', 'unreadable'] });
  });

  test('uses a certificate although something else does not work', async () => {
    answer = { certificate: certificate('first'), trouble: new Error('not trusted yet') };
    follow();
    await clock.advance(500);
    expect({ looks, used, trouble }).toEqual({ looks: 2, used: ['first'], trouble: ['not trusted yet'] });
  });

  test('never waits longer than the interval', async () => {
    answer = new Error('unreadable');
    follow();
    await clock.advance(10 * EVERY_MS);
    const before = looks;
    await clock.advance(EVERY_MS);
    expect(looks).toBe(before + 1);
  });

  test('ends when it is told to', async () => {
    follow();
    await clock.advance(0);
    stop.abort();
    await following;
    expect(looks).toBe(1);
  });
});

describe('a certificate in files', () => {
  let dir: CertificateDir;
  let set: CertificateSet;

  beforeEach(async () => {
    dir = await makeCertificateDir();
    set = await issue();
  });
  afterEach(() => dir[Symbol.asyncDispose]());

  test('is what the files hold now', async () => {
    await dir.install(set);
    const files = certificateFiles(dir.path);
    expect((await files.current()).certificate.cert).toBe(set.certificate);
    const other = await issue();
    await dir.install(other);
    expect((await files.current()).certificate).toMatchObject({ cert: other.certificate, key: other.key });
  });

  test('is refused while a file is missing, and the message names it', async () => {
    await expect(certificateFiles(dir.path).current()).rejects.toThrow(`${dir.path}/tls.`);
  });

  test('is refused when the key is not its own', async () => {
    const other = await issue();
    await dir.install({ certificate: set.certificate, key: other.key });
    await expect(certificateFiles(dir.path).current()).rejects.toMatchObject({ code: 'unusable', retryable: true });
  });
});
