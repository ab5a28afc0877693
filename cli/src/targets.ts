import { type Resource, resources } from '@tagstream/kube';
import { usageError } from './cli-error.ts';

/** The kinds that commands work on, with the names that kubectl knows them by. */
const KINDS = {
  dc: { resource: resources.deploymentConfigs, names: ['dc', 'deploymentconfig', 'deploymentconfigs'] },
  rc: { resource: resources.replicationControllers, names: ['rc', 'replicationcontroller', 'replicationcontrollers'] },
  is: { resource: resources.imageStreams, names: ['is', 'imagestream', 'imagestreams'] },
  istag: { resource: resources.imageStreams, names: ['istag', 'imagestreamtag', 'imagestreamtags'] },
  deploy: { resource: resources.deployments, names: ['deploy', 'deployment', 'deployments'] },
  sts: { resource: resources.statefulSets, names: ['sts', 'statefulset', 'statefulsets'] },
  ds: { resource: resources.daemonSets, names: ['ds', 'daemonset', 'daemonsets'] },
  cj: { resource: resources.cronJobs, names: ['cj', 'cronjob', 'cronjobs'] },
  rs: { resource: resources.replicaSets, names: ['rs', 'replicaset', 'replicasets'] },
  job: { resource: resources.jobs, names: ['job', 'jobs'] },
  bc: { resource: resources.buildConfigs, names: ['bc', 'buildconfig', 'buildconfigs'] },
  build: { resource: resources.builds, names: ['build', 'builds'] },
  po: { resource: resources.pods, names: ['po', 'pod', 'pods'] },
} as const satisfies Record<string, { resource: Resource; names: readonly string[] }>;

export type KindName = keyof typeof KINDS;

/** An object named on the command line. */
export interface Target {
  readonly kind: KindName;
  readonly resource: Resource;
  readonly name: string;
}

/**
 * The objects that arguments name: `dc/web dc/db`, `dc web db`, and, where a single kind is meant, `web`.
 * @throws CliError usage: no object, an unknown kind, or one that the command does not work on
 */
export function parseTargets(args: readonly string[], allowed: readonly KindName[]): Target[] {
  const [first = '', ...rest] = args;
  const only = allowed.length === 1 ? allowed[0] : undefined;
  if (args.some((arg) => arg.includes('/'))) return args.map((arg) => targetOf(arg, allowed));
  if (kindNamed(first) === undefined) {
    if (only !== undefined && first !== '')
      return args.map((name) => ({ kind: only, resource: KINDS[only].resource, name }));
    throw usageError(`name an object as TYPE/NAME, TYPE being one of ${allowed.join(', ')}`);
  }
  if (rest.length === 0) throw usageError(`the name is missing: write ${first}/NAME`);
  return rest.map((name) => targetOf(`${first}/${name}`, allowed));
}

export function resourceOf(kind: KindName): Resource {
  return KINDS[kind].resource;
}

function targetOf(arg: string, allowed: readonly KindName[]): Target {
  const [type = '', name = '', ...more] = arg.split('/');
  if (name === '' || more.length > 0) throw usageError(`"${arg}" must be TYPE/NAME`);
  const kind = parseKind(type, allowed);
  return { kind, resource: KINDS[kind].resource, name };
}

/** The kind that a word names. @throws CliError usage: unknown, or not one that the command works on */
export function parseKind(type: string, allowed: readonly KindName[]): KindName {
  const kind = kindNamed(type);
  if (kind !== undefined && allowed.includes(kind)) return kind;
  throw usageError(`"${type}" is not a type that this works on: use ${allowed.join(', ')}`);
}

/** With or without the group behind it: `dc`, `deploymentconfig.apps.openshift.io`. */
function kindNamed(type: string): KindName | undefined {
  const [name = '', ...group] = type.toLowerCase().split('.');
  const wanted = group.join('.');
  return (Object.keys(KINDS) as KindName[]).find((kind) => {
    const { names, resource } = KINDS[kind];
    return (names as readonly string[]).includes(name) && (wanted === '' || wanted === resource.group);
  });
}
