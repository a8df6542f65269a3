"""Loads the broker's answers to instructions: the file is read whole, and all of it is taken or nothing."""

from accounts.broker.feed.job import Job
from accounts.broker.feed.loader import Count
from accounts.broker.feed.source import Source, Unreadable
from accounts.broker.transmit.answers import take_answers
from portal.lib.csvtext import BadCsv


def import_answers(job: Job, source: Source) -> None:
    """Take what the broker says; answers that are not believed are listed among the rejected rows."""
    with source.open(job.limits) as stream:
        content = b"".join(stream.chunks())
    try:
        taken = take_answers(content, at=job.at)
    except BadCsv as error:
        raise Unreadable(error.msgid, **error.params) from error
    for one in taken.strange:
        job.reject(str(one["why"]), row=f"line {one['line']}", account=str(one["reference"]))
    new = taken.accepted + taken.rejected
    job.report.count({"answers": Count(rows=new + taken.unchanged, new=new)})
