import type { Farm } from '../farm/farm.ts';
import { pickOnly } from '../farm/pick-row.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';

/** service.ServiceInterface: the reads. A service is found by name or id. */
export function createServiceService(farm: Farm): ServiceHandlers {
  return {
    GetDefaultServices: () => ({ services: { services: [...farm.services.values()] } }),
    GetService: ({ name }: { name: string }) => ({
      service: pickOnly(farm.services.values(), (service) => service.name === name || service.id === name),
    }),
  };
}
