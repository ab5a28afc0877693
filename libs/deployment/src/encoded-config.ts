import {
  type DeploymentConfig,
  type NormalDeploymentConfig,
  normalizeDeploymentConfig,
  type ReplicationController,
} from '@tagstream/api-types';
import { openshift } from './annotations.ts';
import { DeploymentError } from './errors.ts';

const API_VERSION = 'apps.openshift.io/v1';
const KIND = 'DeploymentConfig';

/** Before API groups the kind lived in the nameless group; its configurations are still found in old clusters. */
const READABLE_API_VERSIONS: readonly string[] = [API_VERSION, 'v1'];

/**
 * The DeploymentConfig as it is recorded in the ReplicationController made from it: JSON, complete but for
 * `metadata.managedFields`, which says nothing about the configuration and can be larger than all the rest.
 */
export function encodeConfig(dc: DeploymentConfig): string {
  const { managedFields: _, ...metadata } = dc.metadata as DeploymentConfig['metadata'] & { managedFields?: unknown };
  return JSON.stringify({ ...dc, kind: KIND, apiVersion: API_VERSION, metadata });
}

/**
 * The DeploymentConfig recorded in a ReplicationController, with its defaults; the legacy `v1` form is read too.
 * @throws DeploymentError `undecodable_config`
 */
export function decodeConfig(rc: ReplicationController): NormalDeploymentConfig {
  const text = rc.metadata.annotations?.[openshift.encodedConfig];
  const fail = (problem: string, cause?: unknown) =>
    new DeploymentError(
      'undecodable_config',
      `ReplicationController ${rc.metadata.name}: annotation ${openshift.encodedConfig} ${problem}`,
      { cause },
    );
  if (text === undefined || text === '') throw fail('is missing');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail('is not JSON', cause);
  }
  if (!isObject(value) || value.kind !== KIND || !READABLE_API_VERSIONS.includes(String(value.apiVersion))) {
    throw fail(`is not a ${KIND} of ${READABLE_API_VERSIONS.join(' or ')}`);
  }
  if (!isObject(value.metadata) || !isObject(value.spec)) throw fail('lacks metadata or spec');
  // Its kind, group and parts were checked; it was a valid DeploymentConfig when it was recorded.
  return normalizeDeploymentConfig({ ...value, apiVersion: API_VERSION } as unknown as DeploymentConfig);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
