import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError, usageError } from '../../cli-error.ts';
import type { Host } from '../../host.ts';
import { withExamples } from '../examples.ts';
import { curlCommand } from './curl-command.ts';
import { findReceiver } from './find-receiver.ts';
import { meaningOf } from './hook-answer.ts';

interface Options {
  readonly url: string;
  readonly receiver?: string;
  readonly receivers?: string;
  readonly printCurl?: true;
  readonly secretFile?: string;
  readonly sample?: string;
  readonly ref?: string;
}

/** Variable that a secret may come in, so that it stands in no list of processes. */
const SECRET_VARIABLE = 'TAGSTREAM_WEBHOOK_SECRET';

/** Senders wait 1 to 10 s for their answer. */
const TIMEOUT_MS = 10_000;

/** Adds `webhook test` to the command `webhook`. */
export function addTestHook(parent: Command, host: Host): void {
  const command = parent
    .command('test')
    .argument(
      '[sender]',
      'kind of registry: harbor, quay, github…; or a receiver of --receivers; not needed for a BuildConfig',
    )
    .requiredOption('--url <url>', 'where the hooks are, or the whole URL of a hook of a BuildConfig')
    .option('--receiver <name>', 'name of the receiver, by default that of the sender')
    .option(
      '--receivers <path>',
      'receivers file of the service: the receiver, its sender and its secret come from there',
    )
    .option('--secret-file <path>', `file with the secret, by default the variable ${SECRET_VARIABLE}`)
    .option('--sample <name>', 'which recorded request, where there are several')
    .option('--ref <ref>', 'BuildConfigs: the branch that was pushed to, refs/heads/master by default')
    .option('--print-curl', 'print the request as a command line of curl, proof included, and send nothing')
    .summary('send a recorded request to a hook')
    .description(
      'Sends what a registry or git host would send, proven with the secret, and shows the answer. A hook of a registry leads to one ' +
        'look at an image that nobody has; one of a BuildConfig makes a Build.',
    );
  command.action(async (sender: string | undefined) => testHook(host, sender, command.opts<Options>()));
  withExamples(
    command,
    [
      'Try a receiver',
      `webhook test harbor --url https://hooks.example.com --receiver harbor-prod --secret-file secret`,
    ],
    [
      'Try a receiver of the file',
      'webhook test harbor-prod --receivers receivers.yaml --url https://hooks.example.com',
    ],
    ['Try a BuildConfig', 'webhook test --url "$(cat url-of-the-hook)" --ref refs/heads/main'],
  );
}

async function testHook(host: Host, sender: string | undefined, options: Options): Promise<void> {
  const request = await sampleOf(host, sender, options);
  if (options.printCurl) return host.out(`${curlCommand(request)}\n`);
  const { url, ...init } = request;
  let response: Response;
  try {
    const signal = AbortSignal.any([host.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    response = await fetch(url, { ...init, signal, redirect: 'manual' });
  } catch (error) {
    host.signal.throwIfAborted();
    // The message of fetch holds neither path nor secret; the URL does.
    throw new CliError(`${new URL(url).host} did not answer: ${reasonOf(error)}`, { cause: error });
  }
  const text = await response.text();
  host.out(`${`${response.status} ${summaryOf(text)}`.trimEnd()}\n`);
  const warning = response.headers.get('warning');
  if (warning !== null) host.err(`${warning}\n`);
  const meaning = isBuildHook(url) ? undefined : meaningOf(response.status, text);
  if (!response.ok) throw new CliError(`the hook did not take the request${meaning ? `: ${meaning}` : '.'}`);
  if (meaning !== undefined) host.out(`${meaning}\n`);
}

async function sampleOf(host: Host, sender: string | undefined, options: Options) {
  if (!URL.canParse(options.url)) throw usageError(`"${options.url}" is no URL.`);
  const secret = await secretOf(host, options);
  const nowMs = host.now();
  try {
    if (isBuildHook(options.url)) {
      const { gitSampleRequest } = await import('@tagstream/webhooks/send-git-sample');
      const { url, sample, ref } = options;
      return gitSampleRequest({ url, sample, ref, signingSecret: secret, deliveryId: randomUUID(), nowMs });
    }
    if (sender === undefined) throw usageError('say which kind of registry is to be tried: harbor, quay, github…');
    // Loaded only here: what senders write is compiled into validators, which takes longer than most commands.
    const { sampleRequest } = await import('@tagstream/webhooks/send-sample');
    const found = options.receivers ? await findReceiver(host, options.receivers, sender) : undefined;
    if (found !== undefined && found.proof === undefined && secret === undefined) {
      throw usageError(`no secret of ${found.name} can be read here: give it with --secret-file`);
    }
    return sampleRequest({
      baseUrl: options.url,
      receiver: { name: options.receiver ?? found?.name ?? sender, sender: found?.sender ?? sender },
      proof: secret === undefined ? (found?.proof ?? 'none') : { secret },
      ...(options.sample !== undefined && { sample: options.sample }),
      nowMs,
    });
  } catch (error) {
    if (error instanceof RangeError) throw usageError(error.message);
    throw error;
  }
}

/** Hooks of BuildConfigs have OpenShift's addresses. */
const isBuildHook = (url: string): boolean => new URL(url).pathname.includes('/buildconfigs/');

async function secretOf({ env }: Host, { secretFile }: Options): Promise<string | undefined> {
  if (secretFile === undefined) return env[SECRET_VARIABLE] || undefined;
  try {
    return (await readFile(secretFile, 'utf8')).trim();
  } catch (error) {
    throw new CliError(`the file "${secretFile}" cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** What a person wants to know of an answer: the name of a Build, the sentence of a Status, or all of it. */
function summaryOf(text: string): string {
  try {
    const answer = JSON.parse(text) as { kind?: string; message?: string; metadata?: { name?: string } };
    if (answer.kind === 'Build') return `build.build.openshift.io/${answer.metadata?.name} made`;
    if (answer.kind === 'Status') return answer.message ?? '';
  } catch {
    // Not every answer is JSON: a ping's is empty, a proxy's is its own.
  }
  return text.trim();
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
