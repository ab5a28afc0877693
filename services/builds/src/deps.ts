import type { Build, ImageStream } from '@tagstream/api-types';
import type { StreamName } from '@tagstream/build';
import type { EventRecorder, KubeClient } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { CancelClock } from './cancel-clock.ts';
import type { Telemetry } from './telemetry.ts';

/** What the steps for a BuildConfig and its Builds need. */
export interface StepDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly recordEvent: EventRecorder;
  readonly cancelClock: CancelClock;
  /** Whether everybody has been told of the phase that a Build is in. */
  readonly hasTold: (build: Build) => boolean;
  /** An ImageStream as it is in view; null when it is not there, undefined when its namespace is not looked at. */
  readonly stream: (name: StreamName) => ImageStream | null | undefined;
}
