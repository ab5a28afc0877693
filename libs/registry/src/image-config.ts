import { RegistryError } from './errors.ts';
import type { Platform } from './manifest.ts';

/** What is used of an image configuration (OCI image specification, "Image Configuration"; Docker's is the same here). */
export interface ImageConfig {
  readonly platform: Platform;
  /** When the image was built, as written. */
  readonly created: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Reads an image configuration. Fields that are missing or of another type count as not there: artifacts that are no
 * images have configurations of all sorts. The digest of the image is for the message.
 *
 * @throws {RegistryError} `invalid` for something that is not a JSON object.
 */
export function parseImageConfig(text: string, digest: string): ImageConfig {
  const json = parseObject(text, digest);
  const config = asObject(json.config);
  const variant = asText(json.variant);
  return {
    platform: {
      architecture: asText(json.architecture),
      os: asText(json.os),
      ...(variant === '' ? {} : { variant }),
    },
    created: asText(json.created) || undefined,
    labels: Object.fromEntries(
      Object.entries(asObject(config.Labels)).filter(
        (label): label is [string, string] => typeof label[1] === 'string',
      ),
    ),
  };
}

type Json = Readonly<Record<string, unknown>>;

function parseObject(text: string, digest: string): Json {
  try {
    const json: unknown = JSON.parse(text);
    if (isObject(json)) return json;
  } catch {
    // Said below, with the same words for text that is JSON but no object.
  }
  throw new RegistryError('invalid', `The image configuration of ${digest} is not a JSON object.`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
