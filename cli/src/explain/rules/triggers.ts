import type { KubeObject } from '@tagstream/api-types';
import {
  type ContainerPlace,
  findContainer,
  type ImageTrigger,
  type PodSpecContainers,
  parseFieldPath,
  parseTriggers,
  resolveTag,
  type TagAddress,
  TRIGGERS_ANNOTATION,
  triggerSource,
} from '@tagstream/image-stream';
import type { Facts, Subject } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { controllerOf } from '../followed-tags.ts';
import { shortImage, tagName } from '../say.ts';
import { placeInHistory } from './container-image.ts';
import { explainDifference } from './image-difference.ts';

type Workload = Extract<Subject, { kind: 'workload' }>;

/** Explains each trigger of the annotation: what it follows, and whether its container has that image. */
export function explainTriggers(workload: Workload, facts: Facts): Finding[] {
  const { object } = workload;
  const title = titleOf(workload);
  const owner = controllerOf(object);
  if (owner !== undefined) {
    const by = `${owner.kind.toLowerCase()}/${owner.name}`;
    const text = `${by} controls it and decides about its images`;
    return [{ kind: 'waiting', about: 'trigger', text, advice: `tagstream explain ${by}` }];
  }
  const parsed = parseTriggers(object.metadata.annotations?.[TRIGGERS_ANNOTATION]);
  if (parsed.kind === 'invalid') {
    const text = `the annotation ${TRIGGERS_ANNOTATION} cannot be read, so that there are no triggers: ${parsed.reason}`;
    return [problem(text, `correct it: kubectl edit ${title}`)];
  }
  if (parsed.triggers.length === 0) {
    if (isOnTemplate(workload)) {
      const text = `the annotation ${TRIGGERS_ANNOTATION} is on its pod template, where it means nothing`;
      return [problem(text, `move it to the metadata of ${title}`)];
    }
    const advice = `to follow a tag: tagstream set triggers ${title} --from-image=STREAM:TAG --containers=CONTAINER`;
    return [problem('it has no image trigger, so that nothing here changes its images', advice)];
  }
  return parsed.triggers.map((trigger) => explainTrigger(trigger, workload, facts));
}

function explainTrigger(trigger: ImageTrigger, workload: Workload, facts: Facts): Finding {
  const { object, base } = workload;
  const title = titleOf(workload);
  const source = triggerSource(trigger, facts.namespace);
  if (source === undefined) {
    const { kind, name } = trigger.from;
    const text = `the trigger for ${trigger.fieldPath || 'no fieldPath'} follows nothing: its from is ${kind || 'of no kind'} "${name}"`;
    return problem(text, 'write kind ImageStreamTag and a name like STREAM:TAG');
  }
  const name = tagName(source, facts.namespace);
  const path = parseFieldPath(trigger.fieldPath, base);
  if (path.kind === 'other-base') {
    const text = `the trigger on ${name} is not for this kind of object: its fieldPath is ${trigger.fieldPath || 'empty'}`;
    return problem(text, `begin it with ${base}.containers`);
  }
  if (path.kind === 'invalid') return problem(path.reason, `correct it: kubectl edit ${title}`);
  const podSpec = podSpecAt(object, base);
  const place = findContainer(podSpec, path.selector);
  if (place === undefined) {
    const text = `the trigger on ${name} is for a container that does not exist: ${trigger.fieldPath}`;
    return problem(text, `name one of ${containerNames(podSpec).join(', ')}`);
  }
  if (trigger.paused) {
    const text = `the trigger on ${name} for container ${place.name} is paused; it runs ${shortImage(place.image || 'no image')}`;
    const advice = `to let it go on: tagstream set triggers ${title} --auto`;
    return { kind: 'waiting', about: 'trigger', text, advice };
  }
  return explainImage(workload, place, source, facts);
}

/** What a container runs, compared with the tag that it follows. */
function explainImage(workload: Workload, place: ContainerPlace, source: TagAddress, facts: Facts): Finding {
  const { name: container, image = '', list, index } = place;
  const { events, nowMs } = facts;
  const name = tagName(source, facts.namespace);
  const read = facts.stream(source.namespace, source.stream);
  const resolved = read.kind === 'stream' ? resolveTag(read.stream, source.tag) : undefined;
  if (read.kind !== 'stream' || resolved === undefined) {
    const text = `container ${container} keeps ${shortImage(image || 'no image')} until ${name} has an image`;
    return { kind: 'waiting', about: 'image', text };
  }
  if (resolved.reference === image) {
    const text = `container ${container} runs the newest image of ${name}, ${shortImage(resolved.image || image)}`;
    return { kind: 'ok', about: 'image', text };
  }
  const { object, base } = workload;
  const where = { object, title: titleOf(workload), base, list, index, container };
  const reason = explainDifference({ ...where, image, tag: name, resolved, events, nowMs });
  const runs = placeInHistory(read.stream, source.tag, image, name, nowMs);
  return { ...reason, text: `container ${container} runs ${runs}; ${reason.text}` };
}

/** Whether somebody has put the annotation where pods get it. */
function isOnTemplate({ object, base }: Workload): boolean {
  const template = memberAt(object, base.split('.').slice(0, -1)) as Partial<KubeObject> | undefined;
  return template !== object && template?.metadata?.annotations?.[TRIGGERS_ANNOTATION] !== undefined;
}

const titleOf = ({ type, object }: Workload): string => `${type}/${object.metadata.name}`;

function problem(text: string, advice: string): Finding {
  return { kind: 'problem', about: 'trigger', text, advice };
}

/** The containers of an object, as the API server has validated them. */
export function podSpecAt(object: KubeObject, base: string): PodSpecContainers {
  return (memberAt(object, base.split('.')) ?? {}) as PodSpecContainers;
}

function memberAt(object: KubeObject, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, member) => (value as Record<string, unknown> | null | undefined)?.[member],
    object,
  );
}

function containerNames({ containers, initContainers }: PodSpecContainers): string[] {
  return [...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name ?? '');
}
