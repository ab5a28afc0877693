import { describe, expect, test } from 'vitest';
import { parseReview, ReviewError } from '../../src/admission/admission-review.ts';
import { judge } from '../../src/admission/judge.ts';
import { digest, pod, review, streamOf, templated } from './reviews.ts';

const judged = (of: object) => judge(parseReview(of), streamOf);
const DEPLOYMENT = 'apps/deployments';
const CONFIG = 'apps.openshift.io/deploymentconfigs';
const CONTAINER = '/spec/template/spec/containers/0';
const resolved = `quay.io/org/app@${digest('a')}`;

describe('the answer to a review', () => {
  test('puts the image of the stream in the place of its name', () => {
    expect(judged(review())).toEqual({
      patch: [{ op: 'replace', path: '/spec/containers/0/image', value: resolved }],
      warnings: [],
      audit: { 'resolved-images': `app:latest -> ${resolved}` },
    });
  });

  test('warns about a tag that has no image yet, and leaves the name', () => {
    expect(judged(review({ object: pod('app:v2') }))).toEqual({
      patch: [],
      audit: {},
      warnings: ['image "app:v2" is left as it is: ImageStream app has no image for tag v2 yet'],
    });
  });

  test('does not fill the terminal with warnings', () => {
    const containers = Array.from({ length: 9 }, (_, i) => ({ name: `c${i}`, image: `app:v${i}` }));
    expect(judged(review({ object: { spec: { containers } } })).warnings).toHaveLength(5);
  });

  test.each<{ row: string; of: object }>([
    { row: 'a subresource', of: review({ more: { subResource: 'ephemeralcontainers' } }) },
    { row: 'a deletion', of: review({ object: null, oldObject: pod('app'), more: { operation: 'DELETE' } }) },
    { row: 'a connection', of: review({ more: { operation: 'CONNECT' } }) },
    { row: 'an object of no namespace', of: review({ more: { namespace: '' } }) },
    { row: 'a kind without pods', of: review({ kind: '/configmaps' }) },
    { row: 'a change that does not touch the image', of: review({ oldObject: pod('app:latest') }) },
  ])('leaves $row as it is', ({ of }) => {
    expect(judged(of)).toEqual({ patch: [], warnings: [], audit: {} });
  });

  test.each<{ row: string; container: object; policy: string | undefined }>([
    { row: 'Always for the tag latest', container: { image: 'other:latest' }, policy: 'Always' },
    { row: 'Always for a name without a tag', container: { image: 'quay.io:443/other' }, policy: 'Always' },
    { row: 'IfNotPresent for another tag', container: { image: 'other:1' }, policy: 'IfNotPresent' },
    { row: 'IfNotPresent for a digest', container: { image: resolved }, policy: 'IfNotPresent' },
    { row: 'IfNotPresent for an empty name', container: { image: '' }, policy: 'IfNotPresent' },
    { row: 'IfNotPresent without a name', container: {}, policy: 'IfNotPresent' },
    {
      row: 'one in the place of an empty one',
      container: { image: 'other:1', imagePullPolicy: '' },
      policy: 'IfNotPresent',
    },
    { row: 'none where there is one', container: { image: 'other', imagePullPolicy: 'Never' }, policy: undefined },
    {
      row: 'none where what stands there is wrong',
      container: { image: 'other', imagePullPolicy: 5 },
      policy: undefined,
    },
  ])('gives a container of a DeploymentConfig the pull policy: $row', ({ container, policy }) => {
    const { patch } = judged(review({ kind: CONFIG, object: templated(container) }));
    expect(patch).toEqual(
      policy === undefined ? [] : [{ op: 'add', path: `${CONTAINER}/imagePullPolicy`, value: policy }],
    );
  });

  test('goes by the name that was written for the pull policy, not by its digest', () => {
    expect(judged(review({ kind: CONFIG, object: templated({ image: 'app:latest' }) })).patch).toEqual([
      { op: 'replace', path: `${CONTAINER}/image`, value: resolved },
      { op: 'add', path: `${CONTAINER}/imagePullPolicy`, value: 'Always' },
    ]);
  });

  test('leaves the pull policy of other kinds to the API server', () => {
    expect(judged(review({ kind: DEPLOYMENT, object: templated({ image: 'other' }) })).patch).toEqual([]);
  });
});

describe('a body that is no review', () => {
  const good = review();
  const request = good.request;
  test.each<{ row: string; body: unknown; problem: string }>([
    { row: 'nothing', body: undefined, problem: 'the body' },
    { row: 'a text', body: 'review', problem: 'the body' },
    { row: 'an empty object', body: {}, problem: 'the body' },
    {
      row: 'a version that we do not speak',
      body: { ...good, apiVersion: 'admission.k8s.io/v1beta1' },
      problem: '/apiVersion',
    },
    { row: 'another kind', body: { ...good, kind: 'ConversionReview' }, problem: '/kind' },
    { row: 'no request', body: { ...good, request: null }, problem: '/request' },
    { row: 'no uid', body: { ...good, request: { ...request, uid: '' } }, problem: '/request/uid' },
    {
      row: 'an unknown operation',
      body: { ...good, request: { ...request, operation: 'PATCH' } },
      problem: '/request/operation',
    },
    { row: 'no resource', body: { ...good, request: { ...request, resource: 'pods' } }, problem: '/request/resource' },
    {
      row: 'an object that is a list',
      body: { ...good, request: { ...request, object: [] } },
      problem: '/request/object',
    },
  ])('is refused: $row', ({ body, problem }) => {
    expect(() => parseReview(body)).toThrow(ReviewError);
    expect(() => parseReview(body)).toThrow(`not an AdmissionReview of admission.k8s.io/v1: ${problem}`);
  });
});
