import completionOf from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/**
 * Adds `completion SHELL`, which prints a script, and the hidden `complete -- WORDS`, which answers such scripts. The library
 * writes to standard output by itself, and takes the commands as they are now: to be called last.
 */
export function addCompletion(program: Command): void {
  const commands = allCommands(program);
  const descriptions = commands.map((command) => command.description());
  // What is shown beside a completion is the description; a summary is what fits there.
  for (const command of commands) command.description(command.summary() || command.description());
  completionOf(program, { completionCommandName: 'completion' });
  for (const [index, command] of commands.entries()) command.description(descriptions[index]!);
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('print a script for completion by the shell');
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
