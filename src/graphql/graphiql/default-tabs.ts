/** One tab that a visitor finds open in GraphiQL on the first visit. */
export interface GraphiqlTab {
  readonly query: string;
  /** JSON text; shown in the variables pane. */
  readonly variables?: string;
}

/**
 * The tabs for OpenCue, in the order in which they stand: a first look at the farm, from the shows down to its machines.
 * The first lines are the visitor's introduction, so they say how to go on.
 */
export const defaultTabs: readonly GraphiqlTab[] = Object.freeze([
  {
    query: `# The shows of the farm.
#
# Run it: Ctrl-Enter, or the button.
# What else is there: Ctrl-Space offers
# the fields that fit; the book at the
# left explains every one of them.

query Shows {
  showGetShows {
    shows {
      shows {
        name
        active
        bookingEnabled
        showStats {
          runningFrames
          pendingFrames
          deadFrames
          reservedCores
        }
      }
    }
  }
}
`,
  },
  {
    query: `# The jobs in the queue. Name a show to
# see its jobs only; an empty list
# stands for all shows.

query Jobs {
  jobGetJobs(r: { shows: [] }) {
    jobs {
      jobs {
        id
        name
        user
        state
        isPaused
        priority
        jobStats {
          totalFrames
          runningFrames
          waitingFrames
          deadFrames
          succeededFrames
        }
      }
    }
  }
}
`,
  },
  {
    query: `# The machines: what they have and
# what of it is idle.

query Hosts {
  hostGetHosts {
    hosts {
      hosts {
        name
        state
        lockState
        cores
        idleCores
        memory
        idleMemory
        tags
      }
    }
  }
}
`,
  },
]);
