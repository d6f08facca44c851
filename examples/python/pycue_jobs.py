"""Lists the jobs of a show by pycue, through cuegate: pycue_jobs.py SHOW

Needs opencue-pycue. CUEBOT_HOSTS names cuegate's GRPC_PORT in place of Cuebot.
"""
import sys

import opencue

for job in opencue.api.getJobs(show=[sys.argv[1]]):
    print(job.name(), job.priority())
