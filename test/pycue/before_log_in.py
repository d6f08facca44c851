"""pycue at an agent at which nobody has logged in yet."""
import opencue

from steps import equal, step

with step('pycue gets nothing before somebody has logged in'):
    try:
        opencue.api.getShows()
        raise AssertionError('it got shows')
    except opencue.exception.ConnectionException as error:
        equal('No grpc connection could be established' in str(error), True)
