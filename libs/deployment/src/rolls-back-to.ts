import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { recordedConfig } from './recorded-config.ts';
import { sameTemplate } from './template.ts';
import { byVersionDescending, latestVersionOf, versionOf } from './versions.ts';

/**
 * The older version that the latest one is a return to: the newest that had the same pod template. Undefined when the version
 * just before has it too, which is the same again and no return, or when none had it, as far as they are still there.
 */
export function rollsBackTo(dc: NormalDeploymentConfig, rcs: readonly ReplicationController[]): number | undefined {
  const had = (rc: ReplicationController | undefined): boolean => {
    const config = recordedConfig(rc);
    return config !== undefined && sameTemplate(config.spec.template, dc.spec.template);
  };
  const [before, ...older] = byVersionDescending(rcs.filter((rc) => versionOf(rc) < latestVersionOf(dc)));
  if (before === undefined || had(before)) return undefined;
  const found = older.find(had);
  return found && versionOf(found);
}
