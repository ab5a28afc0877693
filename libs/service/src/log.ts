import { type DestinationStream, type Logger, pino } from 'pino';

/** The logger handed to everything; messages are static texts, facts are fields. */
export type Log = Logger;

/** Keys whose values are secrets wherever they turn up. */
const SECRET_KEYS = [
  'authorization',
  'Authorization',
  'proxy-authorization',
  'cookie',
  'password',
  'passwd',
  'secret',
  'token',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'identitytoken',
  'clientSecret',
  'client_secret',
  'privateKey',
  'apiKey',
  'auth',
  'credentials',
] as const;

/** How deep below the logged fields secrets are looked for; pino's wildcard covers one level each. */
const REDACTED_DEPTH = 4;

/** `["token"]`, `*["token"]`, `*.*["token"]`… */
function redactedPaths(): string[] {
  return SECRET_KEYS.flatMap((key) =>
    Array.from({ length: REDACTED_DEPTH }, (_, depth) => `${Array(depth).fill('*').join('.')}["${key}"]`),
  );
}

/** Options of {@link createLog}. */
export interface LogOptions {
  readonly service: string;
  readonly version?: string | undefined;
  readonly level: string;
  /** Where lines go; standard output when not given. */
  readonly destination?: DestinationStream;
}

/** A logger that writes one JSON object a line, with `service`, `version`, `level` as a word and an ISO `time`. */
export function createLog(options: LogOptions): Log {
  const settings = {
    level: options.level,
    base: { service: options.service, ...(options.version ? { version: options.version } : {}) },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths(), censor: '[redacted]' },
  };
  // Written at once: the last words of a process must neither be lost nor overtaken.
  return pino(settings, options.destination ?? pino.destination({ dest: 1, sync: true }));
}
