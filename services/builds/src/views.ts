import {
  type Build,
  type BuildConfig,
  type ImageStream,
  type KubeObject,
  type NormalBuildConfig,
  normalizeBuildConfig,
  validateBuildConfig,
} from '@tagstream/api-types';
import {
  configNameOf,
  imagesOf,
  isTerminal,
  outputStream,
  phaseOf,
  type StreamName,
  streamId,
  streamOf,
} from '@tagstream/build';

/** What is kept of a BuildConfig. */
export interface ConfigView {
  /** As stored. */
  readonly stored: BuildConfig;
  readonly bc: NormalBuildConfig;
  /** What makes it unusable, in words; empty when it is valid. */
  readonly problems: readonly string[];
  /** The streams whose changes concern it, as `streamId` names them. */
  readonly streams: readonly string[];
}

/** What is kept of a Build. */
export interface BuildView {
  readonly build: Build;
  /** The group that it waits in line with. */
  readonly group: string;
  /** The stream that it may wait for, as `streamId` names it; none once it has begun. */
  readonly streams: readonly string[];
}

/** Builds of one BuildConfig are one group, called `namespace/name`; a Build without one is a group of its own. */
export function groupOf(namespace: string, config: string): string {
  return `${namespace}/${config}`;
}

/** `:` cannot stand in a name, so that no BuildConfig has this group. */
const singleGroup = (namespace: string, build: string): string => `${namespace}/:${build}`;

export function viewConfig(object: BuildConfig): ConfigView {
  const stored = withoutManagedFields(object);
  const bc = normalizeBuildConfig(stored);
  const namespace = bc.metadata.namespace ?? '';
  const triggers = bc.spec.triggers.flatMap((trigger) => (trigger.type === 'ImageChange' ? [trigger.from] : []));
  return {
    stored,
    bc,
    problems: validateBuildConfig(stored).map(({ field, message }) => `${field}: ${message}`),
    streams: ids([...[...triggers, ...imagesOf(bc.spec, namespace)].map(streamOf)]),
  };
}

export function viewBuild(object: Build): BuildView {
  const build = withoutManagedFields(object);
  const { namespace = '', name } = build.metadata;
  const config = configNameOf(build);
  const waits = phaseOf(build) === 'New';
  return {
    build: isTerminal(phaseOf(build)) ? withoutInputs(build) : build,
    group: config === undefined ? singleGroup(namespace, name) : groupOf(namespace, config),
    streams: waits ? ids([outputStream(build.spec.output, namespace)]) : [],
  };
}

/** What is kept of an ImageStream: where to push, and the newest image of each tag. */
export function viewStream({ metadata, spec, status }: ImageStream): ImageStream {
  return {
    metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
    spec: {
      tags: (spec?.tags ?? []).map(({ name, referencePolicy }) => ({
        name,
        ...(referencePolicy && { referencePolicy }),
      })),
    },
    status: {
      dockerImageRepository: status?.dockerImageRepository ?? '',
      tags: (status?.tags ?? []).map(({ tag, items }) => ({ tag, items: (items ?? []).slice(0, 1) })),
    },
  };
}

/** A finished Build is only counted, announced and removed; its Dockerfile may be large. */
function withoutInputs(build: Build): Build {
  const { source, ...spec } = build.spec;
  return source ? { ...build, spec } : build;
}

function ids(streams: readonly (StreamName | undefined)[]): string[] {
  return [...new Set(streams.filter((stream) => stream !== undefined).map(streamId))];
}

/** Who wrote which field is of no use here and can be larger than all the rest. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  return { ...object, metadata };
}
