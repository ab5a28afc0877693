import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { imageTriggersOf } from './image-triggers.ts';

/**
 * What `oc get` shows under TRIGGERED BY: `config,image(web:latest)`, sorted. Only automatic image triggers count; their
 * containers are named when it is not plain which are meant.
 */
export function triggeredBy(dc: NormalDeploymentConfig): string {
  const texts = new Set<string>();
  if (dc.spec.triggers.some((trigger) => trigger.type === 'ConfigChange')) texts.add('config');
  const containers = (dc.spec.template.spec?.containers ?? []).map((container) => container.name);
  for (const { automatic, containerNames, from } of imageTriggersOf(dc)) {
    if (!automatic) continue;
    const plain = containers.length === 1 || containerNames.every((name) => containers.includes(name));
    texts.add(`image(${plain ? from.name : [...containerNames.toSorted(), from.name].join(',')})`);
  }
  return [...texts].sort().join(',');
}
