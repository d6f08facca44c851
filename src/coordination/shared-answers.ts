import { randomBytes } from 'node:crypto';

import type { Reply } from '../call/call.ts';
import type { GatewayError } from '../call/gateway-error.ts';
import type { Schedule } from '../clock/schedule.ts';
import type { Claim, SharedAnswers } from '../pipeline/shared-answers.ts';

import { readAnswer, writeAnswer } from './answer-text.ts';
import type { Keys } from './keys.ts';
import { renewEveryMs, type Session } from './session.ts';
import type { Store } from './store.ts';
import { unreachable } from './unreachable.ts';

/** What sharing answers needs. */
export interface ShareAnswersOptions {
  readonly store: Store;
  readonly keys: Keys;
  readonly session: Session;
  readonly schedule: Schedule;
}

/** How often it is tried to tell the store what came of a call, before it is given up. */
const maxTries = 240;

/**
 * Keeps in the store which idempotency keys are taken, by whose session, and the answers. A key whose session is gone stays
 * taken: its gateway may have died after it sent the call.
 */
export function shareAnswers({ store, keys, session, schedule }: ShareAnswersOptions): SharedAnswers {
  /** Says what came of a claim, and goes on trying while the store is away. */
  const tell = (name: string, claim: string, text: string, keptMs: number, tries = maxTries): void => {
    const retry = () => {
      if (tries > 0) schedule(() => tell(name, claim, text, keptMs, tries - 1), renewEveryMs);
    };
    store.run('keep-answer', [name], [claim, text, keptMs]).catch(retry);
  };
  return {
    claim: async (key, request, keptMs): Promise<Claim> => {
      const name = keys.answer(key);
      const claim = randomBytes(12).toString('base64url');
      const values = [store.runId() ?? '', session.id, claim, request, keptMs];
      if (session.id === '') throw unreachable(session.opensInMs);
      let answer: unknown;
      try {
        answer = await store.run('claim-answer', [keys.epoch, keys.sessions, name], values);
      } catch {
        // Perhaps the key was taken all the same, and nothing is sent for it.
        tell(name, claim, '', keptMs);
        throw unreachable();
      }
      if (!session.heed(answer)) throw unreachable(session.opensInMs);
      const [word, text] = answer as readonly [string, string?];
      if (word === 'REUSED') return { state: 'reused' };
      if (word === 'UNDER_WAY') return { state: 'under-way' };
      if (word === 'UNKNOWN') return { state: 'unknown' };
      if (word === 'ANSWERED') return { state: 'answered', answer: readAnswer(text ?? '') };
      const right = {
        keep: (kept: Reply | GatewayError) => tell(name, claim, writeAnswer(kept), keptMs),
        release: () => tell(name, claim, '', keptMs),
      };
      return { state: 'claimed', right };
    },
  };
}
