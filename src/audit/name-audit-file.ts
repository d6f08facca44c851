import { hostname } from 'node:os';

/**
 * Writes out an AUDIT_FILE that several gateways have in common: `%h` is the machine's name (in Kubernetes the pod's), `%p`
 * the number of the process, `%%` a percent sign. Everything else stays as it is. Each gateway has a file of its own, since
 * each record is tied to the one before.
 */
export function nameAuditFile(pattern: string): string {
  const parts: Readonly<Record<string, string>> = { '%h': hostname(), '%p': `${process.pid}`, '%%': '%' };
  return pattern.replace(/%[hp%]/g, (part) => parts[part]!);
}
