import { BuildFailure } from '../build-failure.ts';

/** Where git fetches from: nothing secret is in it. */
export interface GitLocation {
  /** Without user name and password, except the user name of ssh. */
  readonly uri: string;
  readonly protocol: GitProtocol;
  /** What stood in front of the host. */
  readonly username?: string;
  readonly password?: string;
}

/** What git calls the transports; `file` is a directory of the machine that builds. */
export type GitProtocol = 'https' | 'http' | 'ssh' | 'git' | 'file';

/** `user@host:path`, as ssh and git write it. */
const SCP_FORM = /^([A-Za-z0-9._-]+@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):(?!\/\/)([^:].*)$/;

/** Longer than any address of a repository; git hosts refuse such paths themselves. */
const MAX_URI_LENGTH = 2048;

/**
 * Reads the address of a git repository. Only known transports pass, so that no `ext::` runs a command; user name and
 * password are taken out of the address, since it becomes an argument of a process and a line of a log.
 * @throws BuildFailure `FetchSourceFailed`; the message never repeats a password.
 */
export function parseGitUri(uri: string, allowed: readonly GitProtocol[]): GitLocation {
  const refuse = (why: string) => new BuildFailure('FetchSourceFailed', `The git URI cannot be used: ${why}.`);
  if (uri === '' || uri.length > MAX_URI_LENGTH) throw refuse('it is empty or too long');
  if (hasControls(uri)) throw refuse('it holds spaces or control characters');
  if (uri.startsWith('-')) throw refuse('it begins like an option');
  if (/^[A-Za-z0-9+.-]+::/.test(uri)) throw refuse('transports of the form <name>::<address> run commands');
  const location = uri.includes('://') ? fromUrl(uri, refuse) : fromShortForm(uri, refuse);
  if (!allowed.includes(location.protocol)) {
    throw refuse(`${location.protocol} is not among the protocols allowed here: ${allowed.join(', ')}`);
  }
  return location;
}

type Refuse = (why: string) => BuildFailure;

const PROTOCOLS: Readonly<Record<string, GitProtocol>> = {
  'https:': 'https',
  'http:': 'http',
  'ssh:': 'ssh',
  'git+ssh:': 'ssh',
  'git:': 'git',
  'file:': 'file',
};

function fromUrl(uri: string, refuse: Refuse): GitLocation {
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    throw refuse('it is not a URL');
  }
  const protocol = PROTOCOLS[url.protocol];
  if (protocol === undefined) throw refuse(`${url.protocol} is no transport of git that is known here`);
  if (protocol === 'file') return { uri, protocol };
  // A host or user that begins with a dash would become an option of ssh.
  if (url.hostname === '' || url.hostname.startsWith('-')) throw refuse('it has no host');
  if (url.username.startsWith('-')) throw refuse('its user begins like an option');
  const username = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  url.password = '';
  if (protocol !== 'ssh') url.username = '';
  return {
    uri: url.href,
    protocol,
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
  };
}

function fromShortForm(uri: string, refuse: Refuse): GitLocation {
  if (uri.startsWith('/')) return { uri, protocol: 'file' };
  const scp = SCP_FORM.exec(uri);
  if (!scp) throw refuse('it is neither a URL nor of the form user@host:path');
  if (scp[1]?.startsWith('-') || scp[2]?.startsWith('-')) throw refuse('its host begins like an option');
  return { uri, protocol: 'ssh' };
}

/** A full commit id: only such a one can be fetched by itself. */
const FULL_COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;
const ANY_COMMIT = /^[0-9a-f]{7,64}$/i;

/** Whether a text is a full commit id. */
export function isFullCommit(text: string): boolean {
  return FULL_COMMIT.test(text);
}

/**
 * Checks what is to be checked out (git-check-ref-format(1)).
 * @throws BuildFailure `FetchSourceFailed`
 */
export function checkGitRef(ref: string): string {
  const wrong =
    /^[-+/]/.test(ref) ||
    ref.endsWith('/') ||
    ref.endsWith('.') ||
    ref.includes('..') ||
    ref.includes('@{') ||
    ref.includes('//') ||
    /[~^:?*[\\]/.test(ref) ||
    hasControls(ref) ||
    ref.length > 255;
  if (wrong) throw new BuildFailure('FetchSourceFailed', `${JSON.stringify(ref)} is no name of a branch or tag.`);
  return ref;
}

/** Spaces and control characters. */
function hasControls(text: string): boolean {
  return [...text].some((char) => char <= ' ' || char === '\u007f');
}

/** @throws BuildFailure `FetchSourceFailed` */
export function checkCommit(commit: string): string {
  if (!ANY_COMMIT.test(commit)) {
    throw new BuildFailure('FetchSourceFailed', `${JSON.stringify(commit)} is no commit id.`);
  }
  return commit;
}
