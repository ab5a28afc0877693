import type { BuildTriggerCause, ObjectReference, SourceRevision, WebHookTriggerType } from '@tagstream/api-types';

/** OpenShift: a cause never shows the secret that was used. */
const HIDDEN_SECRET = '<secret>';

/** OpenShift: the member of a cause for each type of webhook. */
const WEBHOOK_MEMBER = {
  GitHub: 'githubWebHook',
  GitLab: 'gitlabWebHook',
  Bitbucket: 'bitbucketWebHook',
  Generic: 'genericWebHook',
} as const satisfies Record<WebHookTriggerType, keyof BuildTriggerCause>;

/** OpenShift: why a Build was made by a webhook. */
export function webHookCause(type: WebHookTriggerType, revision?: SourceRevision | null): BuildTriggerCause {
  return {
    message: `${type} WebHook`,
    [WEBHOOK_MEMBER[type]]: { ...(revision && { revision }), secret: HIDDEN_SECRET },
  };
}

/** OpenShift: why a Build was made because a tag moved. */
export function imageChangeCause(imageID: string, fromRef: ObjectReference): BuildTriggerCause {
  return { message: 'Image change', imageChangeBuild: { imageID, fromRef } };
}

/** OpenShift: the first Build of a BuildConfig that asks for one. */
export const configChangeCause: BuildTriggerCause = { message: 'Build configuration change' };

/** OpenShift: somebody asked for the Build; also said of a request without causes. */
export const manualCause: BuildTriggerCause = { message: 'Manually triggered' };
