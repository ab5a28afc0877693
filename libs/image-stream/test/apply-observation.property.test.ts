import type { ImageStream } from '@tagstream/api-types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyRegistryPoll, importRequest, newestItem, type RegistryObservation } from '../src/index.ts';
import { findStatusTag } from '../src/status-tags.ts';
import { digest, docker, NOW, stream, UID } from './fixtures.ts';

type Step =
  | { readonly do: 'push'; readonly image: string }
  | { readonly do: 'fail' }
  | { readonly do: 'observe'; readonly viewAge: number }
  | { readonly do: 'deliver'; readonly which: number }
  | { readonly do: 'edit'; readonly repository: string };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    // Three digests only, so that a registry often goes back to an earlier one.
    fc.record({ do: fc.constant('push' as const), image: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ do: fc.constant('fail' as const) }),
    fc.record({ do: fc.constant('observe' as const), viewAge: fc.nat(3) }),
    fc.record({ do: fc.constant('deliver' as const), which: fc.nat(20) }),
    fc.record({ do: fc.constant('edit' as const), repository: fc.constantFrom('r/one', 'r/two') }),
  ),
  { maxLength: 60 },
);

interface Sent {
  readonly observation: RegistryObservation;
  /** How often the registry and the spec had changed when the registry answered. */
  readonly moment: number;
}

/** A registry, pollers with views of any age, and a bus that delays, reorders and repeats, in front of one tag. */
class World {
  #views: ImageStream[] = [stream({ spec: [docker('latest', 'r/one:latest')] })];
  #answer: RegistryObservation['outcome'] | undefined;
  #moment = 0;
  readonly #sent: Sent[] = [];
  /** The moment of the observation that made the newest item what it is. */
  newestMoment = -1;

  get now(): ImageStream {
    return this.#views.at(-1) as ImageStream; // it starts with one and only grows
  }

  take(step: Step): void {
    if (step.do === 'deliver') this.#deliver(step.which);
    else if (step.do === 'observe') this.#observe(step.viewAge);
    else this.#changeOutside(step);
  }

  #changeOutside(step: Exclude<Step, { do: 'observe' | 'deliver' }>): void {
    this.#moment += 1;
    if (step.do === 'push') this.#answer = { kind: 'image', image: digest(step.image), reference: '' };
    if (step.do === 'fail') this.#answer = { kind: 'error', reason: 'InternalError', message: 'unreachable' };
    if (step.do === 'edit') {
      const { metadata, status } = this.now;
      const spec = { tags: [docker('latest', `${step.repository}:latest`)] };
      this.#views.push({
        metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
        spec,
        ...(status && { status }),
      });
    }
  }

  #observe(viewAge: number): void {
    const view = this.#views.at(-1 - viewAge) ?? this.now;
    const request = importRequest(view, 'latest', 'schedule');
    if (request === undefined || this.#answer === undefined) return;
    const { tag, specHash, specGeneration, basedOn } = request;
    const repository = request.from.replace(/:latest$/, '');
    const outcome =
      this.#answer.kind === 'image'
        ? { ...this.#answer, reference: `${repository}@${this.#answer.image}` }
        : this.#answer;
    this.#sent.push({
      observation: { streamUid: UID, tag, specHash, specGeneration, basedOn, outcome },
      moment: this.#moment,
    });
  }

  #deliver(which: number): void {
    const sent = this.#sent[which % Math.max(1, this.#sent.length)];
    if (sent === undefined) return;
    const before = newestItem(findStatusTag(this.now, 'latest'));
    const result = applyRegistryPoll(this.now, sent.observation, { now: NOW });
    if (result.kind !== 'applied') return;
    this.#views.push({ ...this.now, status: result.status });

    const after = newestItem(findStatusTag(this.now, 'latest'));
    if (after?.image !== before?.image || after?.created !== before?.created) {
      expect(sent.moment).toBeGreaterThanOrEqual(this.newestMoment);
      this.newestMoment = sent.moment;
    }
    expect(after?.generation ?? 0).toBeGreaterThanOrEqual(before?.generation ?? 0);
    expect(applyRegistryPoll(this.now, sent.observation, { now: NOW })).toEqual({ kind: 'unchanged' });
  }
}

test('no order, delay or repetition of observations moves a tag backwards, and each counts at most once', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const world = new World();
      for (const step of list) world.take(step);
      const items = findStatusTag(world.now, 'latest')?.items ?? [];
      expect(new Set(items.map(({ created }) => created)).size).toBe(items.length);
    }),
    { numRuns: 1000 },
  );
});
