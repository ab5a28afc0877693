/** Labels and annotations that OpenShift puts on what belongs to a rollout; other tools read and write them too. */
export const openshift = {
  /** Label and annotation of a ReplicationController: name of its DeploymentConfig. */
  configName: 'openshift.io/deployment-config.name',
  configVersion: 'openshift.io/deployment-config.latest-version',
  encodedConfig: 'openshift.io/encoded-deployment-config',
  /** On pods: name of the ReplicationController. */
  deploymentName: 'openshift.io/deployment.name',
  phase: 'openshift.io/deployment.phase',
  statusReason: 'openshift.io/deployment.status-reason',
  cancelled: 'openshift.io/deployment.cancelled',
  /** `0` at creation, the number reached on success. */
  reachedReplicas: 'openshift.io/deployment.replicas',
  /** Replicas that the rollout aims at; absent once it is complete. */
  desiredReplicas: 'kubectl.kubernetes.io/desired-replicas',
  /** On the new ReplicationController of a rolling update: `<old name>:<old uid>`. */
  updateSourceId: 'kubectl.kubernetes.io/update-source-id',
  /** On the old one: its replicas when the update began. Informational. */
  originalReplicas: 'kubectl.kubernetes.io/original-replicas',
  /** Present: somebody else drives this rollout; we keep off. */
  deployerIgnore: 'deploy.openshift.io/deployer-pod.ignore',
  /** Label of hook and deployer pods: name of the ReplicationController. */
  deployerPodFor: 'openshift.io/deployer-pod-for.name',
  /** Label of hook pods: `hook-pre`, `hook-mid`, `hook-post`. */
  deployerPodType: 'openshift.io/deployer-pod.type',
  /** On a ReplicationController: the name of its deployer pod, and instants of its life as Go prints them. */
  deployerPodName: 'openshift.io/deployer-pod.name',
  deployerPodCreatedAt: 'openshift.io/deployer-pod.created-at',
  deployerPodStartedAt: 'openshift.io/deployer-pod.started-at',
  deployerPodCompletedAt: 'openshift.io/deployer-pod.completed-at',
  /** Pod labels, and keys of a ReplicationController's selector. */
  podConfigLabel: 'deploymentconfig',
  podDeploymentLabel: 'deployment',
} as const;

/**
 * Annotations of ours on ReplicationControllers: what a rollout must remember beyond the life of the process that runs it.
 * How far each hook is stands in annotations of their own, see `hookRecordOf`.
 */
export const own = {
  /** Instant of the last change that this rollout made to a number of replicas, ISO 8601. */
  lastProgress: 'rollout.tagstream.io/last-progress',
  /** Instant at which the present phase was entered, ISO 8601. */
  phaseSince: 'rollout.tagstream.io/phase-since',
  /** Which attempt at this rollout runs or ran last, 1 for the first; also on the pods that it made. */
  attempt: 'rollout.tagstream.io/attempt',
  /** Who may change this one's replicas: `<version>/rollout`, `<version>.<attempt>/rollout` or `<version>/settled`. */
  driver: 'rollout.tagstream.io/driver',
  /** Generation of the DeploymentConfig that the last change outside a rollout was decided on. */
  configGeneration: 'rollout.tagstream.io/config-generation',
  /** Phases already published, comma-separated. */
  announced: 'rollout.tagstream.io/announced',
  /** The older version whose template this one has again, when it is not that of the version before. */
  rollsBackTo: 'rollout.tagstream.io/rolls-back-to',
} as const;
