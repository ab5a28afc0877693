import type { Log, Metrics } from '@tagstream/service';
import type { AdmissionRequest, Verdict } from './admission-review.ts';
import type { ServingCertificate } from './certificate/serving-certificate.ts';

/** The facts that the admission webhook tells. */
export interface AdmissionTelemetry {
  readonly judged: (request: AdmissionRequest, verdict: Verdict) => void;
  /** A request got its answer after so many milliseconds. */
  readonly answered: (status: number, durationMs: number) => void;
  /** A request failed by a bug of ours. */
  readonly failed: (error: unknown) => void;
  readonly certificateUsed: (certificate: ServingCertificate) => void;
  /** Something about the certificate does not work; what is in use stays in use. */
  readonly certificateTrouble: (error: unknown) => void;
  readonly certificateIssued: (what: string) => void;
}

/** An answer from memory takes well below a millisecond; the API server gives up after seconds. */
const ANSWER_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Metrics and log lines of the admission webhook. Nothing here ever holds a key. */
export function createAdmissionTelemetry(metrics: Metrics, log: Log): AdmissionTelemetry {
  const reviews = metrics.counter({
    name: 'tagstream_admission_reviews_total',
    help: 'Writes that the API server asked about: rewritten, unchanged, or missing an image',
    labels: ['outcome'],
  });
  const answers = metrics.histogram({
    name: 'tagstream_admission_answer_seconds',
    help: 'Time from the first byte of a request to its answer',
    labels: ['status'],
    buckets: ANSWER_BUCKETS_S,
  });
  const expiry = metrics.gauge({
    name: 'tagstream_admission_certificate_expiry_timestamp_seconds',
    help: 'When the certificate in use expires, in seconds since the epoch',
  });
  return {
    judged: (request, { patch, warnings, audit }) => {
      reviews.inc({ outcome: patch.length > 0 ? 'rewritten' : warnings.length > 0 ? 'missing' : 'unchanged' });
      const { namespace, name, operation } = request;
      const facts = { resource: request.resource.resource, namespace, name, operation };
      // Only for debugging: whoever reads the log must never make an API server wait. Its audit log has the same.
      if (patch.length > 0) log.debug({ ...facts, ...audit }, 'object rewritten');
      if (warnings.length > 0) log.debug({ ...facts, warnings }, 'local names without an image');
    },
    answered: (status, durationMs) => answers.observe({ status: String(status) }, durationMs / 1000),
    failed: (error) => log.error({ err: error }, 'admission request failed by a bug'),
    certificateUsed: ({ fingerprint, expiresAtMs }) => {
      expiry.set(expiresAtMs / 1000);
      log.info({ fingerprint, expiresAt: new Date(expiresAtMs).toISOString() }, 'admission certificate in use');
    },
    certificateTrouble: (error) => log.warn({ err: error }, 'admission certificate needs attention'),
    certificateIssued: (what) => log.info({ what }, 'admission certificate issued'),
  };
}
