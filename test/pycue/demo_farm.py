"""What people do with pycue and cueadmin, on the demo's farm as it is at the beginning: demo_farm.py RIGHTS

RIGHTS is `admin`, or `operate` where the rest is to be refused.
"""
import sys

import grpc
import opencue

from steps import cueadmin, equal, eventually, step

WEDGE = 'testing-shot01-kim_wedge_v001'
BROKEN = 'demo-sh030-ben_beauty_v012'
RUNNING = opencue.api.job_pb2.RUNNING
DEAD = opencue.api.job_pb2.DEAD


def job(name):
    return opencue.api.findJob(name)


def stats(name):
    return job(name).data.job_stats


def refused(action):
    """Whether an action is refused for lack of rights. pycue makes an exception of its own of some errors only."""
    try:
        action()
    except (opencue.exception.CueException, grpc.RpcError) as error:
        return 'PERMISSION_DENIED' in str(error)
    return False


with step('pycue lists the pending jobs'):
    equal(len(opencue.api.getJobs()), 14)
with step('pycue lists the shows'):
    equal([show.name() for show in opencue.api.getShows()], ['testing', 'demo', 'aurora', 'vault'])
with step('pycue lists the layers of a job'):
    equal([layer.name() for layer in job(WEDGE).getLayers()], ['setup', 'wedge', 'collect'])
with step('pycue lists the running frames'):
    equal(len(job(WEDGE).getFrames(state=[RUNNING])), 40)
with step('pycue lists the hosts'):
    equal(len(opencue.api.getHosts()), 40)
with step('pycue kills running frames'):
    job(WEDGE).killFrames(state=[RUNNING], reason='tried out')
    eventually(lambda: stats(WEDGE).running_frames, 0)
with step('pycue retries dead frames'):
    equal(stats(BROKEN).dead_frames > 0, True)
    job(BROKEN).retryFrames(state=[DEAD])
    eventually(lambda: stats(BROKEN).dead_frames, 0)
with step('pycue makes a depend'):
    equal(job(WEDGE).createDependencyOnJob(job('demo-sh010-ann_beauty_v003')).isActive(), True)
    eventually(lambda: stats(WEDGE).waiting_frames, 0)
with step('cueadmin pauses a job'):
    cueadmin('-force', '-pause', WEDGE)
    equal(job(WEDGE).isPaused(), True)
with step('cueadmin kills a job in vain, since it gives no reason'):
    cueadmin('-force', '-kill', WEDGE)
    equal(WEDGE in cueadmin('-lj', 'wedge'), True)

if sys.argv[1] == 'admin':
    with step('cueadmin creates a show'):
        cueadmin('-force', '-create-show', 'fresh')
        equal('fresh' in cueadmin('-ls'), True)
    with step('cueadmin locks a host'):
        cueadmin('-host', 'rqd001', '-lock', '-force')
        equal(opencue.api.findHost('rqd001').lockState(), opencue.api.host_pb2.LOCKED)
else:
    with step('pycue may not create a show'):
        equal(refused(lambda: opencue.api.createShow('fresh')), True)
    with step('pycue may not lock a host'):
        equal(refused(lambda: opencue.api.findHost('rqd001').lock()), True)
