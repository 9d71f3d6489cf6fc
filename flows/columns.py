"""The columns that a form may have, and the many ways in which their headers are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flows.language import LANGUAGES


@dataclass(frozen=True, slots=True)
class Column:
    """written: the header; name: what stands before the ::, in the usual spelling; language: the tag of what
    stands behind it ("" = none).
    """

    written: str
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """plain: columns without a language; translated: those with one behind a ::; tagged: the beginnings of those
    with one at the end of the name; open: any other column is data of the author's own; aliases: other names.
    """

    plain: frozenset[str]
    translated: frozenset[str] = frozenset()
    tagged: tuple[str, ...] = ()
    open: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        return self.plain | self.translated

    def knows(self, name: str) -> bool:
        return name in self.names or name.startswith(self.tagged)

    def column(self, written: str, separator: str) -> Column:
        """The column of a header; what stands in it is respelt only where that makes it a known one."""
        first, _, language = written.partition(separator)
        usual = "_".join(first.split()).lower()
        usual = self.aliases.get(usual, usual)
        return Column(written, usual if self.knows(usual) else first.strip(), language_tag(language.strip()))


_TAG = re.compile(r"\(([A-Za-z-]+)\)\s*$")


def language_tag(written: str) -> str:
    """The tag in parentheses, or of a language written by its name; else as written."""
    tagged = _TAG.search(written)
    if tagged:
        return tagged[1].lower()
    wanted = written.casefold()
    return next((tag for tag, language in LANGUAGES.items() if wanted in (tag, language.name.casefold())), written)


_ASKED = ("type", "name", "required", "relevant", "constraint", "default", "calculation", "choice_filter", "appearance")
_ON_A_PHONE = ("channel", "sms_field", "ussd_width", "pii")
_SAID = ("label", "hint", "required_message", "constraint_message")
_CHOSEN = ("list_name", "name", "ussd_key", "sms_option", "sms_words", "form")
_SET = ("form_id", "form_title", "version", "default_language", "sms_keyword")

SURVEY = Known(
    plain=frozenset(_ASKED + _ON_A_PHONE),
    translated=frozenset(_SAID),
    tagged=("ussd_label_",),
    aliases={
        "calculate": "calculation",
        "caption": "label",
        "command": "type",
        "constraining_message": "constraint_message",
        "relevance": "relevant",
        "requiredmsg": "required_message",
        "tag": "name",
        "value": "name",
    },
)
CHOICES = Known(
    plain=frozenset(_CHOSEN),
    translated=frozenset(["label"]),
    tagged=("ussd_label_",),
    open=True,
    aliases={"caption": "label", "value": "name"},
)
LIST_FILE = replace(CHOICES, tagged=("ussd_label_", "label_"))
SETTINGS = Known(
    plain=frozenset(_SET),
    tagged=("form_title_",),
    aliases={
        "id_string": "form_id",
        "set_form_id": "form_id",
        "set_form_title": "form_title",
        "title": "form_title",
    },
)
KNOWN = {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}
