import { RegistryError } from './errors.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

/** Registries redirect blobs once, to their store; stores redirect at most once more. */
const MAX_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a GET or HEAD and follows its redirects. Credentials go to the origin they were meant for and nowhere else: the
 * first redirect to another origin drops them for good. Only HTTPS is followed, and HTTP where the caller allowed it.
 * `answeredBy` tells who answered in the end.
 *
 * @throws {RegistryError} `invalid` for too many redirects or one that leads nowhere, `plain_http` for one to HTTP.
 */
export async function followRedirects(
  send: (request: HttpRequest) => Promise<HttpResponse>,
  request: HttpRequest,
): Promise<{ readonly response: HttpResponse; readonly answeredBy: URL }> {
  let current = request;
  for (let followed = 0; followed <= MAX_REDIRECTS; followed++) {
    const response = await send(current);
    if (!REDIRECTS.has(response.status)) return { response, answeredBy: current.url };
    const url = redirectTarget(current, response.headers.location);
    const { authorization: _, ...headers } = current.headers;
    current = { ...current, url, headers: url.origin === current.url.origin ? current.headers : headers };
  }
  const { host } = request.url;
  throw new RegistryError('invalid', `${host} redirects more than ${MAX_REDIRECTS} times.`, { host });
}

function redirectTarget(request: HttpRequest, location: string | undefined): URL {
  const { host } = request.url;
  const url = location === undefined ? null : URL.parse(location, request.url.href);
  if (url === null) throw new RegistryError('invalid', `${host} redirects without saying where to.`, { host });
  if (url.protocol === 'https:' || (url.protocol === 'http:' && request.insecure)) return url;
  if (url.protocol === 'http:') {
    throw new RegistryError('plain_http', `${host} redirects to HTTP without TLS, which is not allowed.`, { host });
  }
  throw new RegistryError('invalid', `${host} redirects to something that is not HTTP.`, { host });
}
