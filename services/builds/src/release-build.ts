import type { Build, ImageStream } from '@tagstream/api-types';
import { imagesOf, outputReference, outputStream, type PhaseChange, writePhase } from '@tagstream/build';
import { isKubeError, resources } from '@tagstream/kube';
import type { StepDeps } from './deps.ts';
import { tryWrite } from './try-write.ts';

/**
 * Lets a Build begin whose turn has come: phase Pending, with the place that its image goes to. OpenShift: while that cannot be
 * resolved it stays New and says why, and a change of the stream brings the next look; one whose source comes with the request
 * cannot wait and fails.
 */
export async function releaseBuild(deps: StepDeps, build: Build): Promise<void> {
  const change = await nextPhase(deps, build);
  const { phase, reason, message } = build.status ?? {};
  const isSame =
    phase === change.phase && (reason || undefined) === change.reason && (message || undefined) === change.message;
  if (isSame) return;
  await tryWrite(deps.telemetry, change.phase === 'Pending' ? 'release' : 'hold', build, () =>
    writePhase(deps.kube, build, change, new Date(deps.clock.now())),
  );
}

async function nextPhase(deps: StepDeps, build: Build): Promise<PhaseChange> {
  const { namespace = '' } = build.metadata;
  const { output, source } = build.spec;
  const cannotWait = source?.binary != null ? 'Failed' : 'New';
  const wanted = outputStream(output, namespace);
  const to = outputReference(output, namespace, wanted ? await readStream(deps, wanted.namespace, wanted.name) : null);
  if (to.kind === 'unresolved') {
    if (to.because === 'no-repository') {
      deps.recordEvent(resources.builds, build, {
        type: 'Warning',
        reason: 'InvalidOutput',
        message: `Error starting build: ${to.why}`,
      });
    }
    const message = 'Output image could not be resolved.';
    return { phase: cannotWait, reason: 'InvalidOutputReference', message };
  }
  if (imagesOf(build.spec, namespace).some(({ kind }) => kind !== 'DockerImage')) {
    // Builds of a BuildConfig have resolved images; the spec of one that a person made cannot be changed any more.
    const message =
      'Referenced image could not be resolved: a Build that is made by hand names its images by pull spec.';
    return { phase: 'Error', reason: 'InvalidImageReference', message };
  }
  return { phase: 'Pending', ...(to.kind === 'reference' && { outputReference: to.reference }) };
}

async function readStream(deps: StepDeps, namespace: string, name: string): Promise<ImageStream | null> {
  try {
    return await deps.kube.get<ImageStream>({ resource: resources.imageStreams, namespace, name });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return null;
    throw error;
  }
}
