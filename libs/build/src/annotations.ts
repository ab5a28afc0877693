/** Labels and annotations that OpenShift puts on Builds and BuildConfigs; other tools read and write them too. */
export const openshift = {
  /** Label (cut to a valid value) and annotation of a Build: name of its BuildConfig. */
  configName: 'openshift.io/build-config.name',
  /** Label of a Build: name of its BuildConfig, as it is. */
  configLabel: 'buildconfig',
  /** Label of a Build: the run policy that it was made with. */
  runPolicy: 'openshift.io/build.start-policy',
  /** Annotation of a Build: its number within its BuildConfig. */
  number: 'openshift.io/build.number',
  /** Annotation of a Build: the Build whose spec it repeats. */
  cloneOf: 'openshift.io/build.clone-of',
  /** Annotation of a Build: the pod that runs it. */
  podName: 'openshift.io/build.pod-name',
  /** Annotation of a BuildConfig: `true` refuses new builds. */
  paused: 'openshift.io/build-config.paused',
  /** What Jenkins keeps on the Builds of its pipelines. */
  jenkinsPrefix: 'openshift.io/jenkins-',
} as const;

/** Labels and annotations of ours on Builds. */
export const own = {
  /** Label (a hash, for finding it) and annotation (as it was given): the request that led to the Build. */
  requestId: 'build.tagstream.io/request-id',
  /** What `status.imageChangeTriggers` of the BuildConfig becomes with this Build, as JSON. */
  imageTriggers: 'build.tagstream.io/image-triggers',
  /** Who runs the Build: `<runner>/<instance>`. */
  runner: 'build.tagstream.io/runner',
  /** Where the log is: `nats:<subject>` or `pod:<name>/<container>`. */
  log: 'build.tagstream.io/log',
} as const;
