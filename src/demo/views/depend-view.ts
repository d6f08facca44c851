import { targetOf } from '../farm/depends.ts';
import type { DependRow } from '../farm/rows.ts';
import type { Message } from '../wire/message-codec.ts';

/** The depends that pass the test, as the messages that list them wrap them. */
export function viewDepends(depends: readonly DependRow[], test: (depend: DependRow) => boolean): Message {
  return { depends: { depends: depends.filter(test).map(viewDepend) } };
}

/** depend.Depend, which names what it links and carries no ids. */
export function viewDepend({ id, type, anyFrame, active, er, on }: DependRow): Message {
  return {
    id,
    type,
    target: targetOf({ er, on }),
    anyFrame,
    active,
    dependErJob: er.job.name,
    dependErLayer: er.layer?.name ?? '',
    dependErFrame: er.frame?.name ?? '',
    dependOnJob: on.job.name,
    dependOnLayer: on.layer?.name ?? '',
    dependOnFrame: on.frame?.name ?? '',
  };
}
