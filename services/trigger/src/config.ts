import { commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';
import { workloadKinds } from './workload/workload-kind.ts';

/** A host that an image reference can begin with: without a dot or a port it would be taken for a part of the path. */
const RegistryHost = Type.String({ pattern: '^([^\\s/]*[.:][^\\s/]*|localhost)$' });

/** Configuration of the trigger service. */
export const config = defineConfig({
  ...commonFields,
  namespace: field({
    env: 'TAGSTREAM_NAMESPACE',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Only objects of this namespace are looked after; all namespaces when not set',
  }),
  historyLimit: field({
    env: 'TAGSTREAM_HISTORY_LIMIT',
    schema: Type.Integer({ minimum: 1 }),
    default: 50,
    description: 'Items kept in the history of a tag',
  }),
  registryHost: field({
    env: 'TAGSTREAM_REGISTRY_HOST',
    schema: RegistryHost,
    optional: true,
    description: "Host of the cluster's own registry as workloads reach it, for status.dockerImageRepository",
  }),
  registryPublicHost: field({
    env: 'TAGSTREAM_REGISTRY_PUBLIC_HOST',
    schema: RegistryHost,
    optional: true,
    description: 'Host of that registry as everybody else reaches it',
  }),
  registrySharesImages: field({
    env: 'TAGSTREAM_REGISTRY_SHARES_IMAGES',
    schema: Type.Boolean(),
    default: false,
    description:
      "That registry serves under a stream's repository also what the stream has copied from another one, as OpenShift's does: copies are then recorded under the copying stream's own repository",
  }),
  checkPullPermission: field({
    env: 'TAGSTREAM_CHECK_PULL_PERMISSION',
    schema: Type.Boolean(),
    default: true,
    description:
      'Takes images from streams of another namespace only where that allows the service accounts of this one to get imagestreams/layers',
  }),
  resyncSeconds: field({
    env: 'TAGSTREAM_RESYNC_SECONDS',
    schema: Type.Integer({ minimum: 1 }),
    default: 600,
    description: 'How often every workload is compared with its streams even when nothing seems to have happened',
  }),
  patchConcurrency: field({
    env: 'TAGSTREAM_PATCH_CONCURRENCY',
    schema: Type.Integer({ minimum: 1, maximum: 256 }),
    default: 16,
    description: 'Workloads that are written at the same time',
  }),
  triggerKinds: field({
    env: 'TAGSTREAM_TRIGGER_KINDS',
    schema: Type.Array(Type.Enum(workloadKinds.map(({ resource }) => resource.plural))),
    default: workloadKinds.map(({ resource }) => resource.plural),
    description: 'Built-in kinds whose images are written; the service needs no right to a kind that is left out',
  }),
  workloads: field({
    env: 'TAGSTREAM_WORKLOADS',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Path of a YAML file of further kinds of workloads, taken up again when it changes',
  }),
});

export type TriggerConfig = ReturnType<typeof config.parse>;
