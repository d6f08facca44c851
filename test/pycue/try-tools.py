"""Uses pycue, pyoutline and cueadmin as people do. Fails at the first thing that is not as it should be."""
import os
import subprocess
import sys

import opencue
import outline
import outline.cuerun
import outline.util
from outline.modules.shell import Shell

WEDGE = 'testing-shot01-kim_wedge_v001'


def check(what, holds):
    if not holds:
        sys.exit('not so: ' + what)
    print('ok: ' + what)


def cueadmin(*arguments):
    program = os.path.join(os.path.dirname(sys.executable), 'cueadmin')
    # Without a terminal it must not ask whether one is sure.
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


# pycue lists.
check('pycue lists the pending jobs', len(opencue.api.getJobs()) == 14)
check('pycue lists the shows', [show.name() for show in opencue.api.getShows()] == ['testing', 'demo', 'aurora', 'vault'])
job = opencue.api.findJob(WEDGE)
check('pycue lists the layers of a job', [layer.name() for layer in job.getLayers()] == ['setup', 'wedge', 'collect'])
check('pycue lists the running frames', len(job.getFrames(state=[opencue.api.job_pb2.RUNNING])) == 40)
check('pycue lists the hosts', len(opencue.api.getHosts()) == 40)

# pycue changes.
job.setPriority(77)
check('pycue sets a priority', opencue.api.findJob(WEDGE).priority() == 77)
broken = opencue.api.findJob('demo-sh030-ben_beauty_v012')
broken.retryFrames(state=[opencue.api.job_pb2.DEAD])
check('pycue retries dead frames', opencue.api.findJob(broken.name()).deadFrames() == 0)
broken.eatFrames(layer=['beauty'])
check('pycue eats frames', opencue.api.findJob(broken.name()).data.job_stats.eaten_frames > 0)
on = job.createDependencyOnJob(opencue.api.findJob('demo-sh010-ann_beauty_v003'))
check('pycue makes a depend', on.isActive() and opencue.api.findJob(WEDGE).data.job_stats.waiting_frames == 0)

# pyoutline submits. Nobody may launch as root, whoever runs this.
outline.util.get_uid = lambda: 1004
ol = outline.Outline('from_pyoutline', shot='sh01', show='testing', user='kim')
ol.add_layer(Shell('first', command=['/bin/true'], range='1-5'))
ol.add_layer(Shell('second', command=['/bin/true'], range='1-5'))
ol.get_layer('second').depend_all('first')
outline.cuerun.launch(ol, use_pycuerun=False, pause=True)
submitted = opencue.api.findJob('testing-sh01-kim_from_pyoutline')
stats = submitted.data.job_stats
check('pyoutline submits a job with a depend', (stats.waiting_frames, stats.depend_frames) == (5, 5))

# cueadmin lists, creates, changes.
check('cueadmin lists jobs', submitted.name() in cueadmin('-lj', 'pyoutline'))
cueadmin('-force', '-create-show', 'fresh')
check('cueadmin creates a show', 'fresh' in cueadmin('-ls'))
cueadmin('-force', '-priority', WEDGE, '5')
check('cueadmin sets a priority', opencue.api.findJob(WEDGE).priority() == 5)
cueadmin('-host', 'rqd001', '-lock', '-force')
check('cueadmin locks a host', opencue.api.findHost('rqd001').lockState() == opencue.api.host_pb2.LOCKED)
cueadmin('-force', '-pause', WEDGE)
check('cueadmin pauses a job', opencue.api.findJob(WEDGE).isPaused())
# It gives no reason, and Cuebot does nothing then.
cueadmin('-force', '-kill', submitted.name())
check('cueadmin kills a job in vain', submitted.name() in cueadmin('-lj', 'pyoutline'))
submitted.kill(reason='tried out')
check('pycue kills a job with a reason', submitted.name() not in cueadmin('-lj', 'pyoutline'))
