import { isNewer } from '@tagstream/kube';
import { expect, test } from 'vitest';

test.each([
  ['one more', '11', '10', true],
  ['the same', '10', '10', false],
  ['one less', '9', '10', false],
  ['more digits, not larger as text', '10', '9', true],
  ['beyond the integers of a double', '9007199254740993', '9007199254740992', true],
  ['not numbers, different', 'b', 'a', true],
  ['not numbers, different the other way round', 'a', 'b', true],
  ['not numbers, the same', 'a', 'a', false],
  ['a leading zero is not a version number', '010', '9', true],
])('newer or not: %s', (_name, candidate, known, expected) => {
  expect(isNewer(candidate, known)).toBe(expected);
});
