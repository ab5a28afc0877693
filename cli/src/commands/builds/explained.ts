import { BuildError } from '@tagstream/build';
import { CliError } from '../../cli-error.ts';

/** OpenShift: what a person is told when a build cannot be started, with what can be done about it. */
export function explained(error: unknown, config: string): unknown {
  if (!(error instanceof BuildError)) return error;
  switch (error.code) {
    case 'name_taken': {
      const advice = `Retry building BuildConfig "${config}" or delete the conflicting builds`;
      return new CliError(`${error.message}: ${advice}`, { cause: error });
    }
    case 'invalid_config':
      if (error.field !== 'spec.source') break;
      return new CliError(
        `${error.message}. Sources that come with the request (--from-dir, --from-repo, --from-file) are not supported`,
        { cause: error },
      );
    default:
  }
  return new CliError(error.message, { cause: error });
}
