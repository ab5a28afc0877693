import { runService } from '@tagstream/service';
import { config } from './config.ts';
import { runSingle } from './run-single.ts';
import { startBuilder } from './start.ts';

const [command, target] = process.argv.slice(2);

if (command === 'run' && target) {
  let code = 1;
  // runService ends the process by itself; only in the pod of a Job its end is that of the build.
  process.on('exit', () => {
    process.exitCode = code;
  });
  await runService({
    name: 'builder',
    config,
    async start(context) {
      code = await runSingle(target, context);
      process.kill(process.pid, 'SIGTERM');
    },
  });
} else {
  await runService({ name: 'builder', config, start: startBuilder });
}
