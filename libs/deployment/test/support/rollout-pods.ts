import { type RolloutPod, type TagTarget, tagTargetId } from '../../src/index.ts';
import type { LiveTag } from '../../src/tag-target.ts';

/** Hook and deployer pods as a watch showed them at one moment. */
export type PodSnapshot = ReadonlyMap<string, RolloutPod>;

/** The hook and deployer pods of a cluster and the tags that hooks set, with what a test wants to know about their past. */
export class RolloutPods {
  readonly snapshots: PodSnapshot[] = [new Map()];
  /** Every pod ever made: `web-2-hook-pre attempt 1`. */
  readonly made: string[] = [];
  /** Images by {@link tagTargetId}. */
  readonly tags = new Map<string, string>();
  /** Every change of a tag: `shop/app:prod web:2`. */
  readonly tagged: string[] = [];
  #uid = 0;

  get now(): PodSnapshot {
    return this.snapshots.at(-1)!;
  }

  create(pod: RolloutPod, nowMs: number): 'done' | 'exists' {
    const { name } = pod.metadata;
    if (this.now.has(name)) return 'exists';
    this.#uid += 1;
    const creationTimestamp = new Date(nowMs).toISOString();
    this.#set({
      ...pod,
      metadata: { ...pod.metadata, uid: `pod-${this.#uid}`, creationTimestamp },
      status: { phase: 'Pending' },
    });
    this.made.push(`${name} attempt ${pod.metadata.annotations?.['rollout.tagstream.io/attempt']}`);
    return 'done';
  }

  /** Kubernetes lets a pod end before it is gone. */
  leave(pod: RolloutPod, nowMs: number): 'done' | 'conflict' {
    const present = this.now.get(pod.metadata.name);
    if (present?.metadata.uid !== pod.metadata.uid) return 'conflict';
    this.#set({ ...present, metadata: { ...present!.metadata, deletionTimestamp: new Date(nowMs).toISOString() } });
    return 'done';
  }

  remove(name: string): void {
    const next = new Map(this.now);
    next.delete(name);
    this.snapshots.push(next);
  }

  /** Brings a pod to a phase, unless it has ended. */
  end(name: string, phase: 'Running' | 'Succeeded' | 'Failed'): void {
    const pod = this.now.get(name);
    if (pod === undefined || ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) return;
    this.#set({ ...pod, status: { phase } });
  }

  /** Kubernetes' kubelet: pods that are leaving go. */
  sync(): boolean {
    const leaving = [...this.now.values()].filter((pod) => pod.metadata.deletionTimestamp !== undefined);
    for (const pod of leaving) this.remove(pod.metadata.name);
    return leaving.length > 0;
  }

  tag(target: TagTarget, image: string, live: LiveTag): 'done' | 'conflict' {
    const id = tagTargetId(target);
    if (imageIn(live) !== this.tags.get(id)) return 'conflict';
    this.tags.set(id, image);
    this.tagged.push(`${id} ${image}`);
    return 'done';
  }

  read(target: TagTarget): LiveTag {
    const image = this.tags.get(tagTargetId(target));
    if (image === undefined) return { kind: 'no-stream' };
    const { namespace, stream: name, tag } = target;
    const tags = [{ name: tag, from: { kind: 'DockerImage', name: image } }];
    return { kind: 'stream', stream: { metadata: { name, namespace }, spec: { tags } } };
  }

  #set(pod: RolloutPod): void {
    this.snapshots.push(new Map(this.now).set(pod.metadata.name, pod));
  }
}

function imageIn(live: LiveTag): string | undefined {
  return live.kind === 'stream' ? live.stream.spec?.tags?.[0]?.from?.name : undefined;
}
