import type { Farm } from '../farm/farm.ts';
import { pickOnly, pickRow } from '../farm/pick-row.ts';
import { viewSubscription } from '../views/host-view.ts';
import { notFound, thrown } from '../wire/cuebot-error.ts';
import type { ServiceHandlers } from '../wire/rpc-handler.ts';

/** subscription.SubscriptionInterface: the reads. */
export function createSubscriptionService(farm: Farm): ServiceHandlers {
  return {
    Get: ({ id }: { id: string }) => ({
      subscription: viewSubscription(farm, pickRow(farm.subscriptions, id, notFound)),
    }),
    Find({ name }: { name: string }) {
      if (name.split('.').length < 3) {
        const text = 'Subscription names must be in the form of alloc.show';
        throw thrown('com.imageworks.spcue.CueGrpcException', text);
      }
      const row = pickOnly(
        farm.subscriptions.values(),
        ({ allocation, show }) => `${allocation.name}.${show.name}` === name,
        () => notFound(`A subscription to ${name} was not found.`),
      );
      return { subscription: viewSubscription(farm, row) };
    },
  };
}
