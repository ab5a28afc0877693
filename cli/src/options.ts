import { type Command, InvalidArgumentError, Option } from 'commander';

/** How the cluster is found; on the program, so that they may stand anywhere. */
export interface ConnectionOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
}

export interface OutputOptions {
  readonly output?: 'json' | 'yaml' | 'name';
}

export interface DryRunOptions {
  readonly dryRun?: true;
}

export function addConnection(program: Command): Command {
  return program
    .option('-n, --namespace <name>', "namespace, by default the one of the kubeconfig's context")
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <path>', 'kubeconfig, by default those in KUBECONFIG, or ~/.kube/config');
}

export function addOutput(command: Command): Command {
  return command.addOption(new Option('-o, --output <format>', 'print the object').choices(['json', 'yaml', 'name']));
}

/** `--dry-run=client`, the only strategy; the value is taken off by {@link plainFlags}. */
export function addDryRun(command: Command, flags = '--dry-run'): Command {
  return command.option(flags, 'only print what would be written, also written --dry-run=client');
}

/** An option that names a revision; 0, its default, stands for what `byDefault` says. */
export function addRevision(command: Command, flags: string, description: string, byDefault: string): Command {
  return command.addOption(new Option(flags, description).argParser(parseRevision).default(0, byDefault));
}

/** A number that counts revisions; 0 means that none is named. @throws InvalidArgumentError */
export function parseRevision(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/**
 * The arguments as commander takes them. kubectl writes flags with values too: `--watch=false`, `--again=true`,
 * `--dry-run=client`, `--dry-run=none`. What follows `--` is left alone.
 */
export function plainFlags(program: Command, args: readonly string[]): string[] {
  const flags = new Set(flagsOf(program));
  const end = args.indexOf('--');
  const ours = end < 0 ? args : args.slice(0, end);
  const plain = ours.flatMap((arg) => {
    const [, flag, value] = /^(--[a-z-]+)=(true|false|client|none)$/.exec(arg) ?? [];
    if (flag === undefined || !flags.has(flag)) return [arg];
    const isDryRun = flag === '--dry-run';
    if (isDryRun ? value === 'client' : value === 'true') return [flag];
    if (isDryRun ? value !== 'none' : value !== 'false') return [arg];
    const negated = flag.replace('--', '--no-');
    return flags.has(negated) ? [negated] : [];
  });
  return [...plain, ...args.slice(ours.length)];
}

/** The long names of all options without value. */
function flagsOf(command: Command): string[] {
  const own = command.options.filter((option) => option.isBoolean()).flatMap(({ long }) => long ?? []);
  const negated = command.options.filter(({ negate }) => negate).flatMap(({ long }) => long ?? []);
  return [...own, ...negated, ...command.commands.flatMap(flagsOf)];
}
