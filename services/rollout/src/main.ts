import { runService } from '@tagstream/service';
import { config } from './config.ts';
import { startRollout } from './start.ts';

await runService({ name: 'rollout', config, start: startRollout });
