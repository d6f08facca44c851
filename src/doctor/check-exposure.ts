import type { Config } from '../config/config.ts';
import type { Snapshot } from '../app/snapshot.ts';
import type { MethodDescriptor, ServiceDescriptor } from '../registry/descriptors.ts';

import type { Finding } from './finding.ts';

/** What is open to whom: the surfaces, and what tokens without scopes may do. */
export function checkExposure(config: Config, snapshot: Snapshot): readonly Finding[] {
  const about = 'open';
  const surfaces: readonly (readonly [string, readonly ServiceDescriptor[]])[] = [
    ['REST', snapshot.restServices],
    ['GraphQL', snapshot.graphqlServices],
    ['Connect', snapshot.grpcServices],
    ...(config.grpcPort === undefined ? [] : [['gRPC', snapshot.grpcServices] as const]),
  ];
  const served = surfaces.map(([name, services]): Finding => {
    const methods = services.flatMap((service) => service.methods);
    return {
      about,
      severity: 'ok',
      found: `${name} serves ${methods.length} RPCs: ${countByLevel(methods, snapshot)}`,
    };
  });
  const everything = config.jwtSecret !== '' && config.jwtSecretLevel === 'everything';
  return [
    ...served,
    ...(everything
      ? [
          {
            about,
            severity: 'note',
            found: 'tokens of JWT_SECRET without scopes may do everything',
            advice: 'JWT_SECRET_LEVEL narrows that',
          } as const,
        ]
      : []),
    ...(config.auth === 'none'
      ? [{ about, severity: 'warning', found: 'whoever reaches this gateway may do everything' } as const]
      : []),
  ];
}

/** `112 at read, 150 at operate …` */
function countByLevel(methods: readonly MethodDescriptor[], { policy }: Snapshot): string {
  const counts = new Map<string, number>();
  for (const method of methods) {
    const level = policy.factsOf(method).level ?? 'no level';
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return [...counts].map(([level, count]) => `${count} at ${level}`).join(', ');
}
