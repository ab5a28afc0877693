import { readText } from './kubeconfig-file.ts';

/** How long a token read from a file is used before the file is read again. Kubelet rotates projected tokens minutes before
 * they expire; client-go reads them once a minute too. */
const TOKEN_FILE_MAX_AGE_MS = 60_000;

/**
 * A bearer token that stands in a file and is replaced there from time to time. A file that cannot be read for a moment
 * leaves the last token in use.
 */
export function tokenFileSource(path: string, now: () => number): () => Promise<string> {
  let token: string | undefined;
  let readAt = 0;
  return async () => {
    if (token !== undefined && now() - readAt < TOKEN_FILE_MAX_AGE_MS) return token;
    readAt = now();
    try {
      token = (await readText(path, 'token file')).trim();
    } catch (error) {
      if (token === undefined) throw error;
    }
    return token;
  };
}
