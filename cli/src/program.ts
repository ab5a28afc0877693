import { Command } from 'commander';
import { addCancelBuild } from './commands/builds/cancel-build.ts';
import { addLogs } from './commands/builds/logs.ts';
import { addStartBuild } from './commands/builds/start-build.ts';
import { addChecks } from './commands/checks.ts';
import { addConvert } from './commands/convert.ts';
import { addCreateConfig } from './commands/create-config.ts';
import { withExamples } from './commands/examples.ts';
import { addExplain } from './commands/explain.ts';
import { addImportImage } from './commands/import-image.ts';
import { addRollback } from './commands/rollback.ts';
import { addRolloutCancel } from './commands/rollout-cancel.ts';
import { addRolloutHistory } from './commands/rollout-history.ts';
import { addRolloutLatest } from './commands/rollout-latest.ts';
import { addRolloutPause, addRolloutResume } from './commands/rollout-pause.ts';
import { addRolloutRetry } from './commands/rollout-retry.ts';
import { addRolloutStatus } from './commands/rollout-status.ts';
import { addRolloutUndo } from './commands/rollout-undo.ts';
import { addSetTriggers } from './commands/set-triggers.ts';
import { addTag } from './commands/tag.ts';
import { addTagHistory } from './commands/tag-history.ts';
import { addTestHook } from './commands/webhooks/test-hook.ts';
import { addCompletion } from './completion.ts';
import type { Host } from './host.ts';
import { addConnection } from './options.ts';
import { VERSION } from './version.ts';

/** The whole command line. Nothing is written to the process: what commander has to say goes through the host. */
export function createProgram(host: Host): Command {
  const program = new Command(host.programName)
    .description('Rollouts, rollbacks, triggers, tags and builds of OpenShift on any Kubernetes, with the words of oc.')
    .configureOutput({
      writeOut: host.out,
      writeErr: host.err,
      getOutHasColors: () => host.colour.out,
      getErrHasColors: () => host.colour.err,
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride();
  addConnection(program);

  const rollout = program.command('rollout').description('start, watch, cancel and undo rollouts of DeploymentConfigs');
  const addToRollout = [
    addRolloutLatest,
    addRolloutStatus,
    addRolloutHistory,
    addRolloutUndo,
    addRolloutCancel,
    addRolloutRetry,
    addRolloutPause,
    addRolloutResume,
  ];
  for (const add of addToRollout) add(rollout, host);
  addRollback(program, host);
  addCreateConfig(program.command('create').description('create a DeploymentConfig'), host);
  addSetTriggers(program.command('set').description('change triggers'), host);
  for (const add of [addExplain, addChecks, addTag, addImportImage, addTagHistory, addConvert]) add(program, host);
  for (const add of [addStartBuild, addCancelBuild, addLogs]) add(program, host);
  addTestHook(program.command('webhook').description('try the hooks of registries and BuildConfigs'), host);
  program
    .command('version')
    .description('print the version')
    .action(() => host.out(`${VERSION}\n`));
  addCompletion(program);
  withExamples(
    program,
    ['Why does it run this image?', 'explain deployment/web'],
    ['Roll out what the tags point to now, and wait', 'rollout latest dc/web && tagstream rollout status dc/web'],
    ['What a command takes', 'set triggers --help'],
  );
  return program;
}
