import { runService } from '@tagstream/service';
import { triggerConfig } from './config.ts';
import { startTrigger } from './start.ts';

await runService({ name: 'trigger', config: triggerConfig, start: startTrigger });
