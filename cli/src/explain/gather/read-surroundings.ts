import type { KubeObject } from '@tagstream/api-types';
import { isKubeError, resources } from '@tagstream/kube';
import { messageOf } from '../../cli-error.ts';
import type { Session } from '../../session.ts';
import type { EventSeen, StuckPods, Subject } from '../facts.ts';
import type { ReadSubject } from './read-subject.ts';

/** Core `v1` Event, as far as it is read. */
interface CoreEvent extends KubeObject {
  readonly involvedObject?: { readonly uid?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

/** What a pod says about its containers. */
interface PodObject extends KubeObject {
  readonly status?: { readonly [L in 'containerStatuses' | 'initContainerStatuses']?: readonly ContainerStatus[] };
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** Reasons for which containers wait that are no trouble. */
const USUAL_WAITS: readonly string[] = ['ContainerCreating', 'PodInitializing', ''];

/** What is around an object, and what could not be read of it. */
export interface Surroundings {
  readonly events: readonly EventSeen[];
  readonly stuckPods: readonly StuckPods[];
  readonly unread: readonly string[];
}

/** Reads the warnings about an object and how its pods are; what the user may not read is named. */
export async function readSurroundings(session: Session, read: ReadSubject): Promise<Surroundings> {
  const { subject } = read;
  if (subject.kind === 'tags') return { events: [], stuckPods: [], unread: [] };
  const object = subject.kind === 'config' ? subject.dc : subject.object;
  const unread: string[] = [];
  const ifAllowed = async <T>(what: string, list: () => Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await list();
    } catch (error) {
      if (!isKubeError(error, 'forbidden')) throw error;
      unread.push(`${what}: ${messageOf(error)}`);
      return [];
    }
  };
  const events = await ifAllowed('its Events', () => readWarnings(session, read, object.metadata.uid));
  const pods = await ifAllowed('its pods', () => readPods(session, subject));
  return { events, stuckPods: stuckPods(pods), unread };
}

async function readWarnings(
  { kube, namespace, host }: Session,
  { resource, name }: ReadSubject,
  uid: string | undefined,
): Promise<EventSeen[]> {
  const fieldSelector = `involvedObject.kind=${resource.kind},involvedObject.name=${name},type=Warning`;
  const options = { namespace, fieldSelector, signal: host.signal };
  const { items } = await kube.list<CoreEvent>(resources.events, options);
  return items
    .filter(({ involvedObject }) => involvedObject?.uid === undefined || involvedObject.uid === uid)
    .map(({ reason = '', message = '', lastTimestamp, eventTime, metadata }) => ({
      reason,
      message,
      atMs: Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? ''),
    }));
}

async function readPods({ kube, namespace, host }: Session, subject: Subject): Promise<readonly PodObject[]> {
  if (subject.kind === 'workload' && subject.type === 'pod') return [subject.object];
  const labels = labelsOf(subject);
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  if (pairs.length === 0) return [];
  const options = { namespace, labelSelector: pairs.join(','), signal: host.signal };
  return (await kube.list<PodObject>(resources.pods, options)).items;
}

/** The labels of the pods of an object; none for kinds that select none, as a CronJob. */
function labelsOf(subject: Subject): Readonly<Record<string, string>> {
  if (subject.kind === 'config') return subject.dc.spec.selector;
  if (subject.kind === 'tags' || subject.type === 'job' || subject.type === 'cronjob') return {};
  const { spec } = subject.object as { spec?: { selector?: { matchLabels?: Record<string, string> } } };
  const selector = spec?.selector ?? {};
  // That of a ReplicationController is a plain map.
  return subject.type === 'replicationcontroller' ? (selector as Record<string, string>) : (selector.matchLabels ?? {});
}

function stuckPods(pods: readonly PodObject[]): StuckPods[] {
  const stuck = pods.flatMap(({ status }) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(({ name, state }) => {
      const { reason = '', message = '' } = state?.waiting ?? {};
      return USUAL_WAITS.includes(reason) ? [] : [{ container: name, reason, message }];
    }),
  );
  const groups = Map.groupBy(stuck, ({ container, reason }) => `${container} ${reason}`);
  return [...groups.values()].flatMap((same) => (same[0] ? [{ ...same[0], pods: same.length }] : []));
}
