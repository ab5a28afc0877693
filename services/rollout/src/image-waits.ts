import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { type Action, imageWait, type TagResolver } from '@tagstream/deployment';
import type { Clock } from '@tagstream/service';
import type { EventRecorder } from './events.ts';
import type { Telemetry } from './telemetry.ts';

type Wait = Extract<Action, { kind: 'wait' }>;

/** Images that the owners of DeploymentConfigs want held back for some time. */
export interface ImageWaits {
  /** Tells the owner once what the images wait for, and has the DeploymentConfig looked at again when the first may be written. */
  heed(key: string, dc: NormalDeploymentConfig, resolve: TagResolver, wait: Wait): Wait;
  /** The DeploymentConfig is gone. */
  forget(key: string): void;
}

export interface ImageWaitsDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly recordEvent: EventRecorder;
  readonly telemetry: Pick<Telemetry, 'log'>;
}

export function createImageWaits({ clock, recordEvent, telemetry }: ImageWaitsDeps): ImageWaits {
  /** What was told last, of DeploymentConfigs that wait. */
  const told = new Map<string, string>();
  return {
    heed(key, dc, resolve, wait) {
      const nowMs = clock.now();
      const images = imageWait(dc, resolve, nowMs);
      if (images === undefined) {
        told.delete(key);
        return wait;
      }
      const { reason, message, notBeforeMs } = images;
      const statement = `${dc.metadata.uid} ${message}`;
      if (told.get(key) !== statement) {
        told.set(key, statement);
        const type = reason === 'ImageUpdateWaiting' ? 'Normal' : 'Warning';
        recordEvent(dc, { type, reason, message, counted: false });
        telemetry.log.info({ config: key, reason, message }, 'image waits');
      }
      if (notBeforeMs === undefined) return wait;
      const leftMs = Math.max(notBeforeMs - nowMs, 0);
      return { ...wait, againAfterMs: Math.min(wait.againAfterMs ?? leftMs, leftMs) };
    },
    forget: (key) => void told.delete(key),
  };
}
