"""The hand-written algorithms' common part: each says in constants what it is, and in `carry_out` what it does."""

from ..base import LacrimeAlgorithm, tr


class Tool(LacrimeAlgorithm):
    """An algorithm that is no analysis; HELP is its summary's continuation, in HTML."""

    NAME = TITLE = GROUP = SUMMARY = HELP = ""
    TAGS = ()

    def createInstance(self):
        """Return a fresh copy, as Processing asks for each run."""
        return type(self)()

    @property
    def group_name(self):
        """The group in English."""
        return self.GROUP

    def name(self):
        """Return the unchanging name."""
        return self.NAME

    def displayName(self):
        """Return the title in the toolbox."""
        return tr(self.TITLE)

    def tags(self):
        """Return words by which the toolbox's search finds the algorithm."""
        return [tr(tag) for tag in self.TAGS]

    def shortDescription(self):
        """Return one sentence."""
        return tr(self.SUMMARY)

    def introduction(self):
        """Return the summary and its continuation."""
        return [tr(self.SUMMARY), *([tr(self.HELP)] if self.HELP else [])]

    def add(self, parameter, text, advanced=False):
        """Declare a parameter with its help."""
        parameter.setHelp(tr(text))
        if advanced:
            parameter.setFlags(parameter.flags() | parameter.Flag.FlagAdvanced)
        self.addParameter(parameter)
