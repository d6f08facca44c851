import { createDepend, jobSide, sideOf } from '../farm/create-depend.ts';
import { satisfyDepend, unsatisfyDepend } from '../farm/depends.ts';
import type { Farm } from '../farm/farm.ts';
import { pickRow } from '../farm/find-rows.ts';
import type { DependType, FrameRow, JobRow, LayerRow } from '../farm/rows.ts';
import { viewDepend } from '../views/depend-view.ts';
import { missingRow, notFound } from '../wire/cuebot-error.ts';
import type { Message } from '../wire/message-codec.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfDepend {
  readonly depend: EntityReference | null;
}

/** depend.DependInterface. */
export function createDependService({ farm, queue }: Cuebot): ServiceHandlers {
  return {
    GetDepend: ({ id }: { id: string }) => ({ depend: viewDepend(pickRow(farm.depends, id, notFound)) }),
    Satisfy({ depend }: OfDepend) {
      const row = pickRow(farm.depends, idOf(depend));
      queue.execute(`satisfy ${row.id}`, () => satisfyDepend(farm, row));
      return DONE;
    },
    Unsatisfy({ depend }: OfDepend) {
      unsatisfyDepend(farm, pickRow(farm.depends, idOf(depend)));
      return DONE;
    },
  };
}

type Row = JobRow | LayerRow | FrameRow;

/** Creates a depend between two things of the farm for an RPC, on any frame of the other where asked, and shows it. */
export function answerDepend(farm: Farm, type: DependType, waiting: Row, awaited: Row, anyFrame = false): Message {
  const depend = createDepend(farm, type, side(waiting), side(awaited), { anyFrame });
  // A frame-by-frame depend on the tiles of another job makes no row; reading it back finds none.
  if (!depend) throw missingRow();
  return { depend: viewDepend(depend) };
}

function side(row: Row): ReturnType<typeof sideOf> {
  return 'layers' in row ? jobSide(row) : sideOf(row);
}
