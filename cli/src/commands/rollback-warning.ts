import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { disabledTriggers } from '@tagstream/deployment';
import type { Host } from '../host.ts';
import { warn } from '../output.ts';

/** Tells that a rollback has turned image triggers off, and how they are turned on again. */
export function warnOfDisabledTriggers(host: Host, dc: NormalDeploymentConfig): void {
  const disabled = disabledTriggers(dc);
  if (disabled.length === 0) return;
  const tags = [...new Set(disabled)].join(',');
  const enable = `${host.programName} set triggers dc/${dc.metadata.name} --auto`;
  warn(host, `the following images triggers were disabled: ${tags}\n  You can re-enable them with: ${enable}`);
}
