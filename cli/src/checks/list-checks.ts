import type { ImageStream } from '@tagstream/api-types';
import { checkId } from '@tagstream/events';
import { isImportable, wantedTags } from '@tagstream/image-stream';
import { resources } from '@tagstream/kube';
import { CliError } from '../cli-error.ts';
import { ago, ahead, intervalText } from '../explain/say.ts';
import type { Host } from '../host.ts';
import { connectNats } from '../nats/connect.ts';
import { type NatsOptions, natsUrl } from '../nats/nats-options.ts';
import { readChecks } from '../nats/read-checks.ts';
import { serialized } from '../output.ts';
import type { Session } from '../session.ts';
import { styled } from '../style.ts';
import { table } from '../table.ts';
import { parseTargets } from '../targets.ts';
import { type ShownCheck, shownChecks } from './shown-check.ts';

export interface ChecksOptions extends NatsOptions {
  readonly output?: 'json' | 'yaml';
}

/**
 * Prints the checks of the tags that arguments name, of the whole namespace when there are none.
 * @throws CliError without NATS, and for a tag that no registry is asked about
 */
export async function listChecks(session: Session, args: readonly string[], options: ChecksOptions): Promise<void> {
  const { namespace, host } = session;
  const { output } = options;
  const url = natsUrl(options, host);
  if (url === undefined) throw new CliError('the checks are on NATS: set NATS_URL, or give --nats');
  const wanted = await readStreams(session, args);
  const tags = wanted.flatMap(({ stream }) =>
    wantedTags(stream)
      .filter(isImportable)
      .map(({ name, from }) => ({
        tag: { namespace, stream: stream.metadata.name, tag: name },
        from: from?.name ?? '',
      })),
  );
  await using bus = await connectNats(url, host);
  const records = await readChecks(bus, tags);
  const checks = wanted.flatMap(({ stream, tag }) => {
    const recordOf = (name: string) => records.get(checkId({ namespace, stream: stream.metadata.name, tag: name }));
    const shown = shownChecks(stream, recordOf, host.now());
    const chosen = shown.filter((check) => tag === undefined || check.tag === tag);
    if (tag !== undefined && chosen.length === 0) {
      throw new CliError(
        `no registry is asked about ${stream.metadata.name}:${tag}: tagstream explain istag/${stream.metadata.name}:${tag}`,
      );
    }
    return chosen;
  });
  if (output !== undefined) host.out(serialized({ namespace, tags: checks }, output));
  else if (checks.length === 0) host.err(`no registry is asked about tags in namespace ${namespace}\n`);
  else host.out(checksTable(checks, host));
}

interface WantedStream {
  readonly stream: ImageStream;
  /** Undefined for all. */
  readonly tag: string | undefined;
}

async function readStreams({ kube, namespace, host }: Session, args: readonly string[]): Promise<WantedStream[]> {
  const { signal } = host;
  if (args.length === 0) {
    const { items } = await kube.list<ImageStream>(resources.imageStreams, { namespace, signal });
    return items.map((stream) => ({ stream, tag: undefined }));
  }
  return await Promise.all(
    parseTargets(args, ['is']).map(async ({ resource, name: full }) => {
      const [name = '', tag] = full.split(':');
      return { stream: await kube.get<ImageStream>({ resource, namespace, name }, { signal }), tag };
    }),
  );
}

function checksTable(checks: readonly ShownCheck[], { colour, now }: Host): string {
  const nowMs = now();
  const rows = checks.map((check) => {
    const { stream, tag, intervalMs, lastChecked, lastError } = check;
    const isFailing = lastError !== null && lastError.at === lastChecked;
    const error = lastError && `${ago(Date.parse(lastError.at), nowMs)}: ${lastError.message} (${lastError.reason})`;
    return [
      `${stream}:${tag}`,
      lastChecked === null ? 'never' : ago(Date.parse(lastChecked), nowMs),
      nextText(check, nowMs, colour.out),
      intervalMs === null ? '-' : intervalText(intervalMs),
      error === null ? '-' : styled(error, isFailing ? 'red' : 'dim', colour.out),
    ];
  });
  return table([['TAG', 'LAST CHECK', 'NEXT CHECK', 'EVERY', 'LAST ERROR'], ...rows]);
}

function nextText({ nextCheck, lastChecked, isOverdue }: ShownCheck, nowMs: number, isColoured: boolean): string {
  if (nextCheck === null) return lastChecked === null ? '-' : 'at a push';
  const atMs = Date.parse(nextCheck);
  return isOverdue ? styled(`was due ${ago(atMs, nowMs)}`, 'red', isColoured) : ahead(atMs, nowMs);
}
