/**
 * Known defects of Cuebot that the demo can play or leave out, by the name that options use. Without a defect the RPC does
 * what its name says. All but `lanes` show every time; `lanes` needs calls that overlap.
 */
export const DEFECTS = {
  lanes:
    'JobInterface and LayerInterface keep the object of a call in a field: calls that overlap act on each other’s objects',
  'action-parents': 'Action.GetParentFilter always fails',
  'allocation-ids': 'Allocation.Get looks its id up as a name, and Allocation.FindHosts compares it with names',
  'allocation-keys':
    'Allocation.Delete, SetBillable, SetDefault, SetName and SetTag go by facility and name, whatever the id',
  'allocation-tags': 'Allocation.SetTag leaves the hosts of the allocation with their old tag',
  'any-frames': 'Layer.CreateFrameByFrameDependency ignores any_frame',
  'average-frame-time': 'avg_frame_sec of a job is always 0',
  'deed-hosts': 'Deed.GetHost looks the deed’s id up as a host’s, and Deed.show is never filled',
  'department-tasks':
    'Department.AddTask, AddTasks, ReplaceTasks and SetManagedCores fail, the first three after they have stored',
  'double-names':
    'a second show, limit, facility or department of a name is stored, and lookups by that name then fail',
  'empty-fields': 'GPU memory of frames and procs and llu_time of updated frames are never filled',
  'empty-lists': 'empty lists of services and limits hold one empty name',
  'frame-pages': 'GetFrames without a limit answers with no frames',
  'host-whiteboard': 'Host.GetHostWhiteboard fails as soon as a proc has no redirect, and never lists a proc',
  'kills-without-reason': 'Job.Kill without a reason answers OK and does nothing',
  'last-resources': 'last_resource of a frame that never ran is `/0.00/0`',
  'override-timeouts': 'Show.CreateServiceOverride drops the timeouts',
  'redirect-hosts': 'Host.RedirectToJob wants ids for the names of procs, and ignores the host',
  'reorder-last': 'ReorderFrames with LAST moves the frames 0 to n of a layer, whatever the range',
  'silent-writes':
    'Save and Update of a comment, service or override that is not there, and Delete of the latter two, answer OK',
  'stagger-layers': 'Layer.StaggerFrames staggers the whole job',
  subscribers: 'Job.AddSubscriber fails for a job without any',
  'task-ids': 'TaskInterface reads the task’s id from its name, and SetMinCores always fails',
  'update-window': 'Job.GetUpdatedFrames never answers when last_check is more than a minute ago',
} as const;

/** The name of a defect. */
export type Defect = keyof typeof DEFECTS;

/** What a real Cuebot shows whenever it is asked, without any race. */
export const USUAL_DEFECTS: ReadonlySet<Defect> = new Set(
  (Object.keys(DEFECTS) as Defect[]).filter((name) => name !== 'lanes'),
);

/**
 * Reads a comma separated list of defects: names, and the words `none`, `usual` (all but `lanes`) and `all`. Throws an error
 * that names what it does not know.
 */
export function parseDefects(text: string): ReadonlySet<Defect> {
  const chosen = new Set<Defect>();
  for (const word of text.split(',').map((part) => part.trim())) {
    if (word === 'usual') for (const name of USUAL_DEFECTS) chosen.add(name);
    else if (word === 'all') for (const name of Object.keys(DEFECTS)) chosen.add(name as Defect);
    else if (Object.hasOwn(DEFECTS, word)) chosen.add(word as Defect);
    else if (word !== 'none') {
      const known = ['none', 'usual', 'all', ...Object.keys(DEFECTS)].join(', ');
      throw new Error(`defects: "${word}" is none of ${known}`);
    }
  }
  return chosen;
}
