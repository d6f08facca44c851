/** A network of addresses, as CIDR writes it (RFC 4632, 3.1; RFC 4291, 2.3). */
export interface IpNetwork {
  /** 16 bytes; IPv4 as IPv6 maps it. */
  readonly address: Uint8Array;
  /** How many bits of these 16 bytes an address must share. */
  readonly bits: number;
}

/** IPv4 inside IPv6: `::ffff:0:0/96` (RFC 4291, 2.5.5.2). A server that listens on `::` sees IPv4 callers so. */
const mappedBits = 96;
const mappedNetwork: IpNetwork = {
  address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0),
  bits: mappedBits,
};

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32`, or one address. Undefined when the text is none of them, or has bits behind its prefix,
 * which is either a mistake in the address or in the prefix.
 */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = parseIpAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  const isV4 = !addressText.includes(':');
  const width = isV4 ? 32 : 128;
  if (prefixText !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? width : Number(prefixText);
  if (prefix > width) return undefined;
  const bits = isV4 ? mappedBits + prefix : prefix;
  const network = { address, bits };
  return isWithin(
    address.map((byte, index) => byte & maskOf(bits, index)),
    address,
    128,
  )
    ? network
    : undefined;
}

/** Whether a network has an address. The address is as `parseIpAddress` gives it. */
export function networkHas({ address, bits }: IpNetwork, other: Uint8Array): boolean {
  return isWithin(address, other, bits);
}

/**
 * The 16 bytes of an IPv4 or IPv6 address (RFC 4291, 2.2); undefined when the text is none. A zone (`%eth0`, RFC 4007, 11) is
 * left out. Octets with leading zeros are refused: some read them as octal.
 */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const bare = text.includes(':') ? text.replace(/%.*$/, '') : text;
  const v4 = parseOctets(bare);
  if (v4 !== undefined) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...v4);
  if (!bare.includes(':')) return undefined;
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined;
  const gap = 16 - head.length - tail!.length;
  // `::` stands for one group at least.
  return gap < 2 ? undefined : Uint8Array.of(...head, ...new Array<number>(gap).fill(0), ...tail!);
}

/** An address as it is written in records: IPv4 as such, also where IPv6 maps it, in whatever spelling. What is none stays. */
export function plainAddress(text: string): string {
  if (!text.includes(':')) return text;
  const bytes = parseIpAddress(text);
  return bytes !== undefined && networkHas(mappedNetwork, bytes) ? bytes.subarray(12).join('.') : text;
}

/** Groups of four hex digits, as bytes; the last one of the address may be IPv4 instead. Empty text: no groups. */
function parseGroups(text: string, mayEndInV4: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const isLast = index === groups.length - 1;
    const octets = isLast && mayEndInV4 ? parseOctets(group) : undefined;
    if (octets !== undefined) bytes.push(...octets);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}

function parseOctets(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.map(Number);
}

function isWithin(network: Uint8Array, address: Uint8Array, bits: number): boolean {
  return network.every((byte, index) => ((byte ^ address[index]!) & maskOf(bits, index)) === 0);
}

/** Which bits of a byte belong to the first `bits` of all. */
function maskOf(bits: number, index: number): number {
  const own = Math.min(8, Math.max(0, bits - index * 8));
  return (0xff << (8 - own)) & 0xff;
}
