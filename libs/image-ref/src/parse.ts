import { isDigest } from './digest.ts';
import { ImageRefError } from './errors.ts';
import type { ImageReference } from './reference.ts';

/** Longest name, registry included, that the distribution grammar allows. Tag and digest do not count. */
export const MAX_NAME_LENGTH = 255;

/** Longest text worth looking at: the longest name, the longest tag (128), the longest digest and their separators. */
const MAX_TEXT_LENGTH = MAX_NAME_LENGTH + 1 + 128 + 1 + 7 + 128;

const HOST_LABEL = '(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)';
const HOST = new RegExp(`^(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]+)?$`);
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Splits `[registry/][namespace/]name[:tag][@digest]` by OpenShift's rules. The part before the first slash is a
 * registry when it holds a dot or a colon or is `localhost`; a single segment that holds a dot or starts with `localhost`
 * is a registry without a name. Nothing is defaulted.
 *
 * @throws {ImageRefError} for everything outside the distribution reference grammar.
 */
export function parseImageReference(text: string): ImageReference {
  if (text === '')
    throw new ImageRefError('empty', 'The image reference is empty; write something like registry/name:tag.');
  if (text.length > MAX_TEXT_LENGTH) throw tooLong(text);
  if (text.includes('://')) {
    throw new ImageRefError(
      'scheme',
      `"${text}" has a URL scheme; an image reference starts with the registry's host.`,
    );
  }
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  const tagged = at < 0 ? text : text.slice(0, at);
  if (at >= 0 && !isDigest(digest)) {
    throw new ImageRefError(
      'digest',
      `"${text}" has no valid digest after "@"; it must be like sha256: and 64 hex digits.`,
    );
  }
  return tagged.includes('/') ? parsePath(text, tagged, digest) : parseSingleSegment(text, tagged, digest);
}

/** `name`, `name:tag`, or a registry alone: `quay.io`, `localhost:5000`. */
function parseSingleSegment(text: string, tagged: string, digest: string): ImageReference {
  const [name, tag] = splitTag(text, tagged);
  if (name.includes('.') || name.startsWith('localhost')) {
    checkComponent(text, name);
    if (digest !== '') {
      throw new ImageRefError(
        'no_name',
        `"${text}" has a digest but names a registry only; add the repository's path.`,
      );
    }
    return { registry: tagged, namespace: '', name: '', tag: '', digest: '' };
  }
  checkComponent(text, name);
  return { registry: '', namespace: '', name, tag, digest };
}

function parsePath(text: string, tagged: string, digest: string): ImageReference {
  const [fullName, tag] = splitTag(text, tagged);
  if (fullName.length > MAX_NAME_LENGTH) throw tooLong(text);
  const components = fullName.split('/');
  const first = components[0] as string; // split of any string has a first element
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  if (hasRegistry && !HOST.test(first)) {
    throw new ImageRefError('registry', `"${text}" has no valid registry host before its first slash.`);
  }
  const path = hasRegistry ? components.slice(1) : components;
  for (const component of path) checkComponent(text, component);
  const [namespace, ...rest] = path.length > 1 ? path : ['', ...path];
  return { registry: hasRegistry ? first : '', namespace: namespace ?? '', name: rest.join('/'), tag, digest };
}

/** Cuts the tag off: what follows the last colon, unless a slash comes after it (then the colon belongs to a port). */
function splitTag(text: string, tagged: string): [name: string, tag: string] {
  const colon = tagged.lastIndexOf(':');
  if (colon < 0 || tagged.indexOf('/', colon) >= 0) return [tagged, ''];
  const tag = tagged.slice(colon + 1);
  if (!TAG.test(tag)) {
    throw new ImageRefError(
      'tag',
      `"${text}" has no valid tag after ":"; a tag is 1 to 128 letters, digits, "_", "." or "-", not starting with "." or "-".`,
    );
  }
  return [tagged.slice(0, colon), tag];
}

function checkComponent(text: string, component: string): void {
  if (PATH_COMPONENT.test(component)) return;
  const what = component === '' ? 'an empty path component' : `the path component "${component}"`;
  throw new ImageRefError(
    'path',
    `"${text}" has ${what}; components are lower-case letters and digits with single ".", "_", "__" or "-" between.`,
  );
}

function tooLong(text: string): ImageRefError {
  return new ImageRefError(
    'too_long',
    `"${text.slice(0, 40)}…" is too long; a name has at most ${MAX_NAME_LENGTH} characters.`,
  );
}
