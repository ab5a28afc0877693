/**
 * Stores metadata of classes, which the dependency injection inside @peculiar/x509 wants to find on `Reflect`. It reads
 * and writes by class only, so the part of the never standardised metadata proposal that it uses is a map of maps.
 */
interface ReflectWithMetadata {
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
  getMetadata?: (key: unknown, target: object) => unknown;
  getOwnMetadata?: (key: unknown, target: object) => unknown;
}

const stored = new WeakMap<object, Map<unknown, unknown>>();
const reflect = Reflect as ReflectWithMetadata;

if (!reflect.getMetadata) {
  reflect.defineMetadata = (key, value, target) => {
    const metadata = stored.get(target) ?? new Map<unknown, unknown>();
    stored.set(target, metadata.set(key, value));
  };
  reflect.getOwnMetadata = (key, target) => stored.get(target)?.get(key);
  reflect.getMetadata = (key, target) => {
    for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null) {
      if (stored.get(at)?.has(key)) return stored.get(at)?.get(key);
    }
    return undefined;
  };
}
