"""What can go wrong below the rules: faults of the infrastructure, never of an update.

DatabaseUnavailable
└── DiskFull
FilesUnavailable
NewerSchema
"""

from __future__ import annotations


class DatabaseUnavailable(Exception):
    """The database could not be used; callers try again later.

    Usually nothing was committed. After a connection lost during COMMIT it is unknown, which
    is safe wherever "done" is committed together with the effects.
    """


class DiskFull(DatabaseUnavailable):
    """There is no room left for the database or for a file."""


class FilesUnavailable(Exception):
    """The store of files could not be used; callers try again later. Nothing is said of the file itself."""


class NewerSchema(Exception):
    """A newer version of Pandu has changed the database's tables: this one must not touch it."""
