import type { Command } from 'commander';

/** Examples at the end of a command's help, each a comment and a command line. */
export function withExamples(
  command: Command,
  ...examples: readonly (readonly [comment: string, line: string])[]
): Command {
  const text = examples.map(([comment, line]) => `  # ${comment}\n  tagstream ${line}`).join('\n\n');
  return command.addHelpText('after', `\nExamples:\n${text}`);
}
