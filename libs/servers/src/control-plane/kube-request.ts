import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { ServersError } from '../servers-error.ts';

/** A few requests to a Kubernetes API server, as setting up a cluster needs them. */
export interface KubeRequester {
  /** @throws ServersError `request_failed` for any status of 400 and above but 404, which gives `undefined`. */
  get(path: string): Promise<unknown>;
  /** Server-side apply with force: the object is as given, whoever wrote it before. */
  apply(path: string, object: unknown): Promise<unknown>;
  close(): void;
}

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly { readonly name: string; readonly context: { cluster: string; user: string } }[];
  readonly clusters: readonly { readonly name: string; readonly cluster: Record<string, string> }[];
  readonly users: readonly { readonly name: string; readonly user: Record<string, string> }[];
}

const REQUEST_TIMEOUT_MS = 10_000;

/** A requester for the current context of a kubeconfig: client certificate or token, inline or in files. */
export async function kubeRequester(kubeconfigPath: string): Promise<KubeRequester> {
  const config = parse(await readFile(kubeconfigPath, 'utf8')) as Kubeconfig;
  const context = config.contexts.find((each) => each.name === config['current-context'])?.context;
  const cluster = config.clusters.find((each) => each.name === context?.cluster)?.cluster;
  const user = config.users.find((each) => each.name === context?.user)?.user ?? {};
  if (!cluster?.server) throw new ServersError('request_failed', `${kubeconfigPath} has no usable current context.`);
  const base = cluster.server.replace(/\/$/, '');
  const agent = new Agent({
    keepAlive: true,
    ca: await material(cluster, 'certificate-authority'),
    cert: await material(user, 'client-certificate'),
    key: await material(user, 'client-key'),
  });
  const auth = user.token ? { authorization: `Bearer ${user.token}` } : {};
  const send = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<unknown> =>
    exchange(agent, method, base + path, { ...auth, ...headers }, body);
  return {
    get: (path) => send('GET', path, { accept: 'application/json' }),
    apply: (path, object) =>
      send(
        'PATCH',
        `${path}?fieldManager=tagstream-servers&force=true`,
        { accept: 'application/json', 'content-type': 'application/apply-patch+yaml' },
        JSON.stringify(object),
      ),
    close: () => agent.destroy(),
  };
}

/** PEM that a kubeconfig holds as base64 or names as a file. */
async function material(from: Record<string, string>, name: string): Promise<Buffer | undefined> {
  const inline = from[`${name}-data`];
  if (inline) return Buffer.from(inline, 'base64');
  return from[name] ? readFile(from[name]) : undefined;
}

function exchange(
  agent: Agent,
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, agent, headers, timeout: REQUEST_TIMEOUT_MS }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
        const status = response.statusCode ?? 0;
        if (status === 404) resolve(undefined);
        else if (status >= 400) reject(failed(`answered ${status}: ${text.slice(0, 1_000)}`));
        else resolve(response.headers['content-type']?.includes('json') ? JSON.parse(text) : text);
      } catch (error) {
        reject(error);
      }
    });
    const failed = (what: string, cause?: unknown): ServersError =>
      new ServersError('request_failed', `${method} ${url} ${what}`, { cause });
    call.on('timeout', () => call.destroy(new Error('timed out')));
    call.on('error', (error) => reject(failed(`failed: ${error.message}`, error)));
    call.end(body);
  });
}
