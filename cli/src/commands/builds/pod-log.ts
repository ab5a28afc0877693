import { setTimeout as delay } from 'node:timers/promises';
import type { Build } from '@tagstream/api-types';
import { isTerminal, phaseOf } from '@tagstream/build';
import { isKubeError, resources } from '@tagstream/kube';
import type { Session } from '../../session.ts';

/** As OpenShift looks for more. */
const AGAIN_MS = 1000;

/** The beginning of a longer log is left out. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

/**
 * Prints the log of the container that runs a Build; until the Build is over if `goOn` says so.
 * @param place `<pod>/<container>`
 */
export async function showPodLog(session: Session, build: Build, place: string, goOn: boolean): Promise<void> {
  const { namespace = '', name } = build.metadata;
  const [pod = '', container = ''] = place.split('/');
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  let shown = 0;
  for (;;) {
    const current = goOn ? await session.kube.get<Build>({ resource: resources.builds, namespace, name }) : build;
    const log = await read(session, path, container);
    session.host.out(log.slice(shown));
    shown = Math.max(shown, log.length);
    if (!goOn || isTerminal(phaseOf(current))) return;
    await delay(AGAIN_MS, undefined, { signal: session.host.signal });
  }
}

/** Empty while the container has not started. */
async function read({ kube, host }: Session, path: string, container: string): Promise<string> {
  const query = { limitBytes: MAX_LOG_BYTES, ...(container && { container }) };
  try {
    return String((await kube.request('GET', path, { query, signal: host.signal })) ?? '');
  } catch (error) {
    if (isKubeError(error, 'invalid')) return '';
    throw error;
  }
}
