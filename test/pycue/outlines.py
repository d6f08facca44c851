"""Outlines as pyoutline makes them."""
import os

import outline
import outline.cuerun
import outline.util
from outline.modules.shell import Shell

#: Nobody may launch as root, whoever runs this.
outline.util.get_uid = lambda: max(os.getuid(), 1004)


def two_layers(name, show, user):
    """An outline of two layers with five frames each, where the second waits for the first."""
    made = outline.Outline(name, shot='sh01', show=show, user=user)
    made.add_layer(Shell('first', command=['/bin/true'], range='1-5'))
    made.add_layer(Shell('second', command=['/bin/true'], range='1-5'))
    made.get_layer('second').depend_all('first')
    return made


def launch(made):
    """Launches it, paused, and returns the name of its job."""
    return outline.cuerun.launch(made, use_pycuerun=False, pause=True)[0].name()


def spec_of(made):
    """Its job spec, paused."""
    launcher = outline.cuerun.OutlineLauncher(made, pause=True)
    launcher.setup()
    return launcher.serialize(use_pycuerun=False)
