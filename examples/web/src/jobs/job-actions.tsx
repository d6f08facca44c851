import { useState } from 'react';
import { useMutation } from 'urql';

import { explainError } from '../gateway/explain-error.ts';
import type { JobRowFragment } from '../graphql/graphql.ts';
import { graphql } from '../graphql/index.ts';
import { KillDialog } from './kill-dialog.tsx';

// The answer brings the job as it is now, and the cache gives it to every row that shows it.
const pauseJob = graphql(`
  mutation PauseJob($id: ID!) {
    jobPause(job: { id: $id }) {
      job {
        id
        ...JobRow
      }
    }
  }
`);

const resumeJob = graphql(`
  mutation ResumeJob($id: ID!) {
    jobResume(job: { id: $id }) {
      job {
        id
        ...JobRow
      }
    }
  }
`);

interface Props {
  readonly job: JobRowFragment;
}

export function JobActions({ job: { id, name, state, isPaused } }: Props) {
  const [{ fetching, error }, pauseOrResume] = useMutation(isPaused ? resumeJob : pauseJob);
  const [isKilling, setIsKilling] = useState(false);
  if (state === 'FINISHED') return null;
  return (
    <div className="actions">
      <button
        type="button"
        disabled={fetching}
        onClick={() => pauseOrResume({ id })}
        aria-label={`${isPaused ? 'Resume' : 'Pause'} ${name}`}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </button>
      <button type="button" className="dangerous" onClick={() => setIsKilling(true)} aria-label={`Kill ${name}`}>
        Kill …
      </button>
      {error && (
        <p className="failure" role="alert">
          {explainError(error)}
        </p>
      )}
      {isKilling && <KillDialog id={id} name={name} onClose={() => setIsKilling(false)} />}
    </div>
  );
}
