import type { ImageStream, TagReference } from '@tagstream/api-types';
import { specTag } from '@tagstream/api-types';
import { effectiveGeneration, specHash } from '@tagstream/image-stream';
import { type TagView, viewTags } from '../src/tag-view.ts';

/** A digest that is easy to tell from others: one hex digit, repeated. */
export const digest = (hexDigit: string) => `sha256:${hexDigit.repeat(64)}`;

export interface TagState {
  readonly name?: string;
  readonly uid?: string;
  readonly from?: string;
  readonly importPolicy?: TagReference['importPolicy'];
  readonly annotations?: Record<string, string>;
  /** Of the stream. */
  readonly streamAnnotations?: Record<string, string>;
  /** Digest of the newest item; none means never imported. */
  readonly image?: string;
  readonly itemGeneration?: number;
  /** Its ImportSuccess=False condition; `since` is when it began. */
  readonly failure?: { readonly reason: string; readonly message: string; readonly since?: string };
  /** The status answers to an older spec. */
  readonly specChanged?: boolean;
}

/** An ImageStream with one tag in the state that a row of a table describes. */
export function streamWith(state: TagState): ImageStream {
  const { name = 'latest', uid = 'uid-1', from = 'registry.example.com/shop/web:latest' } = state;
  const stream: ImageStream = {
    metadata: {
      namespace: 'shop',
      name: 'web',
      uid,
      generation: 2,
      ...(state.streamAnnotations && { annotations: state.streamAnnotations }),
    },
    spec: {
      tags: [
        {
          name,
          from: { kind: 'DockerImage', name: from },
          ...(state.importPolicy && { importPolicy: state.importPolicy }),
          ...(state.annotations && { annotations: state.annotations }),
        },
      ],
    },
  };
  const tag = specTag(stream, name);
  if (tag === undefined) throw new Error(`the stream has no tag ${name}`);
  const hash = state.specChanged ? 'of an older spec' : specHash(tag);
  const generation = state.itemGeneration ?? effectiveGeneration(tag, undefined, 1);
  if (state.image === undefined && state.failure === undefined) return stream;
  const repository = from.replace(/[:@][^:@/]*$/, '').replace(/@sha256$/, '');
  stream.status = {
    tags: [
      {
        tag: name,
        observedSpec: { hash, generation },
        ...(state.image !== undefined && {
          items: [
            {
              image: state.image,
              dockerImageReference: `${repository}@${state.image}`,
              generation,
              created: '2026-11-20T09:00:00.000Z',
            },
          ],
        }),
        ...(state.failure && {
          conditions: [
            {
              type: 'ImportSuccess',
              status: 'False',
              generation,
              reason: state.failure.reason,
              message: state.failure.message,
              ...(state.failure.since !== undefined && { lastTransitionTime: state.failure.since }),
            },
          ],
        }),
      },
    ],
  };
  return stream;
}

/** The view of that tag. */
export function tagWith(state: TagState): TagView {
  const [view] = viewTags(streamWith(state));
  if (view === undefined) throw new Error('the tag is not one that is imported');
  return view;
}
