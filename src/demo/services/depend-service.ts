import type { Farm } from '../farm/farm.ts';
import { pickRow } from '../farm/pick-row.ts';
import { viewDepend } from '../views/show-view.ts';
import { notFound } from '../wire/cuebot-error.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';

/** depend.DependInterface: the read. */
export function createDependService(farm: Farm): ServiceHandlers {
  return {
    GetDepend: ({ id }: { id: string }) => ({ depend: viewDepend(pickRow(farm.depends, id, notFound)) }),
  };
}
