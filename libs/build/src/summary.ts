import type { BuildPhase, CommonBuildSpec } from '@tagstream/api-types';

/** OpenShift: a hash longer than this is shown by its beginning. */
const MAX_REVISION_LENGTH = 20;
const SHORT_REVISION_LENGTH = 7;

/** What `kubectl get` shows under FROM: `Git@9bdc3a2`, `Dockerfile`, `Binary`. */
export function sourceSummary({ source, revision }: CommonBuildSpec): string {
  const commit = shortRevision(revision?.git?.commit || source?.git?.ref || '');
  const at = commit === '' ? '' : `@${commit}`;
  if (source?.binary) return `Binary${at}`;
  if (source?.git) return `${source.dockerfile == null ? '' : 'Dockerfile,'}Git${at}`;
  return source?.dockerfile == null ? (source?.type ?? '') : 'Dockerfile';
}

/** What `kubectl get` shows under STATUS: the phase with its reason. */
export function phaseSummary(phase: BuildPhase, reason: string | undefined): string {
  return reason ? `${phase} (${reason})` : phase;
}

/** What `kubectl get` shows under DURATION: `41s`, `1m3s`, `2h0m5s`. */
export function durationSummary(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h}h${m}m${s}s`;
  return m > 0 ? `${m}m${s}s` : `${s}s`;
}

function shortRevision(revision: string): string {
  const isLongHash = revision.length > MAX_REVISION_LENGTH && /^[0-9a-f]+$/i.test(revision);
  return isLongHash ? revision.slice(0, SHORT_REVISION_LENGTH) : revision;
}
