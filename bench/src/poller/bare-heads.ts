import { Agent } from 'undici';

/** A question as the baseline asks it: a path below the host and the token for its repository. */
interface Target {
  readonly path: string;
  readonly authorization: string;
}

const ACCEPT = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';

/**
 * The rate at which nothing but undici sends HEAD requests: so many loops, each sending the next request when the answer to
 * the one before is there, over as many connections. Tokens are fetched beforehand.
 *
 * @returns requests a second
 */
export async function bareHeadRate(
  host: string,
  tags: readonly { readonly repository: string; readonly tag: string }[],
  concurrency: number,
): Promise<number> {
  const origin = `http://${host}`;
  const agent = new Agent({ connections: concurrency, pipelining: 1, allowH2: false });
  const authorizations = new Map<string, string>();
  for (const { repository } of tags) {
    if (!authorizations.has(repository))
      authorizations.set(repository, await authorizationFor(agent, origin, repository));
  }
  const targets: Target[] = tags.map(({ repository, tag }) => ({
    path: `/v2/${repository}/manifests/${tag}`,
    authorization: authorizations.get(repository) ?? '',
  }));
  const run = async (): Promise<number> => {
    const queue = targets.values();
    const loop = async () => {
      for (const { path, authorization } of queue) {
        const answer = await agent.request({
          origin,
          path,
          method: 'HEAD',
          headers: { accept: ACCEPT, authorization },
          reset: false,
        });
        if (answer.statusCode !== 200) throw new Error(`${path} was answered with ${answer.statusCode}`);
        await answer.body.dump();
      }
    };
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: concurrency }, loop));
    return (targets.length / (performance.now() - startedAt)) * 1000;
  };
  await run(); // opens the connections and warms the code up
  const rate = await run();
  await agent.destroy();
  return rate;
}

async function authorizationFor(agent: Agent, origin: string, repository: string): Promise<string> {
  const path = `/token?service=bench&scope=${encodeURIComponent(`repository:${repository}:pull`)}`;
  const { body } = await agent.request({ origin, path, method: 'GET' });
  const { token } = (await body.json()) as { token: string }; // the counting registry's answer
  return `Bearer ${token}`;
}
