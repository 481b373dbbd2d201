"""What becomes of responses as they come: log lines, files, standard output."""

from collections.abc import Sequence

from dicomdesk.cli.findscu.files import ResponseFiles
from dicomdesk.cli.findscu.forms import FormWriter, columns_of
from dicomdesk.cli.findscu.lines import FindLines
from dicomdesk.cli.findscu.options import FindOptions
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.query.inputs import Identifiers
from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.engine import events
from dicomdesk.engine.query.facts import QueryAnswered, QueryFact
from dicomdesk.errors import DataError
from dicomdesk.human import printable
from dicomdesk.logs import Log

__all__ = ["Responses"]


class Responses:
    """Shows facts and gives out responses, in order; see ``Lines``."""

    def __init__(self, lines: FindLines, log: Log, options: FindOptions, identifiers: Identifiers) -> None:
        self._lines = lines
        self._log = log
        self._network = log.logger("dcmtk.dcmnet")
        self._files = ResponseFiles(
            options.extraction,
            self._network,
            folder=options.output_folder,
            xml_file_name=options.xml_file,
            most=options.most_files,
        )
        self._form = FormWriter(options.form, columns_of(identifiers.data_sets), write_stdout)

    @property
    def is_lost(self) -> bool:
        """Whether what stdout or the files of responses are to hold could not be written, and is missed."""
        return self._form.is_lost or self._files.is_lost

    @property
    def wants_matches(self) -> bool:
        """Whether anybody looks at responses with matches."""
        return self._files.is_wanted or self._form.is_wanted or self._lines.shows_responses

    def wants(self, event: QueryFact) -> bool:
        """See ``Lines``."""
        if isinstance(event, QueryAnswered) and (self._files.is_wanted or self._form.is_wanted):
            return True
        return isinstance(event, events.AssociationAccepted) or self._lines.wants(event)

    def show(self, batch: Sequence[QueryFact]) -> None:
        """See ``Lines``."""
        with self._log.batch():
            for fact in batch:
                self._lines.show_fact(fact)
                if isinstance(fact, QueryAnswered):
                    self._give_out(fact)
                elif isinstance(fact, events.AssociationAccepted):
                    self._files.open()
        self._form.flush()

    def _give_out(self, fact: QueryAnswered) -> None:
        number = self._lines.count
        if self._files.is_wanted:
            self._files.take(number, fact.identifier, fact.transfer_syntax_uid)
        if not self._form.is_wanted:
            return
        try:
            self._form.take(read_data_set(fact.identifier, fact.transfer_syntax_uid))
        except DataError as error:
            self._network.error(f"response {number} cannot be read: {printable(str(error))}")

    def end(self) -> None:
        """Write what is left."""
        self._files.close()
        self._form.end()
