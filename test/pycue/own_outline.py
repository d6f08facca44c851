"""What people do with pycue, pyoutline and cueadmin, on a farm that may be anybody's: own_outline.py SHOW USER

It reads, and changes nothing but the job that it launches. That one is paused from the beginning, and killed in the end.
"""
import sys
import time

import opencue

from outlines import launch, two_layers
from steps import cueadmin, equal, eventually, step

EATEN = opencue.api.job_pb2.EATEN
DEPEND = opencue.api.job_pb2.DEPEND
WAITING = opencue.api.job_pb2.WAITING

show, user = sys.argv[1:]
name = None


def job():
    return opencue.api.findJob(name)


def count_of(state, layer='first'):
    return len(job().getFrames(state=[state], layer=[layer]))


def pending():
    return [found.name() for found in opencue.api.getJobs(job=[name])]


with step('pycue lists and finds a show'):
    equal(show in [found.name() for found in opencue.api.getShows()], True)
    equal(opencue.api.findShow(show).name(), show)
with step('pycue lists jobs, their layers and frames'):
    for found in opencue.api.getJobs(show=[show])[:20]:
        layers = found.getLayers()
        equal([layer for layer in layers if layer.data.parent_id != found.id()], [])
        equal([frame for frame in found.getFrames(limit=5) if frame.layer() not in [layer.name() for layer in layers]], [])
with step('pycue lists and finds hosts'):
    for host in opencue.api.getHosts()[:3]:
        equal(opencue.api.findHost(host.name()).id(), host.id())

with step('pyoutline launches an outline'):
    name = launch(two_layers('cuegate_check_%d' % time.time(), show, user))
if name is None:
    sys.exit(0)
try:
    with step('pycue finds the launched job'):
        equal((job().name(), job().data.user, job().isPaused()), (name, user, True))
        equal(pending(), [name])
    with step('pycue lists its layers'):
        equal([(layer.name(), layer.data.parent_id) for layer in job().getLayers()], [('first', job().id()), ('second', job().id())])
    with step('pycue lists its frames, those that wait for others apart'):
        eventually(lambda: (count_of(WAITING), count_of(DEPEND, 'second')), (5, 5))
    with step('pycue sets its priority'):
        job().setPriority(77)
        equal(job().priority(), 77)
    with step('pycue comments on it'):
        job().addComment('a check', 'of cuegate')
        equal([comment.message() for comment in job().getComments()], ['of cuegate'])
    with step('pycue eats frames'):
        job().eatFrames(layer=['first'])
        eventually(lambda: count_of(EATEN), 5)
    with step('pycue retries frames'):
        job().retryFrames(layer=['first'])
        eventually(lambda: count_of(EATEN), 0)
    with step('cueadmin lists it'):
        equal(name in cueadmin('-lj', name), True)
    with step('cueadmin sets its priority'):
        cueadmin('-force', '-priority', name, '5')
        equal(job().priority(), 5)
finally:
    with step('pycue kills it with a reason'):
        job().kill(reason='tried out')
        eventually(pending, [])
