import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Progress } from './build-tool.ts';
import { applyCrds } from './control-plane/apply-crds.ts';
import { type SharedServers, startSharedServers } from './shared-servers.ts';

declare module 'vitest' {
  /** What `inject` gives to tests of the projects `servers` and `e2e`. */
  export interface ProvidedContext {
    /** `nats://host:port` of a NATS with JetStream, shared: use a stream prefix of your own. */
    natsUrl: string;
    /** Path of a cluster administrator's kubeconfig; the cluster is shared: use a namespace of your own. */
    kubeconfig: string;
    /** Path of a kubectl. */
    kubectl: string;
    /** `host:port` of a registry without TLS, shared: use repositories of your own. */
    registryHost: string;
  }
}

const crdsDir = resolve(import.meta.dirname, '../../../deploy/crds');

interface Shared {
  readonly servers: Promise<SharedServers>;
  users: number;
}

/** vitest loads and runs this file once per project; what they share has to live outside the module. */
const holder = globalThis as { tagstreamServers?: Shared | undefined };

/** Starts one set of servers for all projects of a run and tells tests their addresses; returns the teardown. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = holder.tagstreamServers ?? { servers: start(), users: 0 };
  holder.tagstreamServers = shared;
  shared.users++;
  const servers = await shared.servers;
  project.provide('natsUrl', servers.natsUrl);
  project.provide('kubeconfig', servers.kubeconfig);
  project.provide('kubectl', servers.kubectl);
  project.provide('registryHost', servers.registryHost);
  return async () => {
    shared.users--;
    if (shared.users > 0) return;
    holder.tagstreamServers = undefined;
    await servers[Symbol.asyncDispose]();
  };
}

async function start(): Promise<SharedServers> {
  const servers = await startSharedServers(process.env, report);
  try {
    await applyCrds(servers.kubeconfig, crdsDir);
    return servers;
  } catch (error) {
    await servers[Symbol.asyncDispose]();
    throw error;
  }
}

function report({ step, detail, elapsedMs, expectedMs }: Progress): void {
  const times = `${Math.round(elapsedMs / 1000)} s of about ${Math.round(expectedMs / 1000)} s`;
  process.stderr.write(`${step} (${times})${detail ? `: ${detail}` : ''}\n`);
}
