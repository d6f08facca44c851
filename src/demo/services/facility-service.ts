import type { Farm } from '../farm/farm.ts';
import { pickOnly } from '../farm/pick-row.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';

/** facility.FacilityInterface: `Get`, by name or id. GetAllocations is declared and implemented nowhere. */
export function createFacilityService(farm: Farm): ServiceHandlers {
  return {
    Get({ name }: { name: string }) {
      return { facility: pickOnly(farm.facilities, (facility) => facility.name === name || facility.id === name) };
    },
  };
}
