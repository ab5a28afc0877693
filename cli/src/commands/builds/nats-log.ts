import type { Build } from '@tagstream/api-types';
import { isTerminal, phaseOf } from '@tagstream/build';
import type { Bus } from '@tagstream/bus';
import { BuildLogStream, buildLogSubject } from '@tagstream/events';
import { connectNats } from '../../nats/connect.ts';
import type { Session } from '../../session.ts';
import { endOf } from './wait-for-build.ts';

/** Prints the log of a Build that is stored on NATS; until the Build is over if `goOn` says so. */
export async function showNatsLog(session: Session, build: Build, url: string, goOn: boolean): Promise<void> {
  await using bus = await connectNats(url, session.host);
  const subject = buildLogSubject(build.metadata.namespace ?? '', build.metadata.name);
  let next = 1;
  if (goOn && !isTerminal(phaseOf(build))) {
    await using _live = bus.followText({
      stream: BuildLogStream,
      subject,
      from: 'all',
      signal: session.host.signal,
      onText: (text, { sequence }) => {
        next = sequence + 1;
        session.host.out(text);
      },
    });
    await endOf(session, build);
  }
  await printStored(bus, subject, next, session);
}

/** Prints what is stored from a sequence on, and no more. */
async function printStored(bus: Bus, subject: string, from: number, { host }: Session): Promise<void> {
  const printed = Promise.withResolvers<void>();
  await using reading = bus.followText({
    stream: BuildLogStream,
    subject,
    from,
    signal: host.signal,
    onText: (text, { pending }) => {
      host.out(text);
      if (pending === 0) printed.resolve();
    },
  });
  const { pending } = await reading.ready;
  if (pending > 0) await Promise.race([printed.promise, reading.closed]);
}
