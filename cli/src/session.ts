import { connectKube, defaultNamespace, type KubeClient } from '@tagstream/kube';
import type { Command } from 'commander';
import type { Host } from './host.ts';
import type { ConnectionOptions } from './options.ts';
import { VERSION } from './version.ts';

/** Goes to the audit log, and its first part owns the fields that are written. */
const USER_AGENT = `tagstream/${VERSION}`;

/** What a command works with. */
export interface Session {
  readonly host: Host;
  readonly kube: KubeClient;
  readonly namespace: string;
}

/** Connects, runs the command, and closes the connections however it ends. */
export async function withSession<T>(host: Host, command: Command, run: (session: Session) => Promise<T>): Promise<T> {
  const options = command.optsWithGlobals<ConnectionOptions>();
  const { kubeconfig, context } = options;
  await using kube = await connectKube({
    userAgent: USER_AGENT,
    env: host.env,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
  });
  const namespace = options.namespace ?? (await defaultNamespace(options, host.env));
  return await run({ host, kube, namespace });
}
