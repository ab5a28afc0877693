import type { Build, BuildConfig, BuildConfigStatus, ImageChangeTriggerStatus } from '@tagstream/api-types';
import { own } from './annotations.ts';
import { numberOf } from './identity.ts';

/**
 * What the status of a BuildConfig becomes with a Build of it; undefined when it is recorded already, or overtaken by a later
 * one. It follows from the Build alone, so that anybody can complete it when the maker of the Build did not.
 */
export function versionRecord(
  bc: BuildConfig,
  build: Build,
): Pick<BuildConfigStatus, 'lastVersion' | 'imageChangeTriggers'> | undefined {
  const number = numberOf(build) ?? 0;
  if (number <= (bc.status?.lastVersion ?? 0)) return undefined;
  const triggers = recordedTriggers(build);
  return { lastVersion: number, ...(triggers && { imageChangeTriggers: triggers }) };
}

/** Undefined when the annotation is absent or was made unreadable. */
function recordedTriggers(build: Build): ImageChangeTriggerStatus[] | undefined {
  const text = build.metadata.annotations?.[own.imageTriggers];
  if (text === undefined) return undefined;
  try {
    const triggers: unknown = JSON.parse(text);
    // The schema of the custom resource checks the elements when they are written.
    return Array.isArray(triggers) ? (triggers as ImageChangeTriggerStatus[]) : undefined;
  } catch {
    return undefined;
  }
}
