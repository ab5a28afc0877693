import type { NormalDeploymentConfig, NormalImageChangeParams } from '@tagstream/api-types';
import { resolveTag } from '@tagstream/image-stream';
import { humanDuration } from '../../duration.ts';
import type { Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { configTag } from '../followed-tags.ts';
import { shortImage, tagName } from '../say.ts';
import { explainPolicy, isAboutToBeWritten } from './policy.ts';
import { type ContainerImage, explainReverts } from './reverts.ts';

/** Explains each ImageChange trigger of a DeploymentConfig. */
export function explainConfigTriggers(dc: NormalDeploymentConfig, facts: Facts): Finding[] {
  const triggers = dc.spec.triggers.flatMap(({ imageChangeParams }) => imageChangeParams ?? []);
  const title = `dc/${dc.metadata.name}`;
  if (triggers.length === 0) {
    const text = 'it has no ImageChange trigger, so that nothing here changes its images';
    const advice = `to follow a tag: tagstream set triggers ${title} --from-image=STREAM:TAG --containers=CONTAINER`;
    return [{ kind: 'problem', about: 'trigger', text, advice }];
  }
  return triggers.map((params) => explainTrigger(dc, title, params, facts));
}

function explainTrigger(
  dc: NormalDeploymentConfig,
  title: string,
  params: NormalImageChangeParams,
  facts: Facts,
): Finding {
  const { automatic, containerNames, lastTriggeredImage } = params;
  const source = configTag(params);
  if (source === undefined) {
    const text = `an ImageChange trigger follows nothing: its from is ${params.from.kind || 'of no kind'} "${params.from.name}"`;
    return { kind: 'problem', about: 'trigger', text, advice: 'write kind ImageStreamTag and a name like STREAM:TAG' };
  }
  const name = tagName(source, facts.namespace);
  const who =
    containerNames.length === 1 ? `container ${containerNames[0]}` : `containers ${containerNames.join(', ')}`;
  const unknown = containerNames.filter((container) => imageOf(dc, container) === undefined);
  if (unknown.length > 0 || containerNames.length === 0) {
    const text = `the trigger on ${name} is for ${unknown.length > 0 ? 'a container that does not exist' : 'no container'}: ${unknown.join(', ') || 'containerNames is empty'}`;
    return {
      kind: 'problem',
      about: 'trigger',
      text,
      advice: `name containers of the pod template: kubectl edit ${title}`,
    };
  }
  const read = facts.stream(source.namespace, source.stream);
  const resolved = read.kind === 'stream' ? resolveTag(read.stream, source.tag) : undefined;
  const written = shortImage(lastTriggeredImage);
  if (resolved === undefined) {
    const text = lastTriggeredImage
      ? `${who} keeps ${written} until ${name} has an image`
      : `no version is rolled out before ${name} has an image for ${who}`;
    return { kind: 'waiting', about: 'image', text };
  }
  const image = shortImage(resolved.image || resolved.reference);
  const isWritten = containerNames.every((container) => imageOf(dc, container) === resolved.reference);
  if (isWritten && lastTriggeredImage === resolved.reference) {
    return {
      kind: 'ok',
      about: 'image',
      text: `${who} has the newest image of ${name}, ${image}, in the pod template`,
    };
  }
  if (!automatic) {
    const text = `the trigger on ${name} is not automatic: ${who} keeps ${written || 'its image'}, ${name} has ${image}`;
    const advice = `to take it: tagstream rollout latest ${title}; to have each taken: tagstream set triggers ${title} --auto`;
    return { kind: 'waiting', about: 'trigger', text, advice };
  }
  const toWrite = { object: dc, title, resolved, nowMs: facts.nowMs };
  const policy = explainPolicy(toWrite);
  if (policy !== undefined) return { ...policy, text: `${who} keeps ${written || 'its image'}; ${policy.text}` };
  const places = placesOf(dc, containerNames).filter((place) => place.image !== resolved.reference);
  const reverted = places.map((place) => explainReverts({ ...toWrite, ...place })).find((found) => found !== undefined);
  if (reverted !== undefined) return reverted;
  if (isAboutToBeWritten(toWrite)) {
    return { kind: 'waiting', about: 'trigger', text: `the image of ${name}, ${image}, is about to be written` };
  }
  const since = humanDuration(facts.nowMs - Date.parse(resolved.created));
  return {
    kind: 'problem',
    about: 'trigger',
    text: `${name} has had ${image} for ${since}, and it is not written into ${who}`,
    advice: `see that the service rollout runs and looks after this namespace; tagstream rollout latest ${title} writes it, too`,
  };
}

function imageOf(dc: NormalDeploymentConfig, container: string): string | undefined {
  return placesOf(dc, [container])[0]?.image;
}

/** Where containers are in the pod template, and what they have there; those that do not exist are left out. */
function placesOf({ spec }: NormalDeploymentConfig, names: readonly string[]): ContainerImage[] {
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec.template.spec?.[list] ?? []).flatMap(({ name, image = '' }, index) =>
      names.includes(name) ? [{ base: 'spec.template.spec', list, index, container: name, image }] : [],
    ),
  );
}
