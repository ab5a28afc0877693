/** A map that forgets what was not used for longest. */
export interface LruMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** @param max entries that are kept. */
export function lruMap<K, V>(max: number): LruMap<K, V> {
  const entries = new Map<K, V>(); // iterates in the order of last use
  const put = (key: K, value: V) => {
    entries.delete(key);
    entries.set(key, value);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) put(key, value);
      return value;
    },
    set(key, value) {
      put(key, value);
      const [oldest] = entries.keys();
      if (entries.size > max && oldest !== undefined) entries.delete(oldest);
    },
  };
}
