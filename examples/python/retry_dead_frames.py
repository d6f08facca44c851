"""Lists the dead frames of a pending job, retries them, and follows the job: retry_dead_frames.py JOB

Needs nothing but Python 3.8. TOKEN says who asks, CUEGATE_URL where.
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get('CUEGATE_URL', 'http://127.0.0.1:8448')
PAGE = 500


def call(rpc, request):
    """Calls an RPC, such as job.JobInterface/GetJob, and returns its reply. Ends the program when it fails."""
    headers = {'Authorization': 'Bearer ' + os.environ['TOKEN'], 'Content-Type': 'application/json'}
    asked = urllib.request.Request(URL + '/' + rpc, json.dumps(request).encode(), headers)
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            wait = error.headers.get('Retry-After')
            text = error.read().decode()
            if wait is None:
                sys.exit(f'{rpc}: {error.code} {text.strip()}')
            # Too much was going on, and nothing has changed.
            time.sleep(int(wait))


def frames(job_id, states):
    """Yields the frames of a job that are in one of the states, page by page."""
    page, found = 1, None
    while found is None or len(found) == PAGE:
        criteria = {'states': {'frameStates': states}, 'page': page, 'limit': PAGE}
        found = call('job.JobInterface/GetFrames', {'job': {'id': job_id}, 'req': criteria})['frames']['frames']
        yield from found
        page += 1


def follow(job_id):
    """Prints how the job is doing whenever that changes, until the job is over."""
    before, state = None, None
    while state != 'FINISHED':
        job = call('job.JobInterface/GetJob', {'id': job_id})['job']
        state, stats = job['state'], job['jobStats']
        now = f"{state}: {stats['succeededFrames']} of {stats['totalFrames']} done, {stats['deadFrames']} dead"
        if now != before:
            print(now, flush=True)
        before = now
        time.sleep(2)


job_id = call('job.JobInterface/FindJob', {'name': sys.argv[1]})['job']['id']
dead = list(frames(job_id, ['DEAD']))
for frame in dead:
    print(f"{frame['name']} died with {frame['exitStatus']} after {frame['retryCount']} retries")
if dead:
    # By id: an empty list would mean every frame of the job.
    call('job.JobInterface/RetryFrames', {'job': {'id': job_id}, 'req': {'ids': [frame['id'] for frame in dead]}})
follow(job_id)
