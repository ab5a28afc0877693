import { runService } from '@tagstream/service';
import { config } from './config.ts';
import { startBuilds } from './start.ts';

await runService({ name: 'builds', config, start: startBuilds });
