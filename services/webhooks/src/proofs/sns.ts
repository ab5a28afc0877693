import { createVerify, X509Certificate } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { innerJson } from '../payload.ts';
import type { Confirmation } from '../sender.ts';
import { ProofError } from './proof-error.ts';

/** How the two requests to Amazon are sent. */
export type FetchText = (url: URL) => Promise<string>;

/** SNS topics that are known: the signature of their messages, and their subscriptions. */
export interface SnsTopics {
  /**
   * Whether a message is of one of the topics and signed by SNS.
   * @throws ProofError when the certificate cannot be fetched.
   */
  readonly isSigned: (body: Buffer) => Promise<boolean>;
  /** See {@link Receiver.confirm}. */
  readonly confirm: (confirmation: Confirmation) => Promise<boolean>;
}

const Message = Compile(
  Type.Object({
    Type: Type.String(),
    MessageId: Type.String(),
    Message: Type.String(),
    Timestamp: Type.String(),
    TopicArn: Type.String(),
    Subject: Type.Optional(Type.String()),
    SubscribeURL: Type.Optional(Type.String()),
    Token: Type.Optional(Type.String()),
    SignatureVersion: Type.Union([Type.Literal('1'), Type.Literal('2')]),
    Signature: Type.String(),
    SigningCertURL: Type.String(),
  }),
);

/** Amazon SNS: "Verifying the signatures of messages": the fields that are signed, in this order, as far as they are there. */
const SIGNED_FIELDS = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  other: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

/** The one part of a certificate's address that a message decides. */
const CERTIFICATE_PATH = /^\/SimpleNotificationService-[0-9a-f]{32,64}\.pem$/;
const CONFIRMATION_TOKEN = /^[0-9a-f]{1,1024}$/i;

/** Certificates that are kept: SNS changes its own a few times a year. */
const MAX_CERTIFICATES = 8;

/**
 * Requests go to the region of a configured topic and nowhere else: the hosts in a message are compared with that, and never
 * connected to.
 * @param topics their ARNs.
 */
export function createSnsTopics(topics: readonly string[], fetchText: FetchText = fetchFromAmazon): SnsTopics {
  const certificates = new Map<string, X509Certificate>();

  async function certificateAt(url: URL): Promise<X509Certificate> {
    const known = certificates.get(url.href);
    if (known !== undefined) return known;
    const certificate = new X509Certificate(await fetchText(url));
    if (certificates.size >= MAX_CERTIFICATES) certificates.clear();
    certificates.set(url.href, certificate);
    return certificate;
  }

  return {
    isSigned: async (body) => {
      const message = innerJson(body);
      if (!Message.Check(message) || !topics.includes(message.TopicArn)) return false;
      const url = certificateUrl(message.SigningCertURL, message.TopicArn);
      if (url === null) return false;
      const { publicKey } = await certificateAt(url).catch((cause) => {
        throw new ProofError('The signing certificate of Amazon SNS could not be fetched.', { cause });
      });
      const fields = message.Type === 'Notification' ? SIGNED_FIELDS.Notification : SIGNED_FIELDS.other;
      const verifier = createVerify(message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256');
      for (const field of fields) {
        if (message[field] !== undefined) verifier.update(`${field}\n${message[field]}\n`);
      }
      return verifier.verify(publicKey, message.Signature, 'base64');
    },
    confirm: async ({ topicArn, token }) => {
      if (!topics.includes(topicArn) || !CONFIRMATION_TOKEN.test(token)) return false;
      const url = new URL(`https://${hostOf(topicArn)}/`);
      url.search = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn: topicArn, Token: token }).toString();
      await fetchText(url).catch((cause) => {
        throw new ProofError('Amazon SNS did not take the confirmation of the subscription.', { cause });
      });
      return true;
    },
  };
}

/** SNS's address for a topic: `arn:aws:sns:<region>:…`. China is a partition with a domain of its own. */
function hostOf(topicArn: string): string {
  const [, partition, , region] = topicArn.split(':');
  return `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

/** The address of a certificate, put together anew; null when the message's own differs from that in anything. */
function certificateUrl(text: string, topicArn: string): URL | null {
  const path = URL.canParse(text) ? new URL(text).pathname : '';
  const url = new URL(`https://${hostOf(topicArn)}${path}`);
  return CERTIFICATE_PATH.test(path) && url.href === text ? url : null;
}

/** Below the 15 s that SNS waits for its answer. */
const FETCH_TIMEOUT_MS = 5_000;

/** Size of a certificate with its chain, or of an answer to a confirmation. */
const MAX_ANSWER_BYTES = 64 * 1024;

async function fetchFromAmazon(url: URL): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (!response.ok) throw new Error(`the answer has the status ${response.status}`);
  return Buffer.concat(chunks).toString('utf8');
}
