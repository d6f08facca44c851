"""Polls and writes by pycue, many at a time, as CueGUIs and scripts do all day: hammer_lanes.py CALLS THREADS

Each answer and each write says whose it is. Prints `ready`, waits for a line, and prints in the end, as JSON, what was done: polls, wrong
polls, comments, paths, and what failed.
"""
import json
import sys
import threading

import opencue

calls, threads = int(sys.argv[1]), int(sys.argv[2])
# One after the other, so that these lists are right even without lanes.
jobs = {job.id(): job for job in opencue.api.getJobs()}
layers = [layer for job in jobs.values() for layer in job.getLayers()]
counts = {'polls': 0, 'wrong': 0, 'comments': 0, 'paths': 0}
failures = []
lock = threading.Lock()
indices = iter(range(calls))


def poll_layers(layer, _):
    job = jobs[layer.data.parent_id]
    return 'polls', all(found.data.parent_id == job.id() for found in job.getLayers())


def poll_frames(layer, _):
    return 'polls', all(frame.layer() == layer.name() for frame in layer.getFrames(limit=5))


def comment(layer, _):
    job = jobs[layer.data.parent_id]
    job.addComment('whose', job.id())
    return 'comments', True


def register_path(layer, index):
    layer.registerOutputPath('/written/%s/%d' % (layer.id(), index % 5))
    return 'paths', True


kinds = [poll_layers, comment, poll_frames, register_path]


def work():
    while True:
        with lock:
            index = next(indices, None)
        if index is None:
            return
        # Each kind meets every layer.
        layer = layers[index // len(kinds) % len(layers)]
        try:
            what, is_right = kinds[index % len(kinds)](layer, index)
        # pylint: disable=broad-except
        except Exception as error:
            with lock:
                failures.append('%s: %s' % (type(error).__name__, error))
            continue
        with lock:
            counts[what] += 1
            counts['wrong'] += not is_right


workers = [threading.Thread(target=work) for _ in range(threads)]
print('ready', flush=True)
sys.stdin.readline()
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print(json.dumps({**counts, 'failed': len(failures), 'failures': failures[:3]}))
