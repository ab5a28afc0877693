/** `npm run kubectl -- get is -n shop`: the control plane's own kubectl, pointed at the running stack. */
import { spawnSync } from 'node:child_process';
import { findRunningStack } from './stack/running-stack.ts';

try {
  const { kubectl, kubeconfig } = findRunningStack();
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  process.exitCode = spawnSync(kubectl, process.argv.slice(2), { stdio: 'inherit', env }).status ?? 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
