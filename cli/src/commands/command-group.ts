import type { Command } from 'commander';
import type { Host } from '../host.ts';

/** Adds a command to the program or to a group of it. */
export type AddCommand = (parent: Command, host: Host) => void;

/** Examples at the end of a command's help, each a comment and a command line. */
export function withExamples(
  command: Command,
  ...examples: readonly (readonly [comment: string, line: string])[]
): Command {
  const text = examples.map(([comment, line]) => `  # ${comment}\n  tagstream ${line}`).join('\n\n');
  return command.addHelpText('after', `\nExamples:\n${text}`);
}
