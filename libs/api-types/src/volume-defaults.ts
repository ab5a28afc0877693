import { defaultFieldReferences, defaultPullPolicy } from './container-defaults.ts';
import { type JsonObject, mapField, mapList, withDefaults } from './json-object.ts';
import { canonicalQuantity } from './quantity.ts';

/** rw-r--r--, in decimal as JSON has it. */
const DEFAULT_MODE = 0o644;

/** Kubernetes: the defaults of volume sources that are fixed values. */
const SOURCE_DEFAULTS: Readonly<Record<string, JsonObject>> = {
  secret: { defaultMode: DEFAULT_MODE },
  configMap: { defaultMode: DEFAULT_MODE },
  downwardAPI: { defaultMode: DEFAULT_MODE },
  projected: { defaultMode: DEFAULT_MODE },
  hostPath: { type: '' },
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared', readOnly: false },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
};

/** Kubernetes: the defaults of a volume; without a source it is an empty directory. */
export function defaultVolume(volume: JsonObject): JsonObject {
  const named = Object.keys(volume).length <= 1 ? { ...volume, emptyDir: {} } : volume;
  const withFixed = Object.entries(SOURCE_DEFAULTS).reduce(
    (result, [source, defaults]) => mapField(result, source, (value) => withDefaults(value, defaults)),
    named,
  );
  return [
    (v: JsonObject) => mapField(v, 'downwardAPI', (source) => mapList(source, 'items', defaultFieldReferences)),
    (v: JsonObject) => mapField(v, 'projected', (source) => mapList(source, 'sources', defaultProjection)),
    (v: JsonObject) => mapField(v, 'emptyDir', (source) => canonicalField(source, 'sizeLimit')),
    (v: JsonObject) =>
      mapField(v, 'image', (source) => withDefaults(source, { pullPolicy: defaultPullPolicy(source.reference) })),
    (v: JsonObject) => mapField(v, 'ephemeral', (source) => mapField(source, 'volumeClaimTemplate', defaultClaim)),
  ].reduce((result, change) => change(result), withFixed);
}

function defaultProjection(source: JsonObject): JsonObject {
  const token = mapField(source, 'serviceAccountToken', (t) => withDefaults(t, { expirationSeconds: 3600 }));
  return mapField(token, 'downwardAPI', (api) => mapList(api, 'items', defaultFieldReferences));
}

const defaultClaim = (template: JsonObject): JsonObject =>
  mapField(template, 'spec', (spec) =>
    mapField(withDefaults(spec, { volumeMode: 'Filesystem' }), 'resources', (resources) =>
      mapField(resources, 'requests', (requests) => canonicalField(requests, 'storage')),
    ),
  );

const canonicalField = (object: JsonObject, field: string): JsonObject =>
  object[field] === undefined ? object : { ...object, [field]: canonicalQuantity(object[field]) };
