import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage, pushImage } from '@tagstream/testing';
import { execa } from 'execa';
import type { FollowedPush, RolloutObserver } from './observe/observe-rollouts.ts';
import type { Followed, Step } from './observe/steps.ts';

/** The application in `examples/shop`: one stream, followed by a Deployment and a DeploymentConfig. */
export const example: Followed = {
  namespace: 'shop',
  stream: 'app',
  tag: 'latest',
  deployment: 'web',
  deploymentConfig: 'app',
};

/** Repository of its image. */
export const EXAMPLE_REPOSITORY = 'shop/app';

/** Registry host written in the example's manifests. */
const HOST_IN_MANIFESTS = 'localhost:5000';

const EXAMPLE_DIR = join(import.meta.dirname, '../../examples/shop');

/**
 * Applies the example with kubectl, its registry replaced by another one.
 * @throws Error with what kubectl said
 */
export async function applyExample(
  kube: { readonly kubectl: string; readonly kubeconfig: string },
  registryHost: string,
): Promise<void> {
  const manifests = readdirSync(EXAMPLE_DIR)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => readFileSync(join(EXAMPLE_DIR, file), 'utf8').replaceAll(HOST_IN_MANIFESTS, registryHost));
  await execa(kube.kubectl, ['apply', '-f', '-'], {
    input: manifests.join('\n---\n'),
    env: { KUBECONFIG: kube.kubeconfig },
  });
}

/**
 * Pushes an image of the example under a version and as `latest`, the way a build pipeline does, and follows what comes of it.
 * @param version makes the image; the same version is the same image
 */
export async function pushExample(
  registryHost: string,
  version: string,
  observer: Pick<RolloutObserver, 'follow'>,
  onStep?: (step: Step, atMs: number, detail: string) => void,
): Promise<{ readonly digest: string; readonly push: FollowedPush }> {
  const image = buildImage({ seed: version, labels: { version }, config: { Cmd: ['/app'] } });
  await pushImage(registryHost, EXAMPLE_REPOSITORY, version, image);
  const push = observer.follow(image.digest, onStep);
  await pushImage(registryHost, EXAMPLE_REPOSITORY, example.tag, image);
  push.pushed();
  return { digest: image.digest, push };
}
