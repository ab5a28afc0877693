import { ConfigError, type ServiceContext } from '@tagstream/service';
import type { WebhooksConfig } from '../config.ts';
import { parseSecretList, type Secrets, secretsOf } from '../secrets.ts';
import { type FollowOptions, followReceivers } from './follow-receivers.ts';
import { sameForAllSenders } from './make-receiver.ts';
import type { Receivers } from './receiver.ts';
import { ReceiversError } from './receivers-error.ts';

type Options = Pick<ServiceContext<WebhooksConfig>, 'config' | 'log' | 'clock' | 'health' | 'defer'> &
  Pick<FollowOptions, 'env' | 'nameRegistry' | 'onReload'>;

/**
 * The receivers of the file that the configuration names, followed from now on; without one a receiver for each kind of
 * sender.
 * @throws ConfigError when the file cannot be used, or nobody was told which secrets count.
 */
export async function openReceivers(options: Options): Promise<Receivers> {
  const { config, health, defer } = options;
  if (config.receivers === undefined) return sameForAllSenders(readSecrets(options), options.nameRegistry);
  try {
    const followed = defer(await followReceivers({ ...options, path: config.receivers }));
    // A file that was refused is told but does not make the service unready: all replicas would be, and nothing taken in.
    health.check('receivers', () => ({ ready: true, detail: followed.state().detail }));
    return followed;
  } catch (error) {
    if (!(error instanceof ReceiversError)) throw error;
    throw new ConfigError(error.problems.map((problem) => `TAGSTREAM_RECEIVERS: ${problem}`));
  }
}

function readSecrets({ config, log }: Options): Secrets | null {
  const values = parseSecretList(config.secrets ?? '');
  if (values.length > 0) return secretsOf(values);
  if (config.allowAnybody) {
    log.warn('hooks take notifications from anybody');
    return null;
  }
  throw new ConfigError([
    'TAGSTREAM_WEBHOOK_SECRETS is required: set at least one secret, or list receivers in the file that TAGSTREAM_RECEIVERS ' +
      'names, or set TAGSTREAM_WEBHOOK_ALLOW_ANYBODY=true where only senders can reach the hooks',
  ]);
}
