import type { ChildDescriptor, Platform } from './manifest.ts';

/** Chosen when the preferred platform is not there. */
const COMMON_PLATFORM: Platform = { architecture: 'amd64', os: 'linux' };

/**
 * The manifest of a list that stands for the whole list, by OpenShift's rule: the first one for the preferred architecture
 * and operating system, else the first for amd64 and linux, else the first. Undefined for an empty list. The variant does
 * not count.
 */
export function chooseChild(
  children: readonly ChildDescriptor[],
  preferred: Pick<Platform, 'architecture' | 'os'>,
): ChildDescriptor | undefined {
  const isFor = (wanted: Pick<Platform, 'architecture' | 'os'>) => (child: ChildDescriptor) =>
    child.platform?.architecture === wanted.architecture && child.platform.os === wanted.os;
  return children.find(isFor(preferred)) ?? children.find(isFor(COMMON_PLATFORM)) ?? children[0];
}
