import { sha256 } from '../image/test-image.ts';

export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

interface StoredRepository {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Map<string, Buffer>;
}

/** Content of the fake registry, in memory. Repositories come into being with their first content. */
export class FakeStore {
  readonly #repositories = new Map<string, StoredRepository>();

  has(repository: string): boolean {
    return this.#repositories.has(repository);
  }

  /** A manifest by tag or digest. */
  manifest(repository: string, reference: string): StoredManifest | undefined {
    const stored = this.#repositories.get(repository);
    return stored?.manifests.get(stored.tags.get(reference) ?? reference);
  }

  putManifest(repository: string, reference: string, mediaType: string, bytes: Buffer): string {
    const digest = sha256(bytes);
    const stored = this.#repository(repository);
    stored.manifests.set(digest, { digest, mediaType, bytes });
    if (!reference.includes(':')) stored.tags.set(reference, digest);
    return digest;
  }

  blob(repository: string, digest: string): Buffer | undefined {
    return this.#repositories.get(repository)?.blobs.get(digest);
  }

  putBlob(repository: string, bytes: Buffer): string {
    const digest = sha256(bytes);
    this.#repository(repository).blobs.set(digest, bytes);
    return digest;
  }

  /** Tags in lexical order (OCI distribution specification, "Listing Tags"). */
  tags(repository: string): readonly string[] {
    return [...(this.#repositories.get(repository)?.tags.keys() ?? [])].sort();
  }

  /** Deletes a tag, or a manifest with all its tags; false when there is none. */
  deleteManifest(repository: string, reference: string): boolean {
    const stored = this.#repositories.get(repository);
    if (stored === undefined) return false;
    if (!reference.includes(':')) return stored.tags.delete(reference);
    for (const [tag, digest] of stored.tags) if (digest === reference) stored.tags.delete(tag);
    return stored.manifests.delete(reference);
  }

  deleteBlob(repository: string, digest: string): boolean {
    return this.#repositories.get(repository)?.blobs.delete(digest) ?? false;
  }

  #repository(name: string): StoredRepository {
    const stored = this.#repositories.get(name) ?? { manifests: new Map(), tags: new Map(), blobs: new Map() };
    this.#repositories.set(name, stored);
    return stored;
  }
}
