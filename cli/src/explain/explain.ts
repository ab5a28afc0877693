import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { followedTags } from './followed-tags.ts';
import { explainConfigRollout } from './rules/config-rollout.ts';
import { explainConfigTriggers } from './rules/config-triggers.ts';
import { explainStream } from './rules/repository.ts';
import { explainRollout } from './rules/rollout.ts';
import { explainDeadLetters, explainEvents, explainGaps, explainPods } from './rules/surroundings.ts';
import { explainTag } from './rules/tag.ts';
import { explainTriggers } from './rules/triggers.ts';

/**
 * Explains why an object runs the images that it runs, and why they are not newer: from its triggers over the tags that they follow to the
 * pods. A pure function of what was read.
 */
export function explain(facts: Facts): Finding[] {
  const tags = followedTags(facts.subject, facts.namespace);
  const ofTags = tags.flatMap((tag) => [...explainTag(tag, facts), ...explainDeadLetters(tag, facts)]);
  const told = [...triggersOf(facts), ...unique(ofTags), ...rolloutOf(facts), ...explainPods(facts)];
  return [...told, ...explainEvents(facts, told), ...explainGaps(facts)];
}

function triggersOf(facts: Facts): Finding[] {
  const { subject } = facts;
  switch (subject.kind) {
    case 'workload':
      return explainTriggers(subject, facts);
    case 'config':
      return explainConfigTriggers(subject.dc, facts);
    case 'tags':
      return explainStream(subject.stream, subject.tags.length);
  }
}

function rolloutOf({ subject }: Facts): Finding[] {
  switch (subject.kind) {
    case 'workload':
      return explainRollout(subject.type, subject.object);
    case 'config':
      return explainConfigRollout(subject.dc, subject.latest);
    case 'tags':
      return [];
  }
}

/** Tags may follow the same one. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
