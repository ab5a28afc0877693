import type { KubeObject } from '@tagstream/api-types';
import { retry } from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import type { Command } from 'commander';
import { unlessRefused } from '../cli-error.ts';
import type { Host } from '../host.ts';
import { addOutput, type OutputOptions } from '../options.ts';
import { printObject } from '../output.ts';
import { readConfig, readLatest } from '../read.ts';
import { type Session, withSession } from '../session.ts';
import { parseTargets } from '../targets.ts';
import { untilUnchanged } from '../write/update.ts';
import { withExamples } from './examples.ts';

/** Label of the deployer pod of a rollout and of the pods of its hooks. */
const DEPLOYER_POD_LABEL = 'openshift.io/deployer-pod-for.name';

export function addRolloutRetry(parent: Command, host: Host): void {
  const command = parent
    .command('retry')
    .argument('<dc...>', 'DeploymentConfigs: dc/NAME')
    .summary('run the latest rollout again after it failed')
    .description(
      'Runs the latest rollout again after it failed. What it deploys stays the same: no new version is made.',
    );
  addOutput(command).action(async (args: string[], options: OutputOptions) => {
    await withSession(host, command, async (session) => {
      for (const { name } of parseTargets(args, ['dc'])) await retryOne(session, name, options);
    });
  });
  withExamples(command, ['Try the latest rollout again', 'rollout retry dc/web']);
}

async function retryOne(session: Session, name: string, options: OutputOptions): Promise<void> {
  const { object, version } = await untilUnchanged(`deploymentconfigs/${name}`, async () => {
    const { stored, dc } = await readConfig(session, name);
    const found = unlessRefused(retry(dc, await readLatest(session, dc)));
    await deletePods(session, found.rc.metadata.name);
    const { uid, resourceVersion } = found.rc.metadata;
    const key = {
      resource: resources.replicationControllers,
      namespace: session.namespace,
      name: found.rc.metadata.name,
    };
    await session.kube.mergePatch(key, { metadata: { uid, resourceVersion, annotations: found.annotations } });
    return { object: stored, version: found.version };
  });
  const operation = `retried rollout #${version}`;
  printObject(session.host, options, { resource: resources.deploymentConfigs, object, operation });
}

async function deletePods({ kube, namespace }: Session, rcName: string): Promise<void> {
  const labelSelector = `${DEPLOYER_POD_LABEL}=${rcName}`;
  const { items } = await kube.list<KubeObject>(resources.pods, { namespace, labelSelector });
  for (const { metadata } of items) {
    await kube.delete({ resource: resources.pods, namespace, name: metadata.name }, { gracePeriodSeconds: 0 });
  }
}
