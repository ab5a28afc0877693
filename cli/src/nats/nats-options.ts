import type { Command } from 'commander';
import type { Host } from '../host.ts';

/** How NATS is found. */
export interface NatsOptions {
  readonly nats?: string;
}

/** The environment variables are those of the services. */
export function addNats(command: Command): Command {
  return command.option(
    '--nats <url>',
    'address of NATS, by default NATS_URL; NATS_CREDS and TAGSTREAM_PREFIX count, too',
  );
}

/** The address that options or environment name; undefined when neither does. */
export function natsUrl({ nats }: NatsOptions, { env }: Pick<Host, 'env'>): string | undefined {
  return nats || env.NATS_URL || undefined;
}
