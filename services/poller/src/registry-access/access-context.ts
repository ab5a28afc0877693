import type { KubeClient } from '@tagstream/kube';
import { ConfigError, type ConfigOf, type ServiceContext } from '@tagstream/service';
import type { accessFields } from './access-config.ts';
import type { AccessTelemetry } from './access-telemetry.ts';
import { followFiles } from './follow-files.ts';

/** The part of the configuration that is about access. */
export type AccessConfig = ConfigOf<typeof accessFields> & { readonly namespace?: string | undefined };

/** What starting takes from the service. */
export type AccessContext = Pick<
  ServiceContext<AccessConfig>,
  'config' | 'log' | 'clock' | 'signal' | 'metrics' | 'health' | 'defer'
>;

/** What each part of the access is started with. */
export interface AccessParts {
  readonly context: AccessContext;
  readonly kube: Pick<KubeClient, 'get' | 'list' | 'watch'>;
  readonly onProblem: AccessTelemetry['problem'];
  /** The access may have changed for the streams of a namespace; without one, for all. */
  readonly onChange: (namespace?: string) => void;
}

/**
 * Follows what a variable of the environment names on the disk.
 * @throws ConfigError when it cannot be used at the start; later it is reported, and what was read before counts on.
 */
export async function followConfigured<V>(
  { context, onProblem, onChange }: AccessParts,
  variable: string,
  path: string,
  read: (path: string) => Promise<V>,
  use: (now: V) => void,
): Promise<void> {
  const { clock, signal } = context;
  const sentence = (error: unknown) => `${variable} names ${path}, which cannot be used: ${(error as Error).message}`;
  try {
    await followFiles({
      read: () => read(path),
      clock,
      signal,
      onChange: (now) => {
        use(now);
        onChange();
      },
      onProblem: (error) => onProblem(sentence(error)),
    });
  } catch (error) {
    throw new ConfigError([sentence(error)]);
  }
}
