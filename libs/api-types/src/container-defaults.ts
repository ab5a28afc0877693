import { isJsonObject, type JsonObject, mapField, mapList, withDefaults } from './json-object.ts';
import { canonicalQuantity } from './quantity.ts';

/** Kubernetes: the defaults of a container. */
export function defaultContainer(container: JsonObject): JsonObject {
  let result = withDefaults(container, {
    imagePullPolicy: defaultPullPolicy(container.image),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  });
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    result = mapField(result, probe, defaultProbe);
  result = mapField(result, 'lifecycle', (lifecycle) =>
    ['postStart', 'preStop'].reduce((hooks, hook) => mapField(hooks, hook, defaultHttpGet), lifecycle),
  );
  result = mapField(result, 'resources', canonicalResources);
  result = mapList(result, 'ports', (port) => withDefaults(port, { protocol: 'TCP' }));
  return mapList(result, 'env', (variable) => mapField(variable, 'valueFrom', defaultFieldReferences));
}

/**
 * Kubernetes: `Always` for the tag `latest`, written or meant: that is without a tag and without a digest. A blank name
 * means nothing.
 */
export function defaultPullPolicy(image: unknown): string {
  if (typeof image !== 'string' || image.trim() === '') return 'IfNotPresent';
  const [tagged = '', digest] = image.split('@');
  const tag = tagged.slice(tagged.lastIndexOf('/') + 1).split(':')[1] ?? (digest === undefined ? 'latest' : '');
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** Kubernetes: the defaults of references to a pod's own fields, as in `valueFrom` and in downward API volumes. */
export function defaultFieldReferences(source: JsonObject): JsonObject {
  const withVersion = mapField(source, 'fieldRef', (field) => withDefaults(field, { apiVersion: 'v1' }));
  return mapField(withVersion, 'resourceFieldRef', (field) => {
    const divisor = canonicalQuantity(field.divisor ?? '0');
    return { ...field, divisor };
  });
}

function defaultProbe(probe: JsonObject): JsonObject {
  const positive = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  const result = { ...probe, ...Object.fromEntries(Object.entries(positive).filter(([field]) => !probe[field])) };
  return mapField(defaultHttpGet(result), 'grpc', (grpc) => ({ service: '', ...grpc }));
}

const defaultHttpGet = (action: JsonObject): JsonObject =>
  mapField(action, 'httpGet', (get) => withDefaults(get, { path: '/', scheme: 'HTTP' }));

function canonicalResources(resources: JsonObject): JsonObject {
  const canonical = (list: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, canonicalQuantity(quantity)]));
  const result = ['limits', 'requests'].reduce((all, list) => mapField(all, list, canonical), resources);
  return isJsonObject(result) ? result : resources;
}
