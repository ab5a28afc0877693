import type { KubeObject } from '@tagstream/api-types';
import type { Finding } from '../finding.ts';

/** What is read of the spec and status of the kinds that Kubernetes rolls out; each has some of it. */
interface RolledOut {
  readonly spec?: {
    readonly paused?: boolean;
    readonly suspend?: boolean;
    readonly replicas?: number;
    readonly schedule?: string;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** How far Kubernetes has brought the pods to what the object says. */
export function explainRollout(type: string, object: KubeObject): Finding[] {
  const { spec = {}, status = {} } = object as RolledOut; // as the API server has validated it
  const title = `${type}/${object.metadata.name}`;
  const generation = object.metadata.generation ?? 0;
  const isObserved = (status.observedGeneration ?? 0) >= generation;
  switch (type) {
    case 'deployment':
      return [deployment(title, isObserved, spec, status)];
    case 'statefulset':
      return [statefulSet(isObserved, spec, status)];
    case 'daemonset':
      return [daemonSet(isObserved, spec, status)];
    case 'cronjob':
      return [cronJob(title, spec)];
    case 'replicaset':
    case 'replicationcontroller':
      return [ok('pods that run already keep their image; new ones get the image above')];
    case 'job':
      return [
        {
          kind: 'problem',
          about: 'rollout',
          text: 'Kubernetes does not let the image of a Job be changed',
          advice: 'delete and create it anew, or use a CronJob',
        },
      ];
    case 'pod':
      return [ok('a container whose image changes is restarted in its pod')];
    default:
      return [];
  }
}

type Spec = NonNullable<RolledOut['spec']>;
type Status = NonNullable<RolledOut['status']>;

function deployment(title: string, isObserved: boolean, spec: Spec, status: Status): Finding {
  if (spec.paused) {
    const advice = `kubectl rollout resume ${title}`;
    return waiting('its rollout is paused: what is written is not rolled out', advice);
  }
  if (!isObserved) return waiting('the deployment controller has not seen the latest change yet');
  const { conditions = [], updatedReplicas: updated = 0, replicas = 0, availableReplicas: available = 0 } = status;
  const failed = conditions.find(
    ({ type, status: is, reason }) =>
      (type === 'ReplicaFailure' && is === 'True') || (type === 'Progressing' && reason === 'ProgressDeadlineExceeded'),
  );
  if (failed !== undefined) {
    const text = `its rollout has failed: ${failed.message ?? ''}${failed.reason ? ` (${failed.reason})` : ''}`;
    return { kind: 'problem', about: 'rollout', text, advice: `kubectl describe ${title}` };
  }
  const wanted = spec.replicas ?? 1;
  if (updated < wanted) return waiting(`${updated} of ${wanted} pods have the new template`);
  if (replicas > updated) return waiting(`${replicas - updated} old pods are still to end`);
  if (available < updated) return waiting(`${available} of ${updated} new pods are available`);
  return ok(`rolled out: ${available} of ${wanted} pods run it`);
}

function statefulSet(isObserved: boolean, spec: Spec, status: Status): Finding {
  if (!isObserved) return waiting('the statefulset controller has not seen the latest change yet');
  const wanted = spec.replicas ?? 1;
  const { updatedReplicas = 0, currentRevision, updateRevision } = status;
  const updated = currentRevision === updateRevision ? wanted : updatedReplicas;
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  const state = `${updated} of ${wanted} pods have the new template`;
  if (updated >= wanted) return ok(`rolled out: ${state}`);
  if (type === 'OnDelete') return waiting(`${state}; the others get it when somebody deletes them (OnDelete)`);
  const { partition = 0 } = rollingUpdate ?? {};
  if (partition > 0) return waiting(`${state}; those below ${partition} keep the old one (partition)`);
  return waiting(state);
}

function daemonSet(isObserved: boolean, spec: Spec, status: Status): Finding {
  if (!isObserved) return waiting('the daemonset controller has not seen the latest change yet');
  const {
    desiredNumberScheduled: wanted = 0,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
  } = status;
  const state = `${updated} of ${wanted} pods have the new template, ${available} are available`;
  if (updated >= wanted && available >= wanted) return ok(`rolled out: ${state}`);
  if (spec.updateStrategy?.type === 'OnDelete') {
    return waiting(`${state}; the others get it when somebody deletes them (OnDelete)`);
  }
  return waiting(state);
}

function cronJob(title: string, spec: Spec): Finding {
  if (spec.suspend) {
    const advice = `kubectl patch ${title} -p '{"spec":{"suspend":false}}'`;
    return waiting('it is suspended: no job runs the image', advice);
  }
  return ok(`its next job runs the image (${spec.schedule ?? 'no schedule'})`);
}

function ok(text: string): Finding {
  return { kind: 'ok', about: 'rollout', text };
}

function waiting(text: string, advice?: string): Finding {
  return { kind: 'waiting', about: 'rollout', text, ...(advice !== undefined && { advice }) };
}
