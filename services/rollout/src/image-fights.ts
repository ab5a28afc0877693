import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { imageChange, type TagResolver, withImages } from '@tagstream/deployment';
import {
  type FieldOwner,
  judgeRevert,
  keptRevert,
  parseReverts,
  printReverts,
  type Reverts,
  wayOut,
} from '@tagstream/image-stream';
import type { ConfigView } from './views.ts';

/** Field manager of our own writes. */
export const FIELD_MANAGER = 'tagstream-rollout';

/** Images of a DeploymentConfig that somebody else has taken back, as far as it matters for the next step. */
export interface ImageFights {
  /** The DeploymentConfig with the images that wait to be written again in their places: what is rolled out does not change for a revert. */
  readonly dc: NormalDeploymentConfig;
  /** What to keep on the object with the next write of images; undefined leaves what is there. */
  readonly reverts?: Reverts;
  /** When the first image may be written again, in milliseconds since the epoch. */
  readonly notBeforeMs?: number;
  /** What to tell the owner. */
  readonly complaint?: string;
}

/**
 * Judges what another tool has written over images that triggers wrote: a container's image differs though its trigger is up to date.
 * The first reverts are answered at once; later ones wait. Nothing is remembered that is not on the object.
 */
export function judgeFights({ dc, owners }: ConfigView, resolve: TagResolver, nowMs: number): ImageFights {
  const change = imageChange(dc, resolve, nowMs);
  if (change === undefined) return { dc };
  const onObject = parseReverts(dc.metadata.annotations);
  const next = new Map(onObject);
  const waiting: (typeof change.containers)[number][] = [];
  const complaints: string[] = [];
  let notBeforeMs = Number.POSITIVE_INFINITY;
  for (const place of change.containers) {
    const { list, index, image } = place;
    const { name, image: from } = dc.spec.template.spec?.[list]?.[index] ?? { name: '' };
    const before = onObject.get(name);
    const isNew = change.triggers.some((trigger) => trigger.image === image);
    const owner: FieldOwner | undefined = (before ? before.image !== from : !isNew)
      ? owners.get(`${list}/${name}`)
      : undefined;
    if (owner === undefined || owner.manager === FIELD_MANAGER) {
      const kept = before && before.image === from ? keptRevert(before, image, nowMs) : undefined;
      if (kept) next.set(name, kept);
      else next.delete(name);
      continue;
    }
    const verdict = judgeRevert({ before, image, owner, nowMs });
    if (verdict.kind === 'write') next.set(name, verdict.revert);
    else {
      waiting.push(place);
      notBeforeMs = Math.min(notBeforeMs, verdict.notBeforeMs);
    }
    if (verdict.kind === 'wait' || verdict.isFight) complaints.push(complaintAbout(name, owner.manager, list, index));
  }
  const isSame = printReverts(next) === printReverts(onObject);
  return {
    dc: waiting.length === 0 ? dc : withImages(dc, { triggers: [], containers: waiting }),
    ...(!isSame && { reverts: next }),
    ...(waiting.length > 0 && { notBeforeMs }),
    ...(complaints.length > 0 && { complaint: complaints.join(' ') }),
  };
}

function complaintAbout(container: string, manager: string, list: string, index: number): string {
  return (
    `The image of container ${container} is taken back by ${manager} again and again; it is written again after waits that grow to an hour, and ` +
    `versions are made with it all the same. The way out: ${wayOut(manager, `/spec/template/spec/${list}/${index}/image`)}.`
  );
}
