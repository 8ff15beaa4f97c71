"""What databases need that files do not: readings that broke off are told, tables half written are dropped again."""

import logging
import threading
from contextlib import contextmanager

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsDataSourceUri,
    QgsProcessingException,
    QgsProviderConnectionException,
    QgsProviderRegistry,
)

log = logging.getLogger("lacrime_geo")


@contextmanager
def read_to_the_end(source):
    """Raise where the database says meanwhile that it could not go on: QGIS ends such a reading as if it were whole."""
    if source.counted:
        yield
        return
    said, thread, messages = [], threading.get_ident(), QgsApplication.messageLog()

    def hear(text, _tag, level):
        warned = level in (Qgis.MessageLevel.Warning, Qgis.MessageLevel.Critical)
        if warned and threading.get_ident() == thread and not text.startswith("NOTICE"):
            said.append(" ".join(text.split()))

    messages.messageReceived.connect(hear)
    try:
        yield
    finally:
        messages.messageReceived.disconnect(hear)
    if said:
        raise QgsProcessingException(
            f"The layer {source.sourceName()!r} was not read to its end ({said[0]}); mend the table or view, or save the layer "
            "to a file first."
        )


def refuse_server_as_file(path):
    """Raise where an output that names a database file names a database on a server instead."""
    if path.startswith("ogr:") and QgsDataSourceUri(path[len("ogr:") :]).host():
        raise QgsProcessingException(
            "An output that begins with 'ogr:' is a table in a file, and this one names a server; begin it with 'postgres:'."
        )


def drop(written):
    """Drop the table of an output that a run has not finished."""
    provider, uri, schema, table = _table_of(written)
    metadata = QgsProviderRegistry.instance().providerMetadata(provider)
    try:
        metadata.createConnection(uri, {}).dropVectorTable(schema, table)
    except QgsProviderConnectionException as problem:
        log.warning("the table %s is incomplete, and could not be dropped: %s", table, problem)


def _table_of(written):
    """Return the provider of an output's table, what names its database, its schema and its name."""
    file, in_a_file, table = written.partition("|layername=")
    if in_a_file:
        return "ogr", file, "", table
    provider, _, uri = written.partition(":")
    uri = uri[2:] if uri.startswith("//") else uri
    source = QgsDataSourceUri(uri)
    return {"postgis": "postgres"}.get(provider, provider), uri, source.schema(), source.table()
