import { expect, test } from 'vitest';
import { canEnter, isCancelled, type Phase, phaseOf } from '../src/index.ts';
import { rcOf } from './support/objects.ts';

const phases: Phase[] = ['New', 'Pending', 'Running', 'Complete', 'Failed'];
const legal = new Set([
  ...['New Pending', 'New Running', 'New Failed', 'New Complete'],
  ...['Pending Running', 'Pending Failed', 'Pending Complete'],
  ...['Running Failed', 'Running Complete'],
]);
const pairs = phases.flatMap((from) =>
  phases.map((to): [Phase, Phase, boolean] => [from, to, legal.has(`${from} ${to}`)]),
);

test.each(pairs)('#21 %s to %s is legal: %s', (from, to, expected) => {
  expect(canEnter(from, to)).toBe(expected);
});

test.each([
  ['Running', 'Running'],
  ['', 'New'],
  ['toString', 'New'],
  ['Bogus', 'New'],
])('the annotation %j means %s', (text, expected) => {
  expect(phaseOf(rcOf(1, 'New', { annotations: { 'openshift.io/deployment.phase': text } }))).toBe(expected);
});

test('cancellation is read case-insensitively', () => {
  expect(isCancelled(rcOf(1, 'Running', { annotations: { 'openshift.io/deployment.cancelled': 'TRUE' } }))).toBe(true);
  expect(isCancelled(rcOf(1, 'Running', { annotations: { 'openshift.io/deployment.cancelled': 'no' } }))).toBe(false);
});
