import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apportion, budgetOf } from '../../src/share/budget.ts';

describe('seats', () => {
  test.each<[string, number, Record<string, number>, Record<string, number>]>([
    ['go to the only holder', 8, { a: 5 }, { a: 8 }],
    ['are shared evenly by equal holders', 8, { a: 5, b: 5 }, { a: 4, b: 4 }],
    ['follow what each holds', 10, { a: 900, b: 100 }, { a: 8, b: 2 }],
    ['are at least one each', 8, { a: 10_000, b: 1, c: 1 }, { a: 6, b: 1, c: 1 }],
    ['of a remainder go to the largest fraction', 7, { a: 3, b: 2, c: 2 }, { a: 3, b: 2, c: 2 }],
    ['are exceeded only when there are more holders than seats', 2, { a: 1, b: 1, c: 1 }, { a: 1, b: 1, c: 1 }],
    ['are not given to who holds nothing', 4, { a: 1, b: 0 }, { a: 4 }],
  ])('%s', (_what, seats, weights, expected) => {
    expect(Object.fromEntries(apportion(seats, new Map(Object.entries(weights))))).toEqual(expected);
  });

  test('add up to all there are, in whatever order the holders are named', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 12 }),
        (seats, weights) => {
          const named = weights.map((weight, i) => [`replica-${i}`, weight] as const);
          const given = apportion(seats, new Map(named));
          expect([...given.values()].reduce((a, b) => a + b)).toBe(Math.max(seats, weights.length));
          expect(new Map([...apportion(seats, new Map(named.toReversed()))].sort())).toEqual(
            new Map([...given].sort()),
          );
        },
      ),
    );
  });
});

describe('the budget of a registry', () => {
  const whole = { concurrency: 8, ratePerSecond: 100 };
  const budgets = (holdings: Record<string, number>, members: readonly string[]) =>
    members.map((self) => budgetOf(whole, new Map(Object.entries(holdings)), members, self));
  const roughly = (rate: number) => expect.closeTo(rate, 6);

  test('is all that of the only replica', () => {
    expect(budgets({ a: 3 }, ['a'])).toEqual([whole]);
  });

  test('is that of the only replica also while nobody asks the registry', () => {
    expect(budgets({}, ['a'])[0]?.ratePerSecond).toBe(100);
  });

  test('follows what each replica owns, with a part for hints for everybody', () => {
    expect(budgets({ a: 30, b: 10 }, ['a', 'b', 'c', 'd'])).toEqual([
      { concurrency: 6, ratePerSecond: roughly(65) },
      { concurrency: 2, ratePerSecond: roughly(25) },
      { concurrency: 1, ratePerSecond: roughly(5) },
      { concurrency: 1, ratePerSecond: roughly(5) },
    ]);
  });

  test('is shared out without losing or adding anything of the rate', () => {
    const holding = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(holding, (counts) => {
        const members = counts.map((_, i) => `replica-${i}`);
        const holdings = Object.fromEntries(counts.map((count, i) => [`replica-${i}`, count]));
        const sum = budgets(holdings, members).reduce((total, { ratePerSecond }) => total + ratePerSecond, 0);
        expect(sum).toBeCloseTo(100, 6);
      }),
    );
  });
});
