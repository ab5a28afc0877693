import type { DeploymentConfig } from '@tagstream/api-types';
import type { EventNote } from '@tagstream/kube';

/** Records events on DeploymentConfigs, without anybody waiting for it. */
export type EventRecorder = (dc: DeploymentConfig, note: EventNote) => void;
