import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { type Action, type ImageWait, imageWait, type TagResolver } from '@tagstream/deployment';
import type { Clock } from '@tagstream/service';
import type { EventRecorder } from './events.ts';
import type { ImageFights } from './image-fights.ts';
import type { Telemetry } from './telemetry.ts';

type Wait = Extract<Action, { kind: 'wait' }>;
/** What the owner is told. */
interface Note {
  readonly reason: ImageWait['reason'] | 'ImageUpdateReverted';
  readonly message: string;
}

type Fights = Pick<ImageFights, 'complaint' | 'notBeforeMs'>;

/** Images that the owners of DeploymentConfigs want held back for some time. */
export interface ImageWaits {
  /** Tells the owner once what the images wait for, and has the DeploymentConfig looked at again when the first may be written. */
  heed(key: string, dc: NormalDeploymentConfig, resolve: TagResolver, wait: Wait, fights?: Fights): Wait;
  /** The DeploymentConfig is gone. */
  forget(key: string): void;
}

export interface ImageWaitsDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly recordEvent: EventRecorder;
  readonly telemetry: Pick<Telemetry, 'log'>;
}

export function createImageWaits({ clock, recordEvent, telemetry }: ImageWaitsDeps): ImageWaits {
  /** What was told of DeploymentConfigs that wait, as long as it is so. */
  const told = new Map<string, ReadonlySet<string>>();
  return {
    heed(key, dc, resolve, wait, { complaint, notBeforeMs } = {}) {
      const nowMs = clock.now();
      const images = imageWait(dc, resolve, nowMs);
      const notes: Note[] = images ? [images] : [];
      if (complaint !== undefined) notes.push({ reason: 'ImageUpdateReverted', message: complaint });
      const before = told.get(key);
      const statements = new Map(notes.map((note) => [`${dc.metadata.uid} ${note.message}`, note]));
      if (statements.size > 0) told.set(key, new Set(statements.keys()));
      else told.delete(key);
      for (const [statement, { reason, message }] of statements) {
        if (before?.has(statement)) continue;
        const type = reason === 'ImageUpdateWaiting' ? 'Normal' : 'Warning';
        recordEvent(dc, { type, reason, message, counted: false });
        telemetry.log.info({ config: key, reason, message }, 'image waits');
      }
      const againMs = Math.min(
        images?.notBeforeMs ?? Number.POSITIVE_INFINITY,
        notBeforeMs ?? Number.POSITIVE_INFINITY,
      );
      if (!Number.isFinite(againMs)) return wait;
      const leftMs = Math.max(againMs - nowMs, 0);
      return { ...wait, againAfterMs: Math.min(wait.againAfterMs ?? leftMs, leftMs) };
    },
    forget: (key) => void told.delete(key),
  };
}
