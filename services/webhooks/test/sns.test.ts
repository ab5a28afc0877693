import { createSign } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ProofError } from '../src/proofs/proof-error.ts';
import { createSnsTopics } from '../src/proofs/sns.ts';
import { SNS_CERTIFICATE, SNS_PRIVATE_KEY } from './fixtures/sns-certificate.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:image-pushes';
const CERTIFICATE_URL = `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${'0a'.repeat(16)}.pem`;

const notification = {
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: TOPIC,
  Subject: 'a subject',
  Message: '{"detail-type":"ECR Image Action"}',
  Timestamp: '2026-11-21T07:39:32.415Z',
};

const { Subject: _subject, ...withoutSubject } = notification;

const confirmation = {
  Type: 'SubscriptionConfirmation',
  MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
  Token: '2336412f37fb687f5d51e6e2425ba1f2',
  TopicArn: TOPIC,
  Message: 'You have chosen to subscribe to the topic.',
  SubscribeURL: 'http://169.254.169.254/latest/meta-data',
  Timestamp: '2026-11-21T07:39:32.415Z',
};

/** Amazon SNS: the fields that are signed, each as name and value on a line of its own, by name. */
function signed(message: Record<string, string>, version: '1' | '2' = '2') {
  const signer = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256');
  for (const key of Object.keys(message).sort()) signer.update(`${key}\n${message[key]}\n`);
  const Signature = signer.sign(SNS_PRIVATE_KEY, 'base64');
  return { ...message, SignatureVersion: version, Signature, SigningCertURL: CERTIFICATE_URL };
}

describe('a message of Amazon SNS', () => {
  let fetched: string[];
  let fetchText: (url: URL) => Promise<string>;

  beforeEach(() => {
    fetched = [];
    fetchText = async () => SNS_CERTIFICATE;
  });

  const topics = () =>
    createSnsTopics([TOPIC], (url) => {
      fetched.push(url.href);
      return fetchText(url);
    });
  const isSigned = (message: object) => topics().isSigned(Buffer.from(JSON.stringify(message)));

  test.each([
    ['a notification', signed(notification)],
    ['a notification with the older signature', signed(notification, '1')],
    ['a notification without subject', signed(withoutSubject)],
    ['a confirmation', signed(confirmation)],
  ])('%s that is signed counts', async (_what, message) => {
    await expect(isSigned(message)).resolves.toBe(true);
    expect(fetched).toEqual([CERTIFICATE_URL]);
  });

  test.each([
    ['whose text was changed', { Message: '{}' }],
    ['whose time was changed', { Timestamp: '2027-01-01T00:00:00.000Z' }],
    ['without a good signature', { Signature: Buffer.from('x').toString('base64') }],
  ])('%s does not count', async (_what, change) => {
    await expect(isSigned({ ...signed(notification), ...change })).resolves.toBe(false);
  });

  test.each([
    ['of another topic', { TopicArn: 'arn:aws:sns:eu-west-1:999999999999:other' }],
    [
      'with its certificate at another host',
      { SigningCertURL: CERTIFICATE_URL.replace('amazonaws.com', 'example.com') },
    ],
    ['with its certificate in another region', { SigningCertURL: CERTIFICATE_URL.replace('eu-west-1', 'us-east-1') }],
    ['with its certificate over http', { SigningCertURL: CERTIFICATE_URL.replace('https', 'http') }],
    ['with its certificate at another port', { SigningCertURL: CERTIFICATE_URL.replace('.com/', '.com:8443/') }],
    ['with a user in the address', { SigningCertURL: CERTIFICATE_URL.replace('https://', 'https://evil@') }],
    ['with another file as certificate', { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Publish' }],
    ['with no address', { SigningCertURL: 'certificate' }],
    ['with a signature of no known version', { SignatureVersion: '3' }],
    ['that is another JSON', { Type: 7 }],
  ])('%s does not count, and nothing is fetched', async (_what, change) => {
    await expect(isSigned({ ...signed(notification), ...change })).resolves.toBe(false);
    expect(fetched).toEqual([]);
  });

  test('cannot be judged while the certificate cannot be fetched', async () => {
    fetchText = async () => Promise.reject(new Error('503'));
    await expect(isSigned(signed(notification))).rejects.toThrow(ProofError);
    fetchText = async () => 'not a certificate';
    await expect(isSigned(signed(notification))).rejects.toThrow(ProofError);
  });

  test('needs the certificate once for many', async () => {
    const same = topics();
    const body = Buffer.from(JSON.stringify(signed(notification)));
    for (let i = 0; i < 3; i++) await same.isSigned(body);
    expect(fetched).toEqual([CERTIFICATE_URL]);
  });

  test('that asks for confirmation is confirmed at the address of the configured topic, not at its own', async () => {
    await expect(topics().confirm({ topicArn: TOPIC, token: confirmation.Token })).resolves.toBe(true);
    const [url] = fetched.map((text) => new URL(text));
    expect(url?.origin).toBe('https://sns.eu-west-1.amazonaws.com');
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({
      Action: 'ConfirmSubscription',
      TopicArn: TOPIC,
      Token: confirmation.Token,
    });
  });

  test.each([
    ['a topic that is not configured', { topicArn: 'arn:aws:sns:eu-west-1:999999999999:other', token: 'ab' }],
    ['a token that is none', { topicArn: TOPIC, token: '&TopicArn=other' }],
  ])('that asks to confirm %s is not confirmed', async (_what, asked) => {
    await expect(topics().confirm(asked)).resolves.toBe(false);
    expect(fetched).toEqual([]);
  });

  test('that Amazon does not confirm can come again', async () => {
    fetchText = async () => Promise.reject(new Error('500'));
    await expect(topics().confirm({ topicArn: TOPIC, token: 'ab' })).rejects.toThrow(ProofError);
  });

  test('of a topic in China is asked for there', async () => {
    const arn = 'arn:aws-cn:sns:cn-north-1:123456789012:image-pushes';
    const inChina = createSnsTopics([arn], async (url) => {
      fetched.push(url.host);
      return '';
    });
    await inChina.confirm({ topicArn: arn, token: 'ab' });
    expect(fetched).toEqual(['sns.cn-north-1.amazonaws.com.cn']);
  });
});
