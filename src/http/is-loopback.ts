/** Whether a host, by name or address (with or without the brackets of URLs), is this machine to itself (RFC 6761, 6.3; RFC 4291, 2.5.3). */
export function isLoopback(host: string): boolean {
  return loopback.test(host);
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;
