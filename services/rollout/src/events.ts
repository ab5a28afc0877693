import type { DeploymentConfig } from '@tagstream/api-types';
import type { EventText } from '@tagstream/kube';

/** Records events on DeploymentConfigs, without anybody waiting for it. */
export type EventRecorder = (dc: DeploymentConfig, note: EventText) => void;
