import { type FormEvent, useEffect, useRef } from 'react';
import { useMutation } from 'urql';

import { explainError } from '../gateway/explain-error.ts';
import { graphql } from '../graphql/index.ts';

// Queued: the answer means that Cuebot has taken it on. The row goes when the subscription no longer has the job.
const killJob = graphql(`
  mutation KillJob($id: ID!, $reason: String!) {
    jobKill(job: { id: $id }, reason: $reason) {
      queued
    }
  }
`);

interface Props {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Asks why before it kills. Without a reason a Cuebot answers OK and does nothing, and the gateway refuses. */
export function KillDialog({ id, name, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [{ fetching, error }, kill] = useMutation(killJob);
  useEffect(() => dialog.current?.showModal(), []);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason')).trim();
    const result = await kill({ id, reason });
    if (result.error === undefined) onClose();
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="kill-title">
      <form onSubmit={submit}>
        <h2 id="kill-title">Kill {name}?</h2>
        <p>Its running frames end within some seconds. This cannot be undone.</p>
        <label>
          Reason <input name="reason" required pattern=".*\S.*" />
        </label>
        {error && (
          <p className="failure" role="alert">
            {explainError(error)}
          </p>
        )}
        <div className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Leave it
          </button>
          <button type="submit" className="dangerous" disabled={fetching}>
            Kill the job
          </button>
        </div>
      </form>
    </dialog>
  );
}
