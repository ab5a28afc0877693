/** Gives equal values one object. */
export type Intern<V extends object> = (key: string, make: () => V) => V;

/**
 * A pool of values that lives as long as they are used elsewhere: the same pull secret is often copied into every namespace,
 * and is held once.
 */
export function interned<V extends object>(): Intern<V> {
  const pool = new Map<string, WeakRef<V>>();
  const unused = new FinalizationRegistry<string>((key) => {
    if (pool.get(key)?.deref() === undefined) pool.delete(key);
  });
  return (key, make) => {
    const known = pool.get(key)?.deref();
    if (known !== undefined) return known;
    const value = make();
    pool.set(key, new WeakRef(value));
    unused.register(value, key);
    return value;
  };
}
