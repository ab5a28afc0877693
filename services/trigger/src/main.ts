import { runService } from '@tagstream/service';
import { config } from './config.ts';
import { startTrigger } from './start.ts';

await runService({ name: 'trigger', config: config, start: startTrigger });
