import { shortenedName } from '@tagstream/deployment';

/** The longest value of a label. */
const MAX_LABEL_LENGTH = 63;

/** OpenShift: the name of a Build is that of its BuildConfig and its number, shortened like every derived name. */
export function buildName(config: string, number: number): string {
  return shortenedName(config, String(number));
}

/** OpenShift: the name of the pod that runs a Build. */
export function buildPodName(build: string): string {
  return shortenedName(build, 'build');
}

/** Digits of the time that tell repetitions of a Build apart. */
const TIME_DIGITS = 10;

/**
 * OpenShift: the name of a repeated Build without BuildConfig: the last ten digits of the time in nanoseconds are appended, or
 * replace those of an earlier repetition.
 */
export function cloneName(build: string, nowNs: bigint): string {
  const base = build.replace(/-\d{10}$/, '');
  return shortenedName(base, String(nowNs).slice(-TIME_DIGITS));
}

/** OpenShift: a name as label value: at most 63 characters, ending in a letter or digit. */
export function labelValue(name: string): string {
  return name.slice(0, MAX_LABEL_LENGTH).replace(/[^A-Za-z0-9]+$/, '');
}
