/**
 * The least that can answer an API server: a Fastify route over HTTPS that allows whatever it is asked about. It reads the uid and
 * nothing else. Started like a service, so that both run under the same conditions.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';

const { TAGSTREAM_ADMISSION_CERT_DIR = '', TAGSTREAM_ADMISSION_PORT = '', TAGSTREAM_ADMIN_PORT = '' } = process.env;

const cert = readFileSync(join(TAGSTREAM_ADMISSION_CERT_DIR, 'tls.crt'));
const key = readFileSync(join(TAGSTREAM_ADMISSION_CERT_DIR, 'tls.key'));
const admission = Fastify({ https: { cert, key } });
admission.post('/admission', async (request) => {
  const { uid } = (request.body as { request: { uid: string } }).request;
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true } };
});
await admission.listen({ host: '127.0.0.1', port: Number(TAGSTREAM_ADMISSION_PORT) });

const admin = Fastify();
admin.get('/readyz', async () => ({ ready: true }));
await admin.listen({ host: '127.0.0.1', port: Number(TAGSTREAM_ADMIN_PORT) });
