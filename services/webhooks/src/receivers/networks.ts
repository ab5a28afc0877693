import { BlockList, isIP } from 'node:net';

/** Addresses and networks that are not: `10.0.0.0/33`, `example.com`. */
export function invalidNetworks(networks: readonly string[]): readonly string[] {
  return networks.filter((network) => partsOf(network) === null);
}

/**
 * Whether an address is in one of the networks. An IPv4 address inside of IPv6 (`::ffff:10.1.2.3`), which is what a socket
 * of both families shows, is the IPv4 address.
 * @param networks CIDR or single addresses; see {@link invalidNetworks}.
 */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const parts = partsOf(network);
    if (parts !== null) list.addSubnet(parts.address, parts.prefix, parts.family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function partsOf(network: string) {
  const [address = '', bits, ...more] = network.split('/');
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  const valid = family !== 0 && more.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits)) && prefix <= most;
  return valid ? ({ address, prefix, family: family === 4 ? 'ipv4' : 'ipv6' } as const) : null;
}
