import type { TagAddress } from '@tagstream/image-stream';
import { humanDuration } from '../duration.ts';

/** A reference or digest with its digest cut to the twelve digits that people tell digests apart by: `registry.example.com/shop/web@sha256:0697cbe435c5`. */
export function shortImage(image: string): string {
  return image.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/, '$1');
}

/** `3 minutes ago`; of an instant that is still to come, by a clock that is ahead: `just now`. */
export function ago(atMs: number, nowMs: number): string {
  return atMs >= nowMs ? 'just now' : `${humanDuration(nowMs - atMs)} ago`;
}

/** `in 3 minutes`, `now` when it has come. */
export function ahead(atMs: number, nowMs: number): string {
  return atMs <= nowMs ? 'now' : `in ${humanDuration(atMs - nowMs)}`;
}

/** An interval as it is written in annotations: `15m`, `90s`. */
export function intervalText(ms: number): string {
  for (const [unit, unitMs] of [
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms / 1000}s`;
}

/** `web:latest`, with its namespace when that is another one. */
export function tagName({ namespace, stream, tag }: TagAddress, ownNamespace: string): string {
  return namespace === ownNamespace ? `${stream}:${tag}` : `${namespace}/${stream}:${tag}`;
}
