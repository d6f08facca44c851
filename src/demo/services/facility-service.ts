import { pickOnly } from '../farm/find-rows.ts';
import type { FacilityRow } from '../farm/rows.ts';
import { duplicateKey, missingRow, notFound, stillReferenced } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { nameOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

/** facility.FacilityInterface, by name or id. GetAllocations is declared and implemented nowhere. */
export function createFacilityService({ farm }: Cuebot): ServiceHandlers {
  const pick = (name: string, absent: () => Error) =>
    pickOnly(farm.facilities, (facility) => facility.name === name || facility.id === name, absent);
  return {
    Get: ({ name }: { name: string }) => ({ facility: pick(name, notFound) }),
    Create({ name }: { name: string }) {
      if (!farm.defects.has('double-names') && farm.facilities.some((facility) => facility.name === name)) {
        const statement = 'INSERT INTO facility (pk_facility,str_name) VALUES (?,?)';
        throw duplicateKey(statement, 'c_facility_name', `(str_name)=(${name})`);
      }
      farm.facilities.push({ id: farm.random.uuid(), name });
      farm.touch();
      return { facility: pick(name, missingRow) };
    },
    Rename({ facility, newName }: { facility: EntityReference | null; newName: string }) {
      // The key is the name, or an id put there; the id is ignored.
      pick(nameOf(facility), missingRow).name = newName;
      farm.touch();
      return DONE;
    },
    Delete({ name }: { name: string }) {
      const facility = pick(name, missingRow);
      refuseWhenUsed(facility);
      farm.facilities.splice(farm.facilities.indexOf(facility), 1);
      farm.touch();
      return DONE;
    },
  };

  function refuseWhenUsed(facility: FacilityRow): void {
    const by = farm.allocations.some((row) => row.facility === facility)
      ? 'alloc'
      : [...farm.jobs.values()].some((job) => job.facility === facility)
        ? 'job'
        : undefined;
    if (!by) return;
    throw stillReferenced('DELETE FROM facility WHERE pk_facility = ?', 'facility', `c_${by}_pk_facility`, by);
  }
}
