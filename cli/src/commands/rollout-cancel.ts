import type { ReplicationController } from '@tagstream/api-types';
import {
  cancellation,
  cancelledByUserAnnotations,
  isCancelled,
  isTerminal,
  phaseOf,
  versionOf,
} from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import type { Command } from 'commander';
import { CliError, unlessRefused } from '../cli-error.ts';
import { humanDuration } from '../duration.ts';
import type { Host } from '../host.ts';
import { addOutput, type OutputOptions } from '../options.ts';
import { printObject } from '../output.ts';
import { readConfig, readControllers } from '../read.ts';
import { type Session, withSession } from '../session.ts';
import { parseTargets } from '../targets.ts';
import { untilUnchanged } from '../write/update.ts';
import { withExamples } from './examples.ts';

export function addRolloutCancel(parent: Command, host: Host): void {
  const command = parent
    .command('cancel')
    .argument('<dc...>', 'DeploymentConfigs: dc/NAME')
    .summary('cancel the rollout under way')
    .description(
      'Asks the rollout under way to stop. It may complete all the same before it sees that; otherwise it fails, and the ' +
        'version before gets its replicas back.',
    );
  addOutput(command).action(async (args: string[], options: OutputOptions) => {
    await withSession(host, command, async (session) => {
      for (const { name } of parseTargets(args, ['dc'])) await cancel(session, name, options);
    });
  });
  withExamples(command, ['Cancel the rollout under way', 'rollout cancel dc/web']);
}

/** OpenShift: that a configuration is paused is an error, which does not keep a rollout from being cancelled. */
async function cancel(session: Session, name: string, options: OutputOptions): Promise<void> {
  const resource = resources.deploymentConfigs;
  const { stored, dc } = await readConfig(session, name);
  const found = unlessRefused(cancellation(dc, await readControllers(session, name)));
  for (const rc of found.already) {
    session.host.err(`replicationcontrollers/${rc.metadata.name} is already cancelled\n`);
  }
  for (const rc of found.cancel) {
    const operation = (await cancelOne(session, rc)) ? 'cancelling' : 'already over';
    printObject(session.host, options, { resource, object: stored, operation });
  }
  if (found.cancel.length === 0) session.host.out(`${nothingToCancel(found.newest, session.host.now())}\n`);
  if (dc.spec.paused) throw new CliError(`unable to cancel paused deployment ${session.namespace}/${name}`);
}

/** False when the rollout ended before it could be cancelled. */
async function cancelOne({ kube }: Session, { metadata }: ReplicationController): Promise<boolean> {
  const key = { resource: resources.replicationControllers, namespace: metadata.namespace ?? '', name: metadata.name };
  return await untilUnchanged(`replicationcontrollers/${key.name}`, async () => {
    const rc = await kube.get<ReplicationController>(key);
    if (isTerminal(rc)) return false;
    const { uid, resourceVersion } = rc.metadata;
    await kube.mergePatch(key, { metadata: { uid, resourceVersion, annotations: cancelledByUserAnnotations } });
    return true;
  });
}

function nothingToCancel(newest: ReplicationController, nowMs: number): string {
  const cancelling = isCancelled(newest) && !isTerminal(newest) ? ' (cancelling)' : '';
  const age = humanDuration(nowMs - Date.parse(newest.metadata.creationTimestamp ?? ''));
  const phase = phaseOf(newest).toLowerCase();
  return `No rollout is in progress (latest rollout #${versionOf(newest)} ${phase}${cancelling} ${age} ago)`;
}
