import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type CertificateSet,
  type CertificateStep,
  nextCertificateStep,
  splitCertificates,
} from '../../src/admission/certificate/certificate-set.ts';
import { takeStep } from '../../src/admission/certificate/issue-certificates.ts';
import { servingCertificate } from '../../src/admission/certificate/serving-certificate.ts';
import { daysLeft } from './reviews.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const names = ['admission.tagstream.svc', '127.0.0.1', '::1'];
const facts = { names, nowMs: NOW };

describe('a shared certificate', () => {
  let fresh: CertificateSet;
  let other: CertificateSet;
  /** With a new authority that has not signed yet. */
  let renewing: CertificateSet;

  beforeAll(async () => {
    fresh = await takeStep('issue-all', undefined, facts);
    other = await takeStep('issue-all', undefined, facts);
    renewing = await takeStep('renew-authority', fresh, facts);
  });

  test.each<{
    row: string;
    set?: () => CertificateSet | undefined;
    days?: number;
    names?: readonly string[];
    isTrusted?: boolean;
    step: CertificateStep;
  }>([
    { row: 'is issued with its authority when there is none', set: () => undefined, step: 'issue-all' },
    { row: 'is kept while it is good', step: 'keep' },
    { row: 'is kept whether or not callers know the authority yet', isTrusted: false, step: 'keep' },
    { row: 'is kept with a month and a day to go', days: 59, step: 'keep' },
    { row: 'is renewed in its last month', days: 61, step: 'renew-certificate' },
    { row: 'is renewed in its last month, trusted or not', days: 61, isTrusted: false, step: 'renew-certificate' },
    { row: 'is renewed after it has expired', days: 91, step: 'renew-certificate' },
    { row: 'is renewed for a host name that it does not have', names: ['other.example'], step: 'renew-certificate' },
    { row: 'is renewed for an address that it does not have', names: ['127.0.0.2'], step: 'renew-certificate' },
    { row: 'is kept where one of its names is no longer asked for', names: ['127.0.0.1'], step: 'keep' },
    { row: 'gets a new authority in the last year of the old one', days: 3286, step: 'renew-authority' },
    { row: 'is issued anew with everything when the authority has expired', days: 3651, step: 'issue-all' },
    { row: 'waits until callers trust a new authority', set: () => renewing, isTrusted: false, step: 'keep' },
    { row: 'is signed by a new authority once callers trust it', set: () => renewing, step: 'renew-certificate' },
    { row: 'is issued anew when its key is another one', set: () => ({ ...fresh, key: other.key }), step: 'issue-all' },
    {
      row: 'is issued anew when the key of the authority is another one',
      set: () => ({ ...fresh, authorityKey: other.authorityKey }),
      step: 'issue-all',
    },
    { row: 'is issued anew when a part is damaged', set: () => ({ ...fresh, certificate: 'x' }), step: 'issue-all' },
    { row: 'is issued anew without authorities', set: () => ({ ...fresh, authorities: [] }), step: 'issue-all' },
    {
      row: 'is signed again when another authority signed it',
      set: () => ({ ...other, certificate: fresh.certificate, key: fresh.key }),
      step: 'renew-certificate',
    },
  ])('$row', ({ set = () => fresh, days = 0, names: wanted = names, isTrusted = true, step }) => {
    expect(nextCertificateStep(set(), { names: wanted, isTrusted, nowMs: NOW + days * DAY_MS })).toBe(step);
  });

  test('lasts three months, its authority ten years, and both begin in the past', () => {
    const [authority = ''] = fresh.authorities;
    expect([daysLeft(fresh.certificate, NOW), daysLeft(authority, NOW)]).toEqual([90, 3650]);
    for (const pem of [fresh.certificate, authority]) {
      expect(new X509Certificate(pem).validFromDate.getTime()).toBe(NOW - 3_600_000);
    }
  });

  test('is for servers of these names and for nothing else', () => {
    const certificate = new X509Certificate(fresh.certificate);
    expect(certificate.subjectAltName).toBe(
      'DNS:admission.tagstream.svc, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect({ ca: certificate.ca, usage: certificate.keyUsage }).toEqual({ ca: false, usage: ['1.3.6.1.5.5.7.3.1'] });
    expect(new X509Certificate(fresh.authorities[0]!).ca).toBe(true);
  });

  test('keeps its certificate while the authority is renewed, and both authorities after that', async () => {
    expect(renewing).toMatchObject({ certificate: fresh.certificate, key: fresh.key });
    expect(renewing.authorities).toEqual([expect.any(String), fresh.authorities[0]]);
    const renewed = await takeStep('renew-certificate', renewing, facts);
    expect(renewed.authorities).toEqual(renewing.authorities);
    const [newest, former] = renewed.authorities.map((pem) => new X509Certificate(pem));
    const certificate = new X509Certificate(renewed.certificate);
    expect([certificate.verify(newest!.publicKey), certificate.verify(former!.publicKey)]).toEqual([true, false]);
  });

  test('forgets an authority that has expired', async () => {
    const later = { names, nowMs: NOW + 3651 * DAY_MS };
    const next = await takeStep('renew-authority', fresh, later);
    expect(next.authorities).toHaveLength(1);
    expect(daysLeft(next.authorities[0]!, later.nowMs)).toBe(3650);
  });

  test('is read back from one file of several certificates', () => {
    expect(splitCertificates(`# two\n${renewing.authorities.join('\n')}\n`)).toEqual(
      renewing.authorities.map((pem) => pem.trim()),
    );
    expect(splitCertificates('')).toEqual([]);
  });

  test.each<{ row: string; pair: () => readonly [string, string] }>([
    { row: 'another key', pair: () => [fresh.certificate, other.key] },
    { row: 'no certificate', pair: () => ['', fresh.key] },
    { row: 'no key', pair: () => [fresh.certificate, 'key'] },
  ])('is not served with $row', ({ pair }) => {
    const [cert, key] = pair();
    expect(() => servingCertificate(cert, key, 'a test')).toThrow('a test holds no certificate with its key in PEM');
  });

  test('knows its fingerprint and when it expires', () => {
    const { fingerprint256 } = new X509Certificate(fresh.certificate);
    expect(servingCertificate(fresh.certificate, fresh.key, 'a test')).toMatchObject({
      fingerprint: fingerprint256,
      expiresAtMs: NOW + 90 * DAY_MS,
    });
  });
});
