import type { ServiceRow } from '../farm/configuration-rows.ts';
import type { Farm } from '../farm/farm.ts';
import { insert } from '../farm/farm.ts';
import { pickOnly } from '../farm/find-rows.ts';
import type { ShowRow } from '../farm/rows.ts';
import { duplicateKey } from '../wire/cuebot-error.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { doNothing, DONE } from './cuebot.ts';

interface OfService {
  readonly service: ServiceRow | null;
}

/** service.ServiceInterface. A service is found by name or id; writes of an unknown id answer OK and do nothing. */
export function createServiceService({ farm }: Cuebot): ServiceHandlers {
  return {
    GetDefaultServices: () => ({ services: { services: [...farm.services.values()] } }),
    GetService: ({ name }: { name: string }) => ({
      service: pickOnly(farm.services.values(), (service) => service.name === name || service.id === name),
    }),
    CreateService({ data }: { data: ServiceRow | null }) {
      const service = { ...completeService(data), id: farm.random.uuid() };
      if ([...farm.services.values()].some(({ name }) => name === service.name)) {
        throw duplicateKey(INSERT_SERVICE, 'i_service_str_name', `(str_name)=(${service.name})`);
      }
      farm.touch();
      return { service: insert(farm.services, service) };
    },
    Update({ service }: OfService) {
      if (!service || !farm.services.has(service.id)) return doNothing(farm);
      insert(farm.services, completeService(service));
      farm.touch();
      return DONE;
    },
    Delete({ service }: OfService) {
      if (!farm.services.delete(service?.id ?? '')) return doNothing(farm);
      farm.touch();
      return DONE;
    },
  };
}

/** service.ServiceOverrideInterface. The id inside the service must be the override's. */
export function createServiceOverrideService({ farm }: Cuebot): ServiceHandlers {
  return {
    Update({ service }: OfService) {
      const row = farm.serviceOverrides.get(service?.id ?? '');
      if (!row || !service) return doNothing(farm);
      farm.serviceOverrides.set(service.id, { show: row.show, data: completeService(service) });
      farm.touch();
      return DONE;
    },
    Delete({ service }: OfService) {
      if (!farm.serviceOverrides.delete(service?.id ?? '')) return doNothing(farm);
      farm.touch();
      return DONE;
    },
  };
}

/** Stores a show's own version of a service. Its timeouts are not copied, whatever the request says; a defect of Cuebot's. */
export function createOverride(farm: Farm, show: ShowRow, service: ServiceRow | null): void {
  const timeouts = farm.defects.has('override-timeouts') && { timeout: 0, timeoutLlu: 0 };
  const data = { ...completeService(service), id: farm.random.uuid(), ...timeouts };
  const isTwin = [...farm.serviceOverrides.values()].some((row) => row.show === show && row.data.name === data.name);
  if (isTwin) {
    throw duplicateKey(INSERT_OVERRIDE, 'i_show_service_str_name', `(str_name, pk_show)=(${data.name}, ${show.id})`);
  }
  farm.serviceOverrides.set(data.id, { show, data });
  farm.touch();
}

const INSERT_SERVICE = 'INSERT INTO service (pk_service,str_name,b_threadable,…) VALUES (?,?,?,…)';
const INSERT_OVERRIDE = 'INSERT INTO show_service (pk_show_service,pk_show,str_name,…) VALUES (?,?,?,…)';

/** Every field as the request has it: absent ones became 0 or empty. */
function completeService(service: ServiceRow | null): ServiceRow {
  return {
    id: service?.id ?? '',
    name: service?.name ?? '',
    threadable: service?.threadable ?? false,
    minCores: service?.minCores ?? 0,
    maxCores: service?.maxCores ?? 0,
    minMemory: service?.minMemory ?? 0,
    minGpuMemory: service?.minGpuMemory ?? 0,
    tags: service && service.tags.length > 0 ? service.tags : [''],
    timeout: service?.timeout ?? 0,
    timeoutLlu: service?.timeoutLlu ?? 0,
    minGpus: service?.minGpus ?? 0,
    maxGpus: service?.maxGpus ?? 0,
    minMemoryIncrease: service?.minMemoryIncrease ?? 0,
  };
}
