import type { ServiceContext } from './run-service.ts';

/** What of the configuration leads to NATS; `commonFields` have it. */
interface NatsConfig {
  readonly natsUrl: string;
  readonly natsCreds: string | undefined;
  readonly subjectPrefix: string;
}

/**
 * Where a service finds NATS and what it is called there: the options of `connectBus` that follow from its context. Plain
 * values and not a connection, so that this library knows no NATS and a service can add what is its own.
 */
export function natsOptions({ name, config, signal }: Pick<ServiceContext<NatsConfig>, 'name' | 'config' | 'signal'>) {
  return {
    servers: config.natsUrl,
    name,
    prefix: config.subjectPrefix,
    credsFile: config.natsCreds,
    signal,
  };
}

/** Where a service finds its cluster and as whom it writes there: options of `connectKube`, plain values as above. */
export function kubeOptions({
  name,
  config,
}: Pick<ServiceContext<{ readonly kubeconfig: string | undefined }>, 'name' | 'config'>) {
  return { userAgent: `tagstream-${name}`, ...(config.kubeconfig && { kubeconfig: config.kubeconfig }) };
}
