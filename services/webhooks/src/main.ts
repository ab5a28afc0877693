import { runService } from '@tagstream/service';
import { config } from './config.ts';
import { startWebhooks } from './start.ts';

await runService({
  name: 'webhooks',
  config,
  start: async (context) => {
    await startWebhooks(context, process.env);
  },
});
