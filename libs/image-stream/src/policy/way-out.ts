/** What there is to do about a tool that takes images back, by how its field manager begins. */
const WAYS: readonly (readonly [managers: RegExp, way: (pointer: string) => string])[] = [
  [
    /^argocd/,
    () =>
      'have Argo CD leave the field alone: spec.ignoreDifferences of the Application with managedFieldsManagers [tagstream-trigger, ' +
      'tagstream-rollout], and the sync option RespectIgnoreDifferences=true',
  ],
  [
    /^kustomize-controller$/,
    (pointer) =>
      `have Flux leave the field alone: spec.ignore of the Kustomization with the path ${pointer} (Flux 2.9), or take the image out of the ` +
      'manifest and annotate the object with kustomize.toolkit.fluxcd.io/ssa: Merge',
  ],
  [
    /^helm-controller$/,
    (pointer) =>
      `have Flux leave the field alone: spec.driftDetection.ignore of the HelmRelease with the path ${pointer}`,
  ],
];

/**
 * How a fight about an image field ends, in words.
 * @param manager field manager of who takes the image back
 * @param pointer JSON pointer of the image field
 */
export function wayOut(manager: string, pointer: string): string {
  const [, way] = WAYS.find(([managers]) => managers.test(manager)) ?? [];
  const first = way?.(pointer) ?? `leave the image out of what ${manager} writes`;
  return `${first}; or set "paused": true in the trigger`;
}
