"""Every way by which somebody gets to see something of a report. A new way is added here, and to the walk in
`tests/test_views.py`, which fails for any module that opens reports and stands in neither."""

from dataclasses import dataclass

from handlers.reading_room import Sight


@dataclass(frozen=True, slots=True)
class View:
    """module: where it is; to: who comes that way; shows: the most that anybody sees there."""

    module: str
    to: str
    what: str
    shows: Sight


VIEWS = (
    View("handlers.follow", "whoever filed it", "SUIVI, and *follow my reference*", Sight.REFERENCE),
    View("handlers.mine", "whoever filed it", "*my reports*", Sight.FACTS),
    View("handlers.texting", "whoever filed it", "the reference again, for the same SMS again", Sight.REFERENCE),
    View("handlers.reporter", "whoever filed it", "SMS: seen, closed", Sight.REFERENCE),
    View("handlers.telling", "members", "the alert, with a place as it was written", Sight.CONTENTS),
    View("handlers.rollup", "members", "several alerts in one SMS", Sight.CONTENTS),
    View("handlers.digesting", "coordinators", "digests by SMS and e-mail, counts under 5 masked", Sight.NOTHING),
    View("handlers.inbox", "members", "*alerts to take*, each as it was sent", Sight.CONTENTS),
    View("handlers.keywords", "members", "ACK by SMS", Sight.REFERENCE),
    View("handlers.verdict", "members", "NON and CLOS by SMS", Sight.REFERENCE),
    View("handlers.acknowledge", "members", "SMS: who has it", Sight.REFERENCE),
    View("handlers.cases", "members", "*my cases*", Sight.FACTS),
    View("handlers.near", "officers", "*alerts near me*", Sight.FACTS),
    View("handlers.digest", "coordinators", "the day's counts, those under 5 masked", Sight.NOTHING),
    View("handlers.reading_room", "members", "the answers, with a reason, audited", Sight.CONTENTS),
    View("handlers.caselist", "whoever may sign in", "the console's lists and its board", Sight.FACTS),
    View("handlers.casefile", "whoever may sign in", "the console's page of an incident, audited", Sight.CONTENTS),
    View("handlers.reportlist", "whoever may sign in", "the console's list of reports", Sight.FACTS),
    View("service.console.reports", "whoever may sign in", "the page of that list", Sight.FACTS),
    View("service.console.incidents", "whoever may sign in", "the pages themselves", Sight.CONTENTS),
    View("service.console.map", "coordinators", "the console's map: how many lie where", Sight.FACTS),
    View("service.console.charts", "coordinators", "the console's charts: counts", Sight.NOTHING),
    View("handlers.clear_columns", "whoever may sign in", "the columns of an export", Sight.FACTS),
    View("service.console.errands", "whoever may sign in", "the console's export, audited", Sight.FACTS),
    View("service.commands.reports", "members", "`reports list --as … --reason …`, audited", Sight.CONTENTS),
    View("handlers.data_rights", "privacy", "what is held about a phone, audited", Sight.REFERENCE),
    View("handlers.revealing", "members with the permission", "the number behind a report, audited", Sight.NOTHING),
    View("service.metrics", "the monitoring", "how many wait, and for how long", Sight.NOTHING),
)
