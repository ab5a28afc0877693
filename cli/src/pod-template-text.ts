import type { Container, EnvVar, PodTemplateSpec } from '@tagstream/api-types';

/** A pod template as a person reads it, in the form of `kubectl describe`. */
export function podTemplateText({ metadata, spec }: PodTemplateSpec): string {
  const lines = [
    'Pod Template:',
    ...pairs('  Labels:', metadata?.labels),
    ...pairs('  Annotations:', metadata?.annotations),
    ...value('  Service Account:', spec?.serviceAccountName),
    ...containers('  Init Containers:', spec?.initContainers ?? []),
    ...containers('  Containers:', spec?.containers ?? []),
    ...volumes(spec?.volumes),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where values begin. */
const INDENT = 20;

function value(title: string, text: unknown): string[] {
  return text === undefined || text === null || text === '' ? [] : [`${title.padEnd(INDENT - 1)} ${String(text)}`];
}

function pairs(title: string, map: Readonly<Record<string, string>> | null | undefined): string[] {
  const entries = Object.entries(map ?? {}).map(([key, text]) => `${key}=${text}`);
  return entries.flatMap((entry, index) => value(index === 0 ? title : '', entry));
}

function containers(title: string, list: readonly Container[]): string[] {
  return list.length === 0 ? [] : [title, ...list.flatMap(containerLines)];
}

function containerLines(container: Container): string[] {
  const { name, image, command, args, env, ports, resources, volumeMounts } = container;
  return [
    `   ${name}:`,
    ...value('    Image:', image?.trim() || '<none>'),
    ...value('    Ports:', listOf(ports).map(portText).join(', ')),
    ...value('    Command:', command?.join(' ')),
    ...value('    Args:', args?.join(' ')),
    ...pairs('    Limits:', mapOf(mapOf(resources)?.limits)),
    ...pairs('    Requests:', mapOf(mapOf(resources)?.requests)),
    ...lines('    Environment:', (env ?? []).map(envText)),
    ...lines(
      '    Mounts:',
      (volumeMounts ?? []).map(({ name: volume, mountPath }) => `${mountPath} from ${volume}`),
    ),
  ];
}

function lines(title: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : [title, ...texts.map((text) => `      ${text}`)];
}

function envText({ name, value: text, valueFrom }: EnvVar): string {
  return valueFrom === undefined
    ? `${name}: ${text ?? ''}`
    : `${name}: <set from ${Object.keys(valueFrom ?? {}).join()}>`;
}

function portText({ containerPort, protocol }: Readonly<Record<string, unknown>>): string {
  return `${String(containerPort)}/${String(protocol ?? 'TCP')}`;
}

function volumes(value: unknown): string[] {
  const texts = listOf(value).map(({ name, ...source }) => `${String(name)}: ${Object.keys(source).join()}`);
  return texts.length === 0 ? [] : ['  Volumes:', ...texts.map((text) => `   ${text}`)];
}

/** Fields that the type of a template passes through, as the API server has validated them. */
function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}

function mapOf(value: unknown): Readonly<Record<string, string>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : undefined;
}
