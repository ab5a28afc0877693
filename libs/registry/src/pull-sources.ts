import {
  type ImageReference,
  normalForm,
  parseImageReference,
  printRepository,
  registryKey,
} from '@tagstream/image-ref';
import { matchesGlob } from './glob.ts';

/** Somewhere else to get the images of a source from. */
export interface Mirror {
  /** Host with an optional path, which takes the place of the source's: `mirror.example.com/hub`. */
  readonly location: string;
  /** Which references it is asked for. */
  readonly pull: 'all' | 'digest-only' | 'tag-only';
  /** True accepts any certificate there, and plain HTTP. What a tag says about its source does not count for mirrors. */
  readonly insecure: boolean;
}

/** Mirrors of one source (OpenShift: an entry of an ImageDigestMirrorSet or ImageTagMirrorSet). */
export interface MirrorRule {
  /** Host, with an optional path: `docker.io/library`; or `*.example.com` for all hosts below a domain. */
  readonly source: string;
  /** In the order of trying. */
  readonly mirrors: readonly Mirror[];
  /** OpenShift: `mirrorSourcePolicy: NeverContactSource`. */
  readonly neverContactSource: boolean;
}

/** A place to ask for an image. */
export interface PullSource {
  readonly reference: ImageReference;
  readonly kind: 'mirror' | 'source';
  /** Of a mirror: see {@link Mirror}. */
  readonly insecure: boolean;
}

/** How references are reached. */
export interface PullRules {
  readonly mirrors: readonly MirrorRule[];
  /** Registries that are never asked, host with port where it has one; may hold `*` and `?`. */
  readonly blocked: readonly string[];
}

/**
 * Where to ask for an image, in order: the mirrors of the longest source that the reference lies in, then the reference
 * itself. Rules for the same source are joined. A blocked registry, and one that is never to be contacted, is left out: empty
 * means that nobody may be asked (OpenShift: registries.conf made of the image configuration and the mirror sets).
 */
export function pullSources(reference: ImageReference, rules: PullRules): readonly PullSource[] {
  const { registry } = normalForm(reference);
  const joined = rulesFor(reference, rules.mirrors);
  const wanted = reference.digest === '' ? 'tag-only' : 'digest-only';
  const mirrors = joined.flatMap(({ source, mirrors: ofRule }) =>
    ofRule
      .filter(({ pull }) => pull === 'all' || pull === wanted)
      .map(({ location, insecure }) => ({
        reference: rewrite(reference, source, location),
        kind: 'mirror' as const,
        insecure,
      })),
  );
  const isClosed =
    joined.some(({ neverContactSource }) => neverContactSource) ||
    rules.blocked.some((blocked) => matchesGlob(normalSource(blocked), registry));
  const distinct = mirrors.filter((mirror, index) => mirrors.findIndex((one) => isSame(one, mirror)) === index);
  return isClosed ? distinct : [...distinct, { reference, kind: 'source', insecure: false }];
}

/** The rules of the longest source that fits. */
function rulesFor(reference: ImageReference, rules: readonly MirrorRule[]): readonly MirrorRule[] {
  const fitting = rules.filter(({ source }) => prefixLength(reference, source) !== undefined);
  const longest = Math.max(0, ...fitting.map(({ source }) => source.length));
  return fitting.filter(({ source }) => source.length === longest);
}

/** How much of the repository's full name a source covers, cut at a slash; undefined when the reference is not in it. */
function prefixLength(reference: ImageReference, source: string): number | undefined {
  const name = printRepository(normalForm(reference));
  const normal = normalSource(source);
  if (normal.startsWith('*.')) {
    const host = name.slice(0, name.indexOf('/'));
    return host.replace(/:\d+$/, '').endsWith(normal.slice(1)) ? host.length : undefined;
  }
  return name === normal || name.startsWith(`${normal}/`) ? normal.length : undefined;
}

function rewrite(reference: ImageReference, source: string, location: string): ImageReference {
  const name = printRepository(normalForm(reference));
  const mirrored = parseImageReference(`${location}${name.slice(prefixLength(reference, source))}`);
  const { tag, digest } = normalForm(reference);
  return { ...mirrored, tag, digest };
}

function normalSource(source: string): string {
  const slash = source.indexOf('/');
  return slash < 0 ? registryKey(source) : registryKey(source.slice(0, slash)) + source.slice(slash);
}

function isSame(a: Omit<PullSource, 'kind'>, b: Omit<PullSource, 'kind'>): boolean {
  return printRepository(normalForm(a.reference)) === printRepository(normalForm(b.reference));
}
