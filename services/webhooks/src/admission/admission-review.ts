import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** An object as the API server sends it; null where there is none. */
const AnyObject = Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]);

const GroupVersionResource = Type.Object({
  group: Type.String(),
  version: Type.String({ minLength: 1 }),
  resource: Type.String({ minLength: 1 }),
});

/** The fields of an `AdmissionReview` that we use (Kubernetes: `admission.k8s.io/v1`). */
const ReviewSchema = Type.Object({
  apiVersion: Type.Literal('admission.k8s.io/v1'),
  kind: Type.Literal('AdmissionReview'),
  request: Type.Object({
    uid: Type.String({ minLength: 1 }),
    resource: GroupVersionResource,
    subResource: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    namespace: Type.Optional(Type.String()),
    operation: Type.Union([
      Type.Literal('CREATE'),
      Type.Literal('UPDATE'),
      Type.Literal('DELETE'),
      Type.Literal('CONNECT'),
    ]),
    object: Type.Optional(AnyObject),
    oldObject: Type.Optional(AnyObject),
  }),
});
const AdmissionReview = Compile(ReviewSchema);

/** What the API server asks about: one write of one object. */
export type AdmissionRequest = Static<typeof ReviewSchema>['request'];

/** What is not an `AdmissionReview` of `admission.k8s.io/v1`. The message says what was expected. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
  readonly code = 'malformed';
  readonly retryable = false;
}

/**
 * Reads the body of a request.
 * @throws ReviewError for anything but a review whose fields have the types that the API server gives them.
 */
export function parseReview(body: unknown): AdmissionRequest {
  if (AdmissionReview.Check(body)) return body.request;
  const [problem] = AdmissionReview.Errors(body);
  const where = problem?.instancePath || 'the body';
  throw new ReviewError(`not an AdmissionReview of admission.k8s.io/v1: ${where} ${problem?.message ?? 'is wrong'}`);
}

/** One operation of a JSON patch (RFC 6902), as far as answers need it. */
export interface PatchOperation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: string;
}

/** What is done to the object, what the person who writes it is told, and what the audit log of the API server is told. */
export interface Verdict {
  readonly patch: readonly PatchOperation[];
  readonly warnings: readonly string[];
  /** By name; the API server puts the name of the webhook and a slash before each. */
  readonly audit: Readonly<Record<string, string>>;
}

/** The answer to a request: always allowed, with the changes as a JSON patch. */
export function reviewAnswer(uid: string, { patch, warnings, audit }: Verdict): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: true,
      ...(patch.length > 0 && {
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }),
      ...(warnings.length > 0 && { warnings }),
      ...(Object.keys(audit).length > 0 && { auditAnnotations: audit }),
    },
  };
}
