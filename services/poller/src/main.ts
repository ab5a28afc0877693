import { setFlagsFromString } from 'node:v8';
import { runService } from '@tagstream/service';
import { config } from './config.ts';
import { startPoller } from './start.ts';

// A process that allocates quickly is given several times the memory that it uses. What a poller uses hardly changes, and
// what it allocates lives for one request: a heap that grows by a fifth between collections costs some percent of CPU.
setFlagsFromString('--heap-growing-percent=20');

await runService({ name: 'poller', config, start: startPoller });
