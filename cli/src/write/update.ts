import { isKubeError } from '@tagstream/kube';
import { CliError } from '../cli-error.ts';

/** As `oc` does; a controller's writes come in short rows, never as many as this. */
const MAX_ATTEMPTS = 5;

/**
 * Reads, works out and writes, all over again when the object changed in between: every write carries the version that it was
 * worked out on.
 * @throws CliError when it keeps changing
 */
export async function untilUnchanged<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
      if (attempts === MAX_ATTEMPTS) {
        throw new CliError(`${what} was changed by somebody else ${MAX_ATTEMPTS} times in a row: try again`, {
          cause: error,
        });
      }
    }
  }
}
