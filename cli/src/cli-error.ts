import type { Refusal } from '@tagstream/deployment';
import { isKubeError, type KubeError } from '@tagstream/kube';

/** Something went wrong, or what was asked for cannot be done. */
export const EXIT_FAILURE = 1;

/** The command line was wrong: nothing was done. */
export const EXIT_USAGE = 2;

/** Ends a command with a message for the person who gave it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? EXIT_FAILURE;
  }
}

/** A command line that makes no sense. */
export function usageError(message: string): CliError {
  return new CliError(message, { exitCode: EXIT_USAGE });
}

/**
 * The result of an operation, if it was not refused.
 * @param what goes before the reason, where several objects are worked on
 * @throws CliError with the reason
 */
export function unlessRefused<T extends { readonly kind: string }>(
  result: T | Refusal,
  what?: string,
): Exclude<T, Refusal> {
  if (!isRefusal(result)) return result as Exclude<T, Refusal>;
  throw new CliError(what === undefined ? result.message : `${what}: ${result.message}`);
}

function isRefusal(result: { readonly kind: string }): result is Refusal {
  return result.kind === 'refused';
}

/** The error as a sentence. */
export function messageOf(error: unknown): string {
  if (isKubeError(error)) return kubeMessage(error);
  return error instanceof Error ? error.message : String(error);
}

function kubeMessage({ code, message, details }: KubeError): string {
  const { name, kind, group } = details;
  const what = `${kind ?? 'object'}${group ? `.${group}` : ''} "${name ?? ''}"`;
  switch (code) {
    case 'not_found':
      return name && kind ? `${what} not found` : message;
    case 'already_exists':
      return name && kind ? `${what} already exists` : message;
    case 'timeout':
    case 'unavailable':
      return `${message}. If it was to change something, look whether it did before you try again`;
    default:
      return message;
  }
}
