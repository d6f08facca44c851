import { pickOnly, pickRow } from '../farm/find-rows.ts';
import { viewSubscription } from '../views/allocation-view.ts';
import { cuebotThrown, notFound } from '../wire/cuebot-error.ts';
import type { EntityReference, ServiceHandlers } from '../wire/rpc-handler.ts';
import { idOf } from '../wire/rpc-handler.ts';
import type { Cuebot } from './cuebot.ts';
import { DONE } from './cuebot.ts';

interface OfSubscription {
  readonly subscription: EntityReference | null;
}

/** subscription.SubscriptionInterface; sizes in core points. */
export function createSubscriptionService({ farm }: Cuebot): ServiceHandlers {
  const subscriptionOf = ({ subscription }: OfSubscription) => pickRow(farm.subscriptions, idOf(subscription));
  return {
    Get: ({ id }: { id: string }) => ({
      subscription: viewSubscription(pickRow(farm.subscriptions, id, notFound)),
    }),
    Find({ name }: { name: string }) {
      if (name.split('.').length < 3) {
        throw cuebotThrown('CueGrpcException', 'Subscription names must be in the form of alloc.show');
      }
      const row = pickOnly(
        farm.subscriptions.values(),
        ({ allocation, show }) => `${allocation.name}.${show.name}` === name,
        () => notFound(`A subscription to ${name} was not found.`),
      );
      return { subscription: viewSubscription(row) };
    },
    SetSize(request: OfSubscription & { newSize: number }) {
      subscriptionOf(request).size = request.newSize;
      farm.touch();
      return DONE;
    },
    SetBurst(request: OfSubscription & { burst: number }) {
      subscriptionOf(request).burst = request.burst;
      farm.touch();
      return DONE;
    },
    Delete(request: OfSubscription) {
      const row = subscriptionOf(request);
      if ((row.show.reserved.get(row.allocation)?.cores ?? 0) > 0) {
        throw cuebotThrown('EntityModificationError', 'You cannot delete a subscription with running procs');
      }
      farm.subscriptions.delete(row.id);
      farm.touch();
      return DONE;
    },
  };
}
