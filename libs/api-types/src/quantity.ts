const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE])|([KMGTPE]i)|[eE]([+-]?\d+))?$/;

const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Kubernetes keeps nothing finer than 10⁻⁹. */
const DIGITS_KEPT = 9;

/** No quantity in use is beyond this, and a power with a huge exponent would take for ever. */
const MAX_EXPONENT = 30;

/**
 * A quantity of Kubernetes in one spelling per value: `0.5` → `500m`, `1000m` → `1`, `1Ki` → `1024`. For comparing, as the
 * API server compares quantities by value too. What is not a quantity comes back as it is.
 */
export function canonicalQuantity(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const match = QUANTITY.exec(String(value).trim());
  if (match === null) return value;
  const [, sign, whole = '', fraction = '', decimal = '', binary = '', exponent = '0'] = match;
  if (`${whole}${fraction}` === '' || Math.abs(Number(exponent)) > MAX_EXPONENT) return value;

  const digits = BigInt(`${whole}${fraction}`) * 1024n ** BigInt(BINARY_SUFFIXES.indexOf(binary));
  const power = 3 * (DECIMAL_SUFFIXES.indexOf(decimal) - 3) + Number(exponent) - fraction.length + DIGITS_KEPT;
  const text = print(power >= 0 ? digits * 10n ** BigInt(power) : dividedUp(digits, 10n ** BigInt(-power)));
  return sign === '-' && text !== '0' ? `-${text}` : text;
}

/** Kubernetes rounds up what is finer than it keeps. */
const dividedUp = (value: bigint, divisor: bigint): bigint => (value + divisor - 1n) / divisor;

function print(nanos: bigint): string {
  if (nanos === 0n) return '0';
  let value = nanos;
  let suffix = 0;
  while (value % 1000n === 0n && suffix < DECIMAL_SUFFIXES.length - 1) {
    value /= 1000n;
    suffix += 1;
  }
  return `${value}${DECIMAL_SUFFIXES[suffix]}`;
}
