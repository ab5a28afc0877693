import type { GitBuildSource } from '@tagstream/api-types';
import type { GitLocation, GitProtocol } from './git-source.ts';

/** A file that has to exist before git runs; only its owner may read it. */
export interface AccessFile {
  readonly name: string;
  readonly content: string;
  readonly executable: boolean;
}

/** What git needs to get in: files of its own directory, and an environment that names them. */
export interface GitAccess {
  readonly files: readonly AccessFile[];
  readonly env: Readonly<Record<string, string>>;
  /** Texts that must not appear in a log. */
  readonly secrets: readonly string[];
}

/** Data of the source Secret, decoded. */
export type SecretData = Readonly<Record<string, string>>;

/** git asks for a user name, then for a password; the answers come from files, so that no process shows them. */
const ASKPASS = `#!/bin/sh
dir=$(dirname "$0")
case "$1" in
  Username*) cat "$dir/username" ;;
  *) cat "$dir/password" ;;
esac
`;

/** Options instead of the user's own configuration; the path of this script tells where its files are. */
const ssh = (hasKey: boolean, isKnown: boolean) => `#!/bin/sh
dir=$(dirname "$0")
exec ssh -F /dev/null -o BatchMode=yes -o ConnectTimeout=30 \\
  -o StrictHostKeyChecking=${isKnown ? 'yes' : 'no'} -o UserKnownHostsFile=${isKnown ? '"$dir/known_hosts"' : '/dev/null'} \\
  ${hasKey ? '-o IdentitiesOnly=yes -i "$dir/ssh-privatekey" ' : ''}"$@"
`;

/**
 * How git gets at a repository. OpenShift: a source Secret holds `username` and `password` (or a token as password), or
 * `ssh-privatekey` (optionally `known_hosts`, without which host keys are not checked), and may hold `.gitconfig` and `ca.crt`.
 * A `.gitconfig` can name commands to run, so it counts only where builds have a container of their own.
 * @param places `dir`: where the files will be, without spaces; `home`: a directory of the build, so that nothing of this
 *   machine's user is read
 */
export function gitAccess(
  location: GitLocation,
  secret: SecretData,
  git: Pick<GitBuildSource, 'httpProxy' | 'httpsProxy' | 'noProxy'>,
  places: {
    readonly dir: string;
    readonly home: string;
    readonly allowed: readonly GitProtocol[];
    readonly ownContainer: boolean;
  },
): GitAccess {
  const { dir, home, allowed } = places;
  const username = secret.username ?? location.username ?? '';
  const password = secret.password ?? secret.token ?? location.password ?? '';
  const key = secret['ssh-privatekey'];
  const known = secret.known_hosts;
  const config = places.ownContainer ? secret['.gitconfig'] : undefined;
  const plain = (name: string, content: string): AccessFile => ({ name, content, executable: false });
  const files: AccessFile[] = [
    { name: 'askpass', content: ASKPASS, executable: true },
    // A token alone: git hosts take any user name with it.
    plain('username', username || (password === '' ? '' : 'git')),
    plain('password', password),
    { name: 'ssh', content: ssh(key !== undefined, known !== undefined), executable: true },
  ];
  if (key !== undefined) files.push(plain('ssh-privatekey', key.endsWith('\n') ? key : `${key}\n`));
  if (known !== undefined) files.push(plain('known_hosts', known));
  if (config !== undefined) files.push(plain('gitconfig', config));
  if (secret['ca.crt'] !== undefined) files.push(plain('ca.crt', secret['ca.crt']));
  const proxies = { http_proxy: git.httpProxy, https_proxy: git.httpsProxy, no_proxy: git.noProxy };
  return {
    files,
    env: {
      HOME: home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: config === undefined ? '/dev/null' : `${dir}/gitconfig`,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: allowed.join(':'),
      GIT_ASKPASS: `${dir}/askpass`,
      GIT_SSH: `${dir}/ssh`,
      GIT_SSH_VARIANT: 'ssh',
      ...(secret['ca.crt'] !== undefined && { GIT_SSL_CAINFO: `${dir}/ca.crt` }),
      ...Object.fromEntries(Object.entries(proxies).filter((entry): entry is [string, string] => Boolean(entry[1]))),
    },
    // A token may stand in the address in the place of the user.
    secrets: [
      password,
      ...(password === '' ? [username] : []),
      ...(key ?? '').split('\n').filter((line) => !line.startsWith('-----')),
    ],
  };
}
