import type {
  DeploymentConfig,
  DeploymentConfigSpec,
  NormalDeploymentConfig,
  ReplicationController,
} from '@tagstream/api-types';
import { normalizeDeploymentConfig } from '@tagstream/api-types';
import { type Action, type Emission, isPodOf, nextStep, ownerReferenceTo, tagTargetId } from '../../src/index.ts';
import { START_MS } from './objects.ts';
import { type PodSnapshot, RolloutPods } from './rollout-pods.ts';

/** The ReplicationControllers as a watch showed them at one moment. */
type Snapshot = ReadonlyMap<string, ReplicationController>;

/** What an actor sees: each kind of object as one watch shows it, not necessarily of the same moment. */
export interface Seen {
  readonly dc: NormalDeploymentConfig;
  readonly rcs: Snapshot;
  readonly pods: PodSnapshot;
}

/** The actions that this cluster can do as writes. */
type WriteAction = Exclude<Action, { kind: 'wait' | 'count-pods' | 'publish' | 'read-pod' | 'read-tags' }>;
type ObjectWrite = Exclude<WriteAction, { kind: 'patch-spec' | 'bump-version' | 'write-status' }>;

export type Applied = 'done' | 'conflict' | 'idle';

/**
 * Kubernetes as far as rollouts need it: objects with resourceVersions, writes that fail on a stale one, and the controller
 * that makes and removes pods. Actors may look at any earlier moment.
 */
export class Cluster {
  nowMs = START_MS;
  /** Whether what a decision rests on is looked at live before the write; without, only the write itself is guarded. */
  liveLooks = true;
  readonly dcs: NormalDeploymentConfig[];
  readonly snapshots: Snapshot[] = [new Map()];
  /** Whether each pod of a ReplicationController is available. */
  readonly pods = new Map<string, boolean[]>();
  /** Hook and deployer pods. */
  readonly rolloutPods = new RolloutPods();
  readonly published: string[] = [];
  /** What a process that lives on remembers to have published. */
  readonly told = new Set<string>();
  readonly events: string[] = [];
  #version = 1000;

  constructor(dc: NormalDeploymentConfig, rcs: readonly ReplicationController[] = []) {
    this.dcs = [this.#stamped(dc)];
    for (const rc of rcs) {
      this.pods.set(
        rc.metadata.name,
        Array.from({ length: rc.status?.replicas ?? 0 }, (_, i) => i < (rc.status?.availableReplicas ?? 0)),
      );
      this.#store(rc);
    }
  }

  get dc(): NormalDeploymentConfig {
    return this.dcs.at(-1)!;
  }

  get rcs(): ReplicationController[] {
    return [...this.snapshots.at(-1)!.values()];
  }

  rc(version: number): ReplicationController {
    return this.snapshots.at(-1)!.get(`web-${version}`)!;
  }

  /** What a person or another controller writes: a new generation. */
  edit(spec: Partial<DeploymentConfigSpec>): void {
    const generation = (this.dc.metadata.generation ?? 0) + 1;
    this.dcs.push(
      this.#stamped(
        normalizeDeploymentConfig({
          ...this.dc,
          metadata: { ...this.dc.metadata, generation },
          spec: { ...this.dc.spec, ...spec },
        }),
      ),
    );
  }

  /** What a person does who wants a new version whatever changed. */
  requestVersion(): void {
    const latestVersion = (this.dc.status?.latestVersion ?? 0) + 1;
    this.dcs.push(this.#stamped({ ...this.dc, status: { ...this.dc.status, latestVersion } }));
  }

  annotate(version: number, annotations: Readonly<Record<string, string | null>>): void {
    this.#store(changed(this.rc(version), undefined, annotations));
  }

  /** What a person does who deletes the ReplicationController of a version, and its pods with it. */
  remove(version: number): void {
    const next = new Map(this.snapshots.at(-1));
    next.delete(`web-${version}`);
    this.snapshots.push(next);
    this.pods.delete(`web-${version}`);
    this.told.clear(); // as what is remembered goes by uid
  }

  /** The present, to be acted on now or later. */
  look(): Seen {
    return { dc: this.dc, rcs: this.snapshots.at(-1)!, pods: this.rolloutPods.now };
  }

  /** What somebody sees who is so many changes behind, each kind of object apart. */
  past(behindDc: number, behindRcs: number, behindPods = 0): Seen {
    const { snapshots } = this.rolloutPods;
    return {
      pods: snapshots.at(Math.max(0, snapshots.length - 1 - behindPods))!,
      dc: this.dcs.at(Math.max(0, this.dcs.length - 1 - behindDc))!,
      rcs: this.snapshots.at(Math.max(0, this.snapshots.length - 1 - behindRcs))!,
    };
  }

  /** Lets one actor take a step on what it sees: up to a write, or until there is nothing to do. */
  act(seen: Seen = this.look(), published?: Set<string>): Applied {
    const { dc, rcs, pods } = seen;
    const memo = published ?? new Set<string>();
    const livePods = new Map();
    const liveTags = new Map();
    for (;;) {
      const action = nextStep({
        dc,
        problems: [],
        rcs: [...rcs.values()],
        resolve: () => undefined,
        runningPods: new Map([...rcs.keys()].map((name) => [name, this.pods.get(name)?.length ?? 0])),
        pods: [...pods.values()],
        livePods,
        liveTags,
        canPublish: true,
        isPublished: (emission) => published === undefined || memo.has(idOf(emission)),
        nowMs: this.nowMs,
      });
      if (action.kind === 'read-pod') livePods.set(action.name, this.rolloutPods.now.get(action.name) ?? null);
      else if (action.kind === 'read-tags') {
        for (const target of action.targets) liveTags.set(tagTargetId(target), this.rolloutPods.read(target));
      } else return this.#apply(action, dc, memo);
    }
  }

  #apply(
    action: Exclude<Action, { kind: 'read-pod' | 'read-tags' }>,
    seen: NormalDeploymentConfig,
    memo: Set<string>,
  ): Applied {
    switch (action.kind) {
      case 'wait':
      case 'count-pods':
        return 'idle';
      case 'publish':
        for (const emission of action.emissions) {
          memo.add(idOf(emission));
          this.published.push(idOf(emission));
        }
        return 'done';
      case 'patch-spec':
        throw new Error('no image triggers in this cluster');
      case 'bump-version':
      case 'write-status':
        return this.#writeStatus(seen, action.status);
      default:
        return this.#guarded(action);
    }
  }

  #guarded(action: ObjectWrite): Applied {
    if (this.liveLooks && (action.restsOn ?? []).some((object) => !this.#isCurrent(object))) return 'conflict';
    const result = this.#write(action);
    if (result === 'foreign') {
      const instead = action.otherwise?.({ kind: 'foreign', message: 'it exists and belongs to something else' });
      if (instead === undefined) throw new Error('refused, with nothing to be done about it');
      return this.#guarded(instead);
    }
    if (result === 'done') this.events.push(...(action.events ?? []).map((event) => event.reason));
    return result;
  }

  /** Kubernetes' controller: pods as many as asked for, those not available removed first; then the status. */
  syncPods(name: string): void {
    const rc = this.snapshots.at(-1)!.get(name);
    if (rc === undefined) return;
    const pods = (this.pods.get(name) ?? []).toSorted((a, b) => Number(b) - Number(a));
    const replicas = rc.spec.replicas ?? 0;
    const now = [...pods.slice(0, replicas), ...Array<boolean>(Math.max(0, replicas - pods.length)).fill(false)];
    this.pods.set(name, now);
    const available = now.filter(Boolean).length;
    const status = {
      replicas: now.length,
      readyReplicas: available,
      availableReplicas: available,
      observedGeneration: rc.metadata.generation ?? 0,
    };
    if (JSON.stringify(status) !== JSON.stringify(rc.status)) this.#store({ ...rc, status });
  }

  /** Makes one pod available, if there is one that is not. */
  readyOne(name: string): void {
    const pods = this.pods.get(name) ?? [];
    const index = pods.indexOf(false);
    if (index >= 0) pods[index] = true;
    this.syncPods(name);
  }

  /** Has one available pod die, if there is one; another one takes its place. Answers whether one did. */
  killOne(name: string): boolean {
    const pods = this.pods.get(name) ?? [];
    const index = pods.indexOf(true);
    if (index < 0) return false;
    pods[index] = false;
    this.syncPods(name);
    return true;
  }

  /** Replicas asked for and pods available, of all ReplicationControllers together. */
  totals(): { readonly asked: number; readonly available: number } {
    const asked = this.rcs.reduce((sum, rc) => sum + (rc.spec.replicas ?? 0), 0);
    // What is asked to go counts as gone, those not available first.
    const available = this.rcs.reduce((sum, rc) => {
      const up = (this.pods.get(rc.metadata.name) ?? []).filter(Boolean).length;
      return sum + Math.min(up, rc.spec.replicas ?? 0);
    }, 0);
    return { asked, available };
  }

  #write(action: ObjectWrite): 'done' | 'conflict' | 'foreign' {
    switch (action.kind) {
      case 'create-pod': {
        if (this.rolloutPods.create(action.pod, this.nowMs) === 'done') return 'done';
        return isPodOf(this.rolloutPods.now.get(action.pod.metadata.name)!, action.rc) ? 'conflict' : 'foreign';
      }
      case 'delete-pod':
        return this.rolloutPods.leave(action.pod, this.nowMs);
      case 'tag-image':
        return this.rolloutPods.tag(action.target, action.image, action.live);
      default:
        return this.#writeRc(action);
    }
  }

  #writeRc(action: Exclude<ObjectWrite, { kind: 'create-pod' | 'delete-pod' | 'tag-image' }>): 'done' | 'conflict' {
    const { rc } = action;
    if (action.kind === 'create-rc') {
      if (this.snapshots.at(-1)!.has(rc.metadata.name)) return 'conflict';
      const created = { creationTimestamp: new Date(this.nowMs).toISOString(), uid: `uid-${this.#version}` };
      this.#store({ ...rc, metadata: { ...rc.metadata, ...created, generation: 1 } });
      return 'done';
    }
    if (!this.#isCurrent(rc)) return 'conflict';
    switch (action.kind) {
      case 'delete-rc': {
        const next = new Map(this.snapshots.at(-1));
        next.delete(rc.metadata.name);
        this.snapshots.push(next);
        return 'done';
      }
      case 'change-rc':
        this.#store(changed(rc, action.replicas, action.annotations));
        return 'done';
      case 'adopt':
        this.#store({ ...rc, metadata: { ...rc.metadata, ownerReferences: [ownerReferenceTo(this.dc)] } });
        return 'done';
      case 'release':
        this.#store({ ...rc, metadata: { ...rc.metadata, ownerReferences: [] } });
        return 'done';
    }
  }

  #writeStatus(seen: NormalDeploymentConfig, status: DeploymentConfig['status']): Applied {
    if (seen.metadata.resourceVersion !== this.dc.metadata.resourceVersion) return 'conflict';
    this.dcs.push(this.#stamped({ ...this.dc, status: status ?? null }));
    return 'done';
  }

  #isCurrent(object: { readonly metadata: { readonly name: string; readonly resourceVersion?: string } }): boolean {
    const { name, resourceVersion } = object.metadata;
    const now = name === this.dc.metadata.name ? this.dc : this.snapshots.at(-1)!.get(name);
    return now?.metadata.resourceVersion === resourceVersion;
  }

  #store(rc: ReplicationController): void {
    this.snapshots.push(new Map(this.snapshots.at(-1)).set(rc.metadata.name, this.#stamped(rc)));
  }

  #stamped<T extends { metadata: { resourceVersion?: string } }>(object: T): T {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }
}

function idOf(emission: Emission): string {
  const attempt = emission.attempt > 1 ? ` (${emission.attempt})` : '';
  return `${emission.rc.metadata.name} ${emission.milestone}${attempt}`;
}

function changed(
  rc: ReplicationController,
  replicas: number | undefined,
  annotations: Readonly<Record<string, string | null>>,
): ReplicationController {
  const merged = Object.entries({ ...rc.metadata.annotations, ...annotations }).filter(([, value]) => value !== null);
  const scaled = replicas !== undefined && replicas !== rc.spec.replicas;
  return {
    ...rc,
    metadata: {
      ...rc.metadata,
      generation: (rc.metadata.generation ?? 0) + (scaled ? 1 : 0),
      annotations: Object.fromEntries(merged) as Record<string, string>,
    },
    spec: { ...rc.spec, ...(replicas === undefined ? {} : { replicas }) },
  };
}
