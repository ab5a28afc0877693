/** A token of Microsoft Entra. */
export interface EntraToken {
  readonly token: string;
}

/** What tokens for Azure Container Registry are made for. */
const SCOPE = 'https://containerregistry.azure.net/.default';

/**
 * Gets a token of Microsoft Entra, as whoever this process is: workload identity of the service account, else a client in the
 * environment, else a managed identity. The library is loaded when this is called first.
 * @throws AggregateError with the reason of each of these.
 */
export async function entraToken(): Promise<EntraToken> {
  const { EnvironmentCredential, ManagedIdentityCredential, WorkloadIdentityCredential } = await import(
    '@azure/identity'
  );
  const ways = [
    () => new WorkloadIdentityCredential(),
    () => new EnvironmentCredential(),
    () => new ManagedIdentityCredential(),
  ];
  const reasons: unknown[] = [];
  for (const way of ways) {
    try {
      const token = await way().getToken(SCOPE);
      if (token !== null) return { token: token.token };
    } catch (error) {
      reasons.push(error);
    }
  }
  const texts = reasons.map((reason) => (reason instanceof Error ? reason.message : String(reason)));
  throw new AggregateError(reasons, `No identity in Azure: ${texts.join(' ')}`);
}
