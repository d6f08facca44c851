"""The steps of a check: one line each on standard output, `passed` or `failed`, what was tried, and what went wrong, between tabs."""
import os
import subprocess
import sys
import time
import traceback

#: How long Cuebot may take for what it does after it has answered, in seconds.
PATIENCE = 60


class step:
    """A step, in a `with` block. Whatever is raised there makes it a failed one, and the next step is tried."""

    def __init__(self, what):
        self.what = what

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and not issubclass(kind, Exception):
            return False
        words = ['passed', self.what]
        if kind is not None:
            place = traceback.extract_tb(trace)[0]
            words = ['failed', self.what, '%s: %s, in line %d' % (kind.__name__, error, place.lineno)]
        print('\t'.join(word.replace('\t', ' ').replace('\n', ' ') for word in words), flush=True)
        return True


def equal(found, expected):
    """Raises where the two differ."""
    if found != expected:
        raise AssertionError('found %r, expected %r' % (found, expected))


def eventually(read, expected):
    """Asks until the answer is the expected one: Cuebot does much of its work behind the answer."""
    end = time.monotonic() + PATIENCE
    while read() != expected and time.monotonic() < end:
        time.sleep(0.1)
    equal(read(), expected)


def cueadmin(*arguments):
    """Runs cueadmin, and returns what it printed."""
    program = os.path.join(os.path.dirname(sys.executable), 'cueadmin')
    # Without a terminal it must not ask whether one is sure.
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError('cueadmin %s: %s' % (' '.join(arguments), done.stderr.strip()[-500:]))
    return done.stdout + done.stderr
