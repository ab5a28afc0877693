import { isDeepStrictEqual } from 'node:util';
import { type Authorization, Authorizer, type AuthTarget, refusedAccess, WRONG_PASSWORD } from './authorizer.ts';
import { startDeadline } from './deadline.ts';
import { locateError, RegistryError } from './errors.ts';
import { parseRateLimit } from './rate-limit.ts';
import { followRedirects } from './redirects.ts';
import type { Repository } from './repository.ts';
import { Schemes } from './schemes.ts';
import { toStatusError } from './status-error.ts';
import { requestToken, type Token, type TokenRequest } from './token-service.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport.ts';
import type { CallOptions, Clock, Credential, CredentialProvider, RegistryOperation, RequestRecord } from './types.ts';
import { untilAborted } from './until-aborted.ts';

/** One question to a registry. */
export interface Question {
  readonly repository: Repository;
  readonly operation: RegistryOperation;
  readonly method: 'GET' | 'HEAD';
  /** Below `/v2/<name>`: `manifests/latest`, or a query of that itself: `?n=100`. */
  readonly path: string;
  readonly accept?: string;
  readonly maxBytes: number;
  /** For messages: `tag latest`. */
  readonly what: string;
}

export interface SessionOptions {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly totalMs: number;
  readonly credentials: CredentialProvider;
  readonly onRequest: (record: RequestRecord) => void;
}

/** What a question asks for, below the host. */
export function questionPath({ repository, path }: Pick<Question, 'repository' | 'path'>): string {
  return `/v2/${repository.name}${path === '' || path.startsWith('?') ? '' : '/'}${path}`;
}

/** A call with everything decided. */
interface Call {
  readonly insecure: boolean;
  readonly credentials: CredentialProvider;
  readonly signal: AbortSignal;
}

/**
 * Asks registries: chooses the scheme, authenticates, follows redirects, turns answers that are no success into errors.
 * One deadline holds for a question with everything it takes.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #authorizer: Authorizer;
  readonly #schemes: Schemes;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#authorizer = new Authorizer(options.clock);
    this.#schemes = new Schemes(options.clock);
  }

  /** @throws {RegistryError} for everything but a success. */
  async ask(question: Question, options: CallOptions): Promise<HttpResponse> {
    const { host, name } = question.repository;
    const asked = { host, repository: name, what: question.what };
    using deadline = startDeadline(this.#options.totalMs, options.signal);
    const call: Call = {
      insecure: options.insecure === true,
      credentials: options.credentials ?? this.#options.credentials,
      signal: deadline.signal,
    };
    try {
      const response = await this.#schemes.run(host, call.insecure, (scheme, answered) =>
        this.#askRenewing(scheme, question, call, answered),
      );
      if (response.status >= 200 && response.status < 300) return response;
      throw toStatusError(response, asked, this.#options.clock.now());
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!deadline.expired) throw locateError(error, asked);
      const message = `${host} took too long to answer: ${question.what} of ${name}.`;
      throw new RegistryError('timeout', message, { host, repository: name, cause: error });
    }
  }

  /**
   * Asks with the credential that is known, and once more when that is refused and another one can be had. One that comes
   * from an exchange may have been revoked, or have run out by the registry's clock.
   */
  async #askRenewing(scheme: string, question: Question, call: Call, answered: () => void): Promise<HttpResponse> {
    const { registry, name: repository } = question.repository;
    let credential: Promise<Credential | undefined> | undefined;
    const find = (refused?: Credential) =>
      call.credentials({ registry, repository, ...(refused === undefined ? {} : { refused }) });
    try {
      return await this.#askBy(scheme, question, call, answered, () => {
        credential ??= find();
        return credential;
      });
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'unauthorized' || credential === undefined) throw error;
      const refused = await credential;
      if (refused === undefined) throw error;
      const renewed = await untilAborted(find(refused), call.signal);
      if (renewed === undefined || isDeepStrictEqual(renewed, refused)) throw error;
      return this.#askBy(scheme, question, call, answered, async () => renewed);
    }
  }

  /** Asks by one scheme; a refused request is repeated once with what the registry's challenge led to. */
  async #askBy(
    scheme: string,
    question: Question,
    call: Call,
    answered: () => void,
    credential: () => Promise<Credential | undefined>,
  ): Promise<HttpResponse> {
    const { host } = question.repository;
    const url = URL.parse(`${scheme}://${host}${questionPath(question)}`);
    if (url === null) throw new RegistryError('invalid', `"${host}" is no host that can be asked.`, { host });
    const send = (authorization: Authorization | undefined) =>
      followRedirects(
        async (request) => {
          const response = await this.#send(question, request);
          answered();
          return response;
        },
        {
          method: question.method,
          url,
          headers: this.#headers(question, authorization),
          insecure: call.insecure,
          maxBytes: question.maxBytes,
          signal: call.signal,
        },
      );
    const target = this.#authTarget(url.origin, question, call, answered, credential);
    const authorization = await this.#authorizer.authorize(target);
    const { response, answeredBy } = await send(authorization);
    if (response.status !== 401) return response;
    if (answeredBy.origin !== url.origin) throw refusedAccess(target, `where it redirects to, ${answeredBy.host}`);
    const better = await this.#authorizer.reauthorize(target, authorization, response.headers['www-authenticate']);
    const second = await send(better);
    if (second.response.status === 401) {
      const hasCredential = (await target.credential()) !== undefined;
      const isPassword = better.token === undefined && better.header.startsWith('Basic ');
      throw refusedAccess(
        target,
        isPassword ? WRONG_PASSWORD : hasCredential ? 'with the credentials known for it' : 'without credentials',
      );
    }
    return second.response;
  }

  #authTarget(
    origin: string,
    question: Question,
    call: Call,
    answered: () => void,
    credential: () => Promise<Credential | undefined>,
  ): AuthTarget {
    const { repository } = question;
    return {
      origin,
      host: repository.host,
      repository: repository.name,
      insecure: call.insecure,
      credential: () => untilAborted(credential(), call.signal),
      getToken: (get) => {
        // The registry has answered with a challenge, now or earlier: a silent token service says nothing of its scheme.
        answered();
        return untilAborted(
          get((request) => this.#fetchToken(request, question)),
          call.signal,
        );
      },
    };
  }

  /** Has a deadline of its own and no caller's signal: others may be waiting for the same token. */
  async #fetchToken(request: TokenRequest, question: Question): Promise<Token> {
    const { host, name } = question.repository;
    using deadline = startDeadline(this.#options.totalMs);
    try {
      return await requestToken(request, {
        send: (http) => this.#send({ ...question, operation: 'token' }, http),
        headers: this.#headers({}, undefined),
        signal: deadline.signal,
        nowMs: () => this.#options.clock.now(),
        host,
        repository: name,
      });
    } catch (cause) {
      if (!deadline.expired) throw cause;
      const message = `The token service of ${host} took too long to answer.`;
      throw new RegistryError('timeout', message, { host, repository: name, cause });
    }
  }

  #headers(question: Pick<Question, 'accept'>, authorization: Authorization | undefined): Record<string, string> {
    return {
      'user-agent': this.#options.userAgent,
      'accept-encoding': 'identity',
      accept: question.accept ?? '*/*',
      ...(authorization === undefined ? {} : { authorization: authorization.header }),
    };
  }

  /** One HTTP exchange, told to the observer. */
  async #send(question: Question, request: HttpRequest): Promise<HttpResponse> {
    const { clock, transport, onRequest } = this.#options;
    const startedAt = clock.now();
    const record = (outcome: RequestRecord['outcome'], response?: HttpResponse) => {
      const rateLimit = response && parseRateLimit(response.headers);
      onRequest({
        registry: question.repository.registry,
        operation: question.operation,
        durationMs: clock.now() - startedAt,
        outcome,
        ...(rateLimit === undefined ? {} : { rateLimit }),
      });
    };
    try {
      const response = await transport.send(request);
      record(response.status, response);
      return response;
    } catch (error) {
      record(error instanceof RegistryError ? error.code : 'aborted');
      throw error;
    }
  }
}
