import {
  type DeploymentConfig,
  type ImageStream,
  type KubeObject,
  normalizeDeploymentConfig,
  specTags,
} from '@tagstream/api-types';
import { parseTriggers, TRIGGERS_ANNOTATION } from '@tagstream/image-stream';
import type { Resource } from '@tagstream/kube';
import { CliError, usageError } from '../../cli-error.ts';
import { readLatest } from '../../read.ts';
import type { Session } from '../../session.ts';
import { type KindName, parseTargets } from '../../targets.ts';
import type { Subject } from '../facts.ts';

/** Where the kinds that Kubernetes itself runs pods of have their pod spec. */
const POD_SPECS: Readonly<Partial<Record<KindName, string>>> = {
  deploy: 'spec.template.spec',
  sts: 'spec.template.spec',
  ds: 'spec.template.spec',
  cj: 'spec.jobTemplate.spec.template.spec',
  rs: 'spec.template.spec',
  rc: 'spec.template.spec',
  job: 'spec.template.spec',
  po: 'spec',
};

const EXPLAINED: readonly KindName[] = ['dc', ...(Object.keys(POD_SPECS) as KindName[]), 'is', 'istag'];

/** `rollouts.v1alpha1.argoproj.io/web`, as kubectl takes kinds that are not built in. */
const FULL_NAME = /^([a-z][a-z0-9-]*)\.(v[0-9][a-z0-9]*)\.([a-z0-9.-]+)\/([^/]+)$/;

/** A field path of a trigger, up to the list of containers. */
const BASE = /^(.+)\.(?:containers|initContainers)\[/;

/** An object to explain, and what is read besides because it is one. */
export interface ReadSubject {
  readonly subject: Subject;
  readonly resource: Resource;
  readonly name: string;
}

/**
 * Reads the object that an argument names.
 * @throws CliError usage; KubeError `not_found`
 */
export async function readSubject(session: Session, arg: string): Promise<ReadSubject> {
  const [, plural, version, group, fullName] = FULL_NAME.exec(arg) ?? [];
  if (plural !== undefined && version !== undefined && group !== undefined && fullName !== undefined) {
    // The kind is in what comes back.
    return await readWorkload(session, { plural, version, group, kind: plural, namespaced: true }, fullName, undefined);
  }
  const [target] = parseTargets([arg], EXPLAINED);
  const { kind, resource, name } = target!;
  if (kind === 'is' || kind === 'istag') return await readTags(session, resource, kind, name);
  if (kind !== 'dc') return await readWorkload(session, resource, name, POD_SPECS[kind]);
  const stored = await session.kube.get<DeploymentConfig>(
    { resource, namespace: session.namespace, name },
    { signal: session.host.signal },
  );
  const dc = normalizeDeploymentConfig(stored);
  return { resource, name, subject: { kind: 'config', dc, latest: await readLatest(session, dc) } };
}

async function readWorkload(
  { kube, namespace, host }: Session,
  resource: Resource,
  name: string,
  base: string | undefined,
): Promise<ReadSubject> {
  const object = await kube.get<KubeObject>({ resource, namespace, name }, { signal: host.signal });
  const type = (object.kind ?? resource.kind).toLowerCase();
  const subject = { kind: 'workload', type, object, base: base ?? baseOf(object) } as const;
  return { resource: { ...resource, kind: object.kind ?? resource.kind }, name, subject };
}

/** Where a kind that is not built in has its pod spec: its triggers say so, and whoever listed the kind does. */
function baseOf({ metadata }: KubeObject): string {
  const parsed = parseTriggers(metadata.annotations?.[TRIGGERS_ANNOTATION]);
  const paths = parsed.kind === 'triggers' ? parsed.triggers.map(({ fieldPath }) => fieldPath) : [];
  return paths.map((path) => BASE.exec(path)?.[1]).find((base) => base !== undefined) ?? 'spec.template.spec';
}

async function readTags(
  { kube, namespace, host }: Session,
  resource: Resource,
  kind: 'is' | 'istag',
  arg: string,
): Promise<ReadSubject> {
  const [name = '', tag] = arg.split(':');
  if (kind === 'istag' && !tag) throw usageError(`"${arg}" must be STREAM:TAG`);
  const stream = await kube.get<ImageStream>({ resource, namespace, name }, { signal: host.signal });
  const known = [...specTags(stream).map((one) => one.name), ...(stream.status?.tags ?? []).map((one) => one.tag)];
  if (tag && !known.includes(tag)) {
    throw new CliError(`tag ${name}:${tag} not found; there are ${[...new Set(known)].join(', ') || 'no tags'}`);
  }
  const tags = tag ? [tag] : [...new Set(known)].sort();
  return {
    resource,
    name,
    subject: { kind: 'tags', stream, tags: tags.map((one) => ({ namespace, stream: name, tag: one })) },
  };
}
