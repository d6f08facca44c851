/** One tab that a visitor finds open in GraphiQL on the first visit. */
export interface GraphiqlTab {
  readonly query: string;
  /** JSON text; shown in the variables pane. */
  readonly variables?: string;
  /** A better value for one of them: the first text that the farm answers to a query, asked when somebody looks at the tab. */
  readonly suggestion?: { readonly variable: string; readonly query: string };
}

/**
 * The tabs for OpenCue, in the order in which they stand: from a first look at the farm to the questions of every day. The first
 * lines are the visitor's introduction, so they say how to go on. Lines are short enough to stand beside the buttons.
 */
export const defaultTabs: readonly GraphiqlTab[] = Object.freeze([
  {
    query: `# The farm at a glance.
#
# Run it: Ctrl-Enter, or the button.
# What else is there: Ctrl-Space offers
# the fields that fit; the book at the
# left explains every one of them.

query FarmOverview {
  shows(active: true) {
    name
    showStats {
      runningFrames
      pendingFrames
      deadFrames
      pendingJobs
      reservedCores
    }
    subscriptions {
      allocationName
      sizeCores
      burstCores
      usedCores
    }
  }
  allocations {
    name
    stats {
      hosts
      cores
      runningCores
      idleCores
    }
  }
}
`,
  },
  {
    query: `# One job in depth: its name stands in
# the variables below. Fields lead from
# object to object; "Explain" at the top
# shows the calls that took to Cuebot.

query OneJob($name: String!) {
  job(name: $name) {
    id
    user
    state
    isPaused
    priority
    progress
    submittedAt
    showDetails {
      name
      bookingEnabled
    }
    layers {
      name
      serviceNames
      minMemoryBytes
      progress
      layerStats {
        totalFrames
        runningFrames
        deadFrames
        avgFrameSec
      }
      frames(
        where: {
          states: [RUNNING, DEAD]
        }
        limit: 20
      ) {
        number
        state
        retryCount
        startedAt
        maxRssBytes
        host {
          name
          idleCores
          loadAverage
        }
      }
    }
    comments {
      user
      subject
      message
    }
  }
}
`,
    variables: variables({ name: 'show-shot-user_job' }),
    suggestion: { variable: 'name', query: '{ jobGetJobNames { names } }' },
  },
  {
    query: `# What may be stuck: all that runs, with
# the time of the last line in its log
# and how long its layer usually takes.

query StuckFrames($shows: [String!]) {
  jobs(where: { shows: $shows }) {
    name
    frames(
      where: { states: [RUNNING] }
      limit: 200
    ) {
      name
      startedAt
      logUpdatedAt
      retryCount
      hostName
      layer {
        name
        layerStats {
          avgFrameSec
        }
      }
    }
  }
}
`,
    variables: variables({ shows: null }),
  },
  {
    query: `# Jobs, live: a new answer comes when
# something has changed. The square at
# the top ends it. Put your name below
# to see yours alone: ["ann"].

subscription MyJobs($users: [String!]) {
  jobs(
    where: { users: $users }
    everyMs: 2000
  ) {
    name
    state
    isPaused
    progress
    jobStats {
      runningFrames
      waitingFrames
      dependFrames
      deadFrames
      reservedCores
    }
  }
}
`,
    variables: variables({ users: null }),
  },
  {
    query: `# The machines: what they have, what of
# it is idle, and what runs on them.

query Hosts($allocations: [String!]) {
  hosts(
    where: { allocations: $allocations }
  ) {
    name
    state
    lockState
    cores
    idleCores
    memoryBytes
    idleMemoryBytes
    pingedAt
    procs {
      jobName
      frameName
      reservedCores
      usedMemoryBytes
    }
  }
}
`,
    variables: variables({ allocations: null }),
  },
  {
    query: `# Retries all dead frames of a job. This
# changes the farm: Cuebot queues it and
# does it a moment later.

mutation RetryDeadFrames($id: ID!) {
  jobRetryFrames(
    job: { id: $id }
    req: {
      states: { frameStates: [DEAD] }
    }
  ) {
    queued
    job {
      jobStats {
        deadFrames
        waitingFrames
      }
    }
  }
}
`,
    variables: variables({ id: 'id of a job' }),
  },
]);

/** As people would type them. */
function variables(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(values, null, 2);
}
