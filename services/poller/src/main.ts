import { runService } from '@tagstream/service';
import { config } from './config.ts';
import { startPoller } from './start.ts';

await runService({ name: 'poller', config, start: startPoller });
