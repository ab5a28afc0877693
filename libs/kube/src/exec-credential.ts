import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { asRecord } from './as-record.ts';
import type { AccessContext, Credential } from './cluster-access.ts';
import { KubeError } from './kube-error.ts';
import { type KubeconfigEntry, pemField, textField } from './kubeconfig-file.ts';

/** A plugin may ask a cloud's token service, which takes seconds; more than this is a plugin that waits for a person. */
const PLUGIN_TIMEOUT_MS = 60_000;

/** A credential is a token and a certificate: far below this. */
const MAX_PLUGIN_OUTPUT_BYTES = 1024 * 1024;

/** A credential is renewed this long before it expires, so that it is still good when the request arrives. */
const EXPIRY_LEEWAY_MS = 10_000;

interface PluginAnswer {
  readonly credential: Credential;
  /** Milliseconds since the epoch; infinite when the plugin set no end. */
  readonly expiresAt: number;
}

/**
 * Credentials from an `exec` plugin of a kubeconfig (client.authentication.k8s.io). The plugin is started when there is no
 * credential yet or the last one has expired; callers that come meanwhile share the run.
 */
export function execCredentialSource(
  exec: KubeconfigEntry,
  cluster: KubeconfigEntry,
  context: AccessContext,
): () => Promise<Credential> {
  let answer: PluginAnswer | undefined;
  let running: Promise<PluginAnswer> | undefined;
  return async () => {
    if (answer !== undefined && context.now() < answer.expiresAt - EXPIRY_LEEWAY_MS) return answer.credential;
    running ??= runPlugin(exec, cluster, context).finally(() => {
      running = undefined;
    });
    answer = await running;
    return answer.credential;
  };
}

async function runPlugin(
  exec: KubeconfigEntry,
  cluster: KubeconfigEntry,
  context: AccessContext,
): Promise<PluginAnswer> {
  const command = textField(exec, 'command');
  const apiVersion = textField(exec, 'apiVersion');
  if (command === undefined || apiVersion === undefined) {
    throw new KubeError('invalid', `kubeconfig ${exec.file}: exec needs command and apiVersion`);
  }
  if (exec.fields.interactiveMode === 'Always') {
    throw new KubeError('invalid', `kubeconfig ${exec.file}: exec plugin ${command} wants a terminal: there is none`);
  }
  // A command with a slash is a path, relative to the kubeconfig; any other is looked up on PATH.
  const program = command.includes('/') ? resolve(dirname(exec.file), command) : command;
  const info = { apiVersion, kind: 'ExecCredential', spec: await execSpec(exec, cluster) };
  const env = { ...context.env, ...pluginEnv(exec), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  let output: string;
  try {
    const options = { env, timeout: PLUGIN_TIMEOUT_MS, maxBuffer: MAX_PLUGIN_OUTPUT_BYTES };
    output = (await promisify(execFile)(program, pluginArgs(exec), options)).stdout;
  } catch (cause) {
    const hint = textField(exec, 'installHint');
    const message = `credential plugin ${command} failed: ${(cause as Error).message.trim()}`;
    throw new KubeError('unauthorized', hint === undefined ? message : `${message}. ${hint}`, { cause });
  }
  return parseAnswer(command, output);
}

function pluginArgs(exec: KubeconfigEntry): string[] {
  const args = exec.fields.args;
  return Array.isArray(args) ? args.map(String) : [];
}

function pluginEnv(exec: KubeconfigEntry): Record<string, string> {
  const list = exec.fields.env;
  if (!Array.isArray(list)) return {};
  return Object.fromEntries(list.map(asRecord).map((item) => [String(item?.name), String(item?.value ?? '')]));
}

async function execSpec(exec: KubeconfigEntry, cluster: KubeconfigEntry): Promise<Record<string, unknown>> {
  if (exec.fields.provideClusterInfo !== true) return { interactive: false };
  const ca = await pemField(cluster, 'certificate-authority');
  const info = {
    server: textField(cluster, 'server'),
    'tls-server-name': textField(cluster, 'tls-server-name'),
    'insecure-skip-tls-verify': cluster.fields['insecure-skip-tls-verify'] === true,
    'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
    'proxy-url': textField(cluster, 'proxy-url'),
  };
  return { interactive: false, cluster: info };
}

function parseAnswer(command: string, output: string): PluginAnswer {
  let status: Record<string, unknown> | undefined;
  try {
    status = asRecord(asRecord(JSON.parse(output))?.status);
  } catch (cause) {
    throw new KubeError('unauthorized', `credential plugin ${command} did not print JSON`, { cause });
  }
  const token = text(status?.token);
  const cert = text(status?.clientCertificateData);
  const key = text(status?.clientKeyData);
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw new KubeError(
      'unauthorized',
      `credential plugin ${command} printed neither a token nor a certificate and key`,
    );
  }
  const expires = Date.parse(text(status?.expirationTimestamp) ?? '');
  return {
    credential: {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    },
    expiresAt: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
