import { type Build, type BuildConfig, type BuildRequest, normalBuildStrategy } from '@tagstream/api-types';
import { openshift, own } from './annotations.ts';
import { configOwner, requestMarks } from './build-metadata.ts';
import { withRequestOptions } from './build-options.ts';
import { manualCause } from './causes.ts';
import { refusePaused } from './instantiate.ts';
import { buildName, cloneName } from './names.ts';

/** What belongs to the run of a Build, not to what is built. */
const NOT_COPIED: readonly string[] = [openshift.podName, ...Object.values(own)];

interface CloneContext {
  /** Nanoseconds, for the name of a Build without BuildConfig. */
  readonly nowNs: bigint;
  readonly requestId?: string | undefined;
}

/**
 * The Build that repeats another one, with the images that it used. OpenShift: it gets the next number of its BuildConfig, and
 * a name made of the time when that is gone; env and build arguments come from the request.
 * @throws BuildError `paused`, `wrong_strategy`
 */
export function clone(
  build: Build,
  bc: BuildConfig | undefined,
  request: BuildRequest,
  { nowNs, requestId }: CloneContext,
): Build {
  if (bc) refusePaused(bc);
  const number = bc && (bc.status?.lastVersion ?? 0) + 1;
  const { namespace = '', name, ownerReferences } = build.metadata;
  const { binary: _, ...source } = build.spec.source ?? {};
  const marks = requestMarks(requestId);
  return {
    apiVersion: 'build.openshift.io/v1',
    kind: 'Build',
    metadata: {
      name: bc && number ? buildName(bc.metadata.name, number) : cloneName(name, nowNs),
      namespace,
      labels: { ...copied(build.metadata.labels), ...marks.labels },
      annotations: {
        ...copied(build.metadata.annotations),
        ...(number && { [openshift.number]: String(number) }),
        [openshift.cloneOf]: name,
        ...marks.annotations,
      },
      ...(bc ? { ownerReferences: [configOwner(bc)] } : ownerReferences && { ownerReferences }),
    },
    spec: {
      ...build.spec,
      ...(build.spec.source && { source }),
      strategy: withRequestOptions(normalBuildStrategy(build.spec.strategy), request, `${namespace}/${name}`),
      triggeredBy: request.triggeredBy?.length ? request.triggeredBy : [manualCause],
    },
  };
}

function copied(marks: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(marks ?? {}).filter(
      ([key]) => !NOT_COPIED.includes(key) && key !== openshift.number && !key.startsWith(openshift.jenkinsPrefix),
    ),
  );
}
