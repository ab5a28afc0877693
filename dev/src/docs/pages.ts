import { config as builder } from '@tagstream/builder/config';
import { config as builds } from '@tagstream/builds/config';
import { allEvents, allStreams } from '@tagstream/events';
import { config as poller } from '@tagstream/poller/config';
import { config as rollout } from '@tagstream/rollout/config';
import { config as trigger } from '@tagstream/trigger/config';
import { config as webhooks } from '@tagstream/webhooks/config';
import { asyncApi } from './asyncapi.ts';
import { configurationPage } from './configuration-page.ts';
import { eventsPage } from './events-page.ts';

/** Every generated page, by its path below `docs/`. */
export function generatedPages(): Readonly<Record<string, string>> {
  return {
    'asyncapi.json': `${JSON.stringify(asyncApi(allEvents), null, 2)}\n`,
    'configuration.md': configurationPage([
      { service: 'poller', variables: poller.variables },
      { service: 'webhooks', variables: webhooks.variables },
      { service: 'trigger', variables: trigger.variables },
      { service: 'rollout', variables: rollout.variables },
      { service: 'builds', variables: builds.variables },
      { service: 'builder', variables: builder.variables },
    ]),
    'events.md': eventsPage(allEvents, allStreams),
  };
}
