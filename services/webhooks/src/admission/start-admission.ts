import { localStream } from '@tagstream/image-stream';
import { connectKube, type KubeClient, resources, type WatchStatus, watchCache } from '@tagstream/kube';
import { closeServer, kubeOptions, type ServiceContext } from '@tagstream/service';
import type { WebhooksConfig } from '../config.ts';
import { certificatePlace } from './admission-config.ts';
import { type AdmissionServer, createAdmissionServer, replaceCertificate } from './admission-server.ts';
import { certificateFiles } from './certificate/certificate-files.ts';
import { type CertificateSource, followCertificate } from './certificate/follow-certificate.ts';
import { managedCertificate } from './certificate/managed-certificate.ts';
import type { ServingCertificate } from './certificate/serving-certificate.ts';
import { type AdmissionTelemetry, createAdmissionTelemetry } from './telemetry.ts';

/** Reading two small files costs nothing; a certificate from elsewhere is in use soon after it was written. */
const FILES_EVERY_MS = 5_000;

/** How soon a webhook configuration that was made anew is trusted again. Two small requests each time. */
const SECRET_EVERY_MS = 15_000;

/**
 * Starts the admission webhook, if one is configured, and returns at once: it opens by itself as soon as there is a
 * certificate, and is ready when it knows the ImageStreams. It needs no NATS.
 * @throws ConfigError for a configuration without a certificate, or with two.
 * @throws KubeError when no cluster is configured.
 */
export async function startAdmission(context: ServiceContext<WebhooksConfig>): Promise<void> {
  const { config, log, metrics, health, clock, signal, defer, fail } = context;
  const { admissionHost: host, admissionPort: port } = config;
  if (port === undefined) return;
  const place = certificatePlace(config);
  const telemetry = createAdmissionTelemetry(metrics, log);
  const kube = defer(await connectKube(kubeOptions(context)));
  let status: WatchStatus = { synced: false, connected: false };
  const streams = defer(
    watchCache(kube, resources.imageStreams, {
      ...(config.namespace && { namespace: config.namespace }),
      signal,
      project: localStream,
      onStatus: (next) => {
        status = next;
      },
    }),
  );
  let app: AdmissionServer | undefined;
  health.check('admission', () => {
    if (app === undefined) return { ready: false, detail: 'waiting for a certificate' };
    if (!status.synced) return { ready: false, detail: status.reason ?? 'waiting for the ImageStreams' };
    // What was known last is better than no answer, with which names would be left as they are.
    return { ready: true, detail: status.connected ? 'open' : `open, without news of ImageStreams: ${status.reason}` };
  });

  const use = async (certificate: ServingCertificate): Promise<void> => {
    if (app !== undefined) replaceCertificate(app, certificate);
    else {
      const opened = createAdmissionServer(certificate, {
        streams: () => (status.synced ? (namespace, name) => streams.get(namespace, name) : undefined),
        telemetry,
      });
      const address = await opened.listen({ host, port });
      app = opened;
      log.info({ address }, 'admission open');
    }
    telemetry.certificateUsed(certificate);
  };
  const closing = new AbortController();
  const following = followCertificate(sourceOf(place, { kube, config, telemetry, now: clock.now }), {
    everyMs: place.kind === 'files' ? FILES_EVERY_MS : SECRET_EVERY_MS,
    use,
    onTrouble: telemetry.certificateTrouble,
    clock,
    signal: AbortSignal.any([signal, closing.signal]),
  }).catch(fail);
  defer({
    async [Symbol.asyncDispose]() {
      closing.abort();
      await following;
      if (app !== undefined) await closeServer(app);
    },
  });
}

interface SourceParts {
  readonly kube: KubeClient;
  readonly config: WebhooksConfig;
  readonly telemetry: AdmissionTelemetry;
  readonly now: () => number;
}

function sourceOf(
  place: ReturnType<typeof certificatePlace>,
  { kube, config, telemetry, now }: SourceParts,
): CertificateSource {
  if (place.kind === 'files') return certificateFiles(place.dir);
  return managedCertificate({
    kube,
    secret: place.secret,
    configuration: config.admissionConfiguration,
    names: config.admissionNames,
    now,
    onIssued: telemetry.certificateIssued,
  });
}
