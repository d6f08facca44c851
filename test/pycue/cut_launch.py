"""Launches an outline by pycue's launchSpec when it is told to, and prints what pycue says: cut_launch.py NAME USER"""
import sys

import opencue

from outlines import spec_of, two_layers

spec = spec_of(two_layers(sys.argv[1], 'testing', sys.argv[2]))
# Connects.
opencue.api.getShows()
print('ready', flush=True)
sys.stdin.readline()
try:
    print('launched', *opencue.api.launchSpec(spec))
except opencue.exception.CueException as error:
    print('gave up:', str(error).replace('\n', ' '))
