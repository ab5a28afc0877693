import { CommanderError } from 'commander';
import { CliError, EXIT_FAILURE, EXIT_USAGE, messageOf } from './cli-error.ts';
import type { Host } from './host.ts';
import { plainFlags } from './options.ts';
import { createProgram } from './program.ts';
import { styled } from './style.ts';

/** What a shell expects of a program that an interrupt ended. */
const EXIT_INTERRUPTED = 130;

/** Runs a command line, without the program's name; answers the exit code: 0 done, 1 failed, 2 wrong command line. */
export async function run(args: readonly string[], host: Host): Promise<number> {
  const program = createProgram(host);
  try {
    await program.parseAsync(plainFlags(program, args), { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE; // it has said what is wrong
    if (host.signal.aborted) return EXIT_INTERRUPTED;
    host.err(`${styled('error:', 'red', host.colour.err)} ${messageOf(error)}\n`);
    return error instanceof CliError ? error.exitCode : EXIT_FAILURE;
  }
}
