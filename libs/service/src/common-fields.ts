import { Type } from 'typebox';
import { field } from './config.ts';

/** Fields that services share; spread them into a service's own. */
export const commonFields = {
  natsUrl: field({
    env: 'NATS_URL',
    schema: Type.String({ minLength: 1 }),
    default: 'nats://127.0.0.1:4222',
    secret: true,
    description: 'Address of NATS, several separated by commas; may carry user:password@',
  }),
  natsCreds: field({
    env: 'NATS_CREDS',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Path of a NATS credentials file',
  }),
  subjectPrefix: field({
    env: 'TAGSTREAM_PREFIX',
    schema: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
    default: 'tagstream',
    description: 'First token of every subject; in upper case the start of the name of every stream',
  }),
  adminPort: field({
    env: 'TAGSTREAM_ADMIN_PORT',
    schema: Type.Integer({ minimum: 0, maximum: 65535 }),
    default: 8080,
    description: 'Port of the server for /healthz, /readyz and /metrics; 0 takes a free one',
  }),
  adminHost: field({
    env: 'TAGSTREAM_ADMIN_HOST',
    schema: Type.String({ minLength: 1 }),
    default: '0.0.0.0',
    description: 'Address that server listens on',
  }),
  logLevel: field({
    env: 'TAGSTREAM_LOG_LEVEL',
    schema: Type.Union([
      Type.Literal('trace'),
      Type.Literal('debug'),
      Type.Literal('info'),
      Type.Literal('warn'),
      Type.Literal('error'),
      Type.Literal('fatal'),
    ]),
    default: 'info',
    description: 'Least important level that is logged',
  }),
  kubeconfig: field({
    env: 'KUBECONFIG',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: "Path of a kubeconfig file; in a cluster the pod's service account is used when it is not set",
  }),
} as const;
