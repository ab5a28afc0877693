import { once } from 'node:events';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text as readToEnd } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { closeServer, createLog, createMetrics } from '@tagstream/service';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type AdmissionServer,
  createAdmissionServer,
  MAX_REVIEW_BYTES,
  replaceCertificate,
} from '../../src/admission/admission-server.ts';
import type { CertificateSet } from '../../src/admission/certificate/certificate-set.ts';
import { takeStep } from '../../src/admission/certificate/issue-certificates.ts';
import { servingCertificate } from '../../src/admission/certificate/serving-certificate.ts';
import { createAdmissionTelemetry } from '../../src/admission/telemetry.ts';
import { digest, pod, review, streamOf } from './reviews.ts';
import { post, shownCertificate } from './tls-probe.ts';

const resolved = `quay.io/org/app@${digest('a')}`;
const facts = { names: ['127.0.0.1'], nowMs: Date.now() };

describe('the admission server', () => {
  let first: CertificateSet;
  let second: CertificateSet;
  let app: AdmissionServer;
  let port: number;
  let ca: string;
  let isKnown: boolean;
  let metrics: ReturnType<typeof createMetrics>;
  let lines: Record<string, unknown>[];

  beforeAll(async () => {
    first = await takeStep('issue-all', undefined, facts);
    second = await takeStep('renew-certificate', first, facts);
    [ca = ''] = first.authorities;
  });
  beforeEach(async () => {
    isKnown = true;
    lines = [];
    metrics = createMetrics();
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const telemetry = createAdmissionTelemetry(metrics, createLog({ service: 'test', level: 'info', destination }));
    const streams = () => (isKnown ? streamOf : undefined);
    app = createAdmissionServer(servingCertificate(first.certificate, first.key, 'a test'), { streams, telemetry });
    await app.listen({ host: '127.0.0.1', port: 0 });
    port = (app.server.address() as AddressInfo).port;
  });
  afterEach(() => closeServer(app));

  const ask = (body: unknown, path = '/admission') => post({ port, ca, path, body: JSON.stringify(body) });

  test('answers with the uid of the review and a JSON patch', async () => {
    const { status, json } = await ask(review());
    expect(status).toBe(200);
    const { response, ...rest } = json as { response: Record<string, unknown> };
    expect(rest).toEqual({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' });
    const patch = Buffer.from(String(response.patch), 'base64').toString('utf8');
    expect(JSON.parse(patch)).toEqual([{ op: 'replace', path: '/spec/containers/0/image', value: resolved }]);
    expect(response).toMatchObject({ uid: review().request.uid, allowed: true, patchType: 'JSONPatch' });
    expect(response.auditAnnotations).toEqual({ 'resolved-images': `app:latest -> ${resolved}` });
  });

  test('allows without a patch what it does not change, and takes the query that API servers send', async () => {
    const { status, json } = await ask(review({ object: pod('nginx:1') }), '/admission?timeout=2s');
    expect({ status, json }).toMatchObject({ status: 200, json: { response: { allowed: true } } });
    expect(Object.keys((json as { response: object }).response)).toEqual(['uid', 'allowed']);
  });

  test('passes on warnings', async () => {
    const { json } = await ask(review({ object: pod('app:v9') }));
    expect(json).toMatchObject({ response: { allowed: true, warnings: [expect.stringContaining('tag v9')] } });
  });

  test('does not answer before it knows the streams', async () => {
    isKnown = false;
    expect(await ask(review())).toMatchObject({
      status: 503,
      json: { error: expect.stringContaining('ImageStreams') },
    });
  });

  test.each([
    { row: 'what is no review', body: '{}', status: 400 },
    { row: 'what is no JSON', body: '{', status: 400 },
    { row: 'nothing', body: '', status: 400 },
    { row: 'another content type', body: 'apiVersion: v1', type: 'application/yaml', status: 415 },
    { row: 'another path', body: '{}', path: '/', status: 404 },
  ])('refuses $row', async ({ body, status, type, path = '/admission' }) => {
    const answer = await post({ port, ca, path, body, ...(type && { type }) });
    expect(answer).toMatchObject({ status, json: { error: expect.any(String) } });
  });

  test('refuses a body that is too large', async () => {
    const payload = `"${'x'.repeat(MAX_REVIEW_BYTES)}"`;
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/admission', headers, payload });
    expect(answer.statusCode).toBe(413);
  });

  test('takes a review as large as two objects in etcd', async () => {
    const padded = { ...pod('app'), data: 'x'.repeat(1.4 * 1024 * 1024) };
    expect(await ask(review({ object: padded, oldObject: { ...padded, spec: {} } }))).toMatchObject({ status: 200 });
  });

  test('is not confused by keys that mean something to JavaScript', async () => {
    const object = `{"__proto__":{"x":1},"constructor":{"prototype":{}},"spec":{"containers":[{"name":"a","image":"app"}]}}`;
    const body = JSON.stringify(review()).replace(JSON.stringify(pod('app:latest')), object);
    const { status, json } = await post({ port, ca, path: '/admission', body });
    expect({ status, json }).toMatchObject({ status: 200, json: { response: { patchType: 'JSONPatch' } } });
  });

  test('uses another certificate for new connections while requests flow, and none is lost', async () => {
    const kept = new Agent({ keepAlive: true, maxSockets: 2 });
    const seen = new Set<string>();
    const statuses = new Map<number, number>();
    let goOn = true;
    const flow = async (agent?: Agent): Promise<void> => {
      while (goOn) {
        const { status } = await post({ port, ca, path: '/admission', body: JSON.stringify(review()), agent });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const flows = [flow(kept), flow(kept), flow(), flow()];
    const look = async () => seen.add((await shownCertificate(port, ca)).fingerprint256);
    await look();
    await expect.poll(() => statuses.get(200)).toBeGreaterThan(20);
    replaceCertificate(app, servingCertificate(second.certificate, second.key, 'a test'));
    await look();
    const answered = statuses.get(200) ?? 0;
    await expect.poll(() => statuses.get(200)).toBeGreaterThan(answered + 20);
    goOn = false;
    await Promise.all(flows);
    kept.destroy();
    expect(seen.size).toBe(2);
    expect([...statuses.keys()]).toEqual([200]);
  });

  test('answers a request that is on its way while it closes, and then ends the connection', async () => {
    const body = JSON.stringify(review());
    const begun = once(app.server, 'request');
    const socket = connect({ host: '127.0.0.1', port, ca });
    const headers = `host: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.write(`POST /admission HTTP/1.1\r\n${headers}\r\n\r\n${body.slice(0, 10)}`);
    await begun;
    const closed = closeServer(app);
    socket.write(body.slice(10));
    const answer = await readToEnd(socket);
    await closed;
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).toContain('"patchType":"JSONPatch"');
  });

  test('speaks nothing older than TLS 1.2', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const refused = { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' };
    await expect(shownCertificate(port, ca, old)).rejects.toMatchObject(refused);
  });

  test('writes nothing to the log for what it is asked', async () => {
    for (const body of [review(), review({ object: pod('app:v9') }), {}]) await ask(body);
    expect(lines).toEqual([]);
  });

  test('counts what it did', async () => {
    await ask(review());
    await ask(review({ object: pod('nginx:1') }));
    await ask(review({ object: pod('app:v9') }));
    await ask({});
    const text = await metrics.text();
    for (const outcome of ['rewritten', 'unchanged', 'missing']) {
      expect(text).toContain(`tagstream_admission_reviews_total{outcome="${outcome}"} 1`);
    }
    expect(text).toMatch(/tagstream_admission_answer_seconds_count\{status="400"\} 1/);
  });
});
