"""What is one of our words at the beginning of an SMS, and what merely looks like one."""

from pathlib import Path

import pytest

from flows.folding import fold
from flows.language import COMPLETE, Words, chain
from handlers.keywords import BY_WORD, Command, Keyword, command, misnumbered
from handlers.lifecycle import Outcome
from handlers.verdict import OUTCOMES

WORDS = Words.load(Path(__file__).parent.parent / "locale")
WITHIN = ("alert.from", "alert.people", "alert.source", "alert.grade", "alert.answer")  # never where one begins
ALERTS = ("alert.", "rollup.head", "exercise.", "digest.daily", "digest.weekly", "follow.", "ack.other")


@pytest.mark.parametrize(
    ("text", "keyword", "rest"),
    [
        ("STOP", Keyword.STOP, ""),
        ("stop svp", Keyword.STOP, "svp"),
        ("Arrêt", Keyword.STOP, ""),
        ("توقف", Keyword.STOP, ""),
        ("AIDE.", Keyword.HELP, ""),
        ("\u200fمساعدة", Keyword.HELP, ""),
        ("ACK 123456", Keyword.ACK, "123456"),
        ("ack123456", Keyword.ACK, "123456"),
        ("ACK #123456", Keyword.ACK, "123456"),
        ("ACK 12 34 56", Keyword.ACK, "12 34 56"),
        ("Reçu ١٢٣٤٥٦", Keyword.ACK, "١٢٣٤٥٦"),
        ("NON 123456", Keyword.DENY, "123456"),
        ("CLOS 123456 transféré", Keyword.CLOSE, "123456 transféré"),
        ("SUIVI\n123456", Keyword.FOLLOW, "123456"),
        ("متابعة ١٢٣٤٥٦", Keyword.FOLLOW, "١٢٣٤٥٦"),
        ("ALERTE#12#1 Gogui", Keyword.REPORT, "12#1 Gogui"),
        ("ALERTE : 12#1 Gogui", Keyword.REPORT, "12#1 Gogui"),
        ("RAS 120", Keyword.ZERO, "120"),
        ("ras a Gogui", Keyword.ZERO, "a Gogui"),
        ("LANG AR", Keyword.LANGUAGE, "AR"),
        ("Suite", Keyword.RESUME, ""),
        ("اكمل", Keyword.RESUME, ""),
    ],
    ids=str,
)
def test_a_word_of_ours_is_known_with_what_follows_it(text: str, keyword: Keyword, rest: str) -> None:
    assert command(text) == Command(keyword, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Help us they are shooting at the market",
        "Aide moi mon frere est blesse",
        "Stop aux rackets au poste de Gogui",
        "Arret des cars depuis hier",
        "Start of the rains, the road is cut",
        "Qui a tue mon frere",
        "من قرية كوبني جاء رجال",
        "Non assistance a Gogui",
        "No water at the well",
        "لا يوجد ماء في البئر",
        "Recu des menaces hier soir",
        "Clos du marche brule",
        "Suivi par deux hommes armes",
        "Ras le bol des soldats",
        "Ras le bol",
        "Langue coupee, un homme est mort",
        "Continue they are still burning houses",
        "12#1 Gogui",
        "",
        "###",
    ],
)
def test_a_sentence_that_begins_like_one_is_no_keyword(text: str) -> None:
    assert command(text) is None


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("ALRTE", Keyword.REPORT),
        ("alertte 12#1 Gogui", Keyword.REPORT),
        ("AVSI", Keyword.FEEDBACK),
        ("SUVI 123456", Keyword.FOLLOW),
        ("ARET", Keyword.STOP),
        ("AIED", Keyword.HELP),
        ("مساعده", Keyword.HELP),
        ("مسعدة", Keyword.HELP),
    ],
)
def test_one_letter_may_be_wrong_in_a_word_that_is_alone_or_before_a_number(text: str, keyword: Keyword) -> None:
    found = command(text)
    assert found is not None
    assert found.keyword is keyword


@pytest.mark.parametrize("text", ["ALRTE", "AVSI", "SUVI 123456"])
def test_while_we_wait_for_an_answer_a_word_must_be_right(text: str) -> None:
    assert command(text, misspelt=False) is None


@pytest.mark.parametrize("text", ["amis venez vite", "rsa", "nom", "12"])
def test_short_words_and_words_in_a_sentence_are_taken_as_they_are(text: str) -> None:
    assert command(text) is None


def test_no_word_means_two_things_and_none_is_one_letter_from_another_of_ours() -> None:
    assert all(command(word) == Command(keyword, "") for word, keyword in BY_WORD.items())


@pytest.mark.parametrize("tag", COMPLETE)
def test_no_alert_and_no_reminder_begins_with_a_word_that_we_would_obey(tag: str) -> None:
    """Somebody sends it on, or answers with its first word, and does not mean that."""
    known = WORDS.catalogues[tag].texts
    keys = [key for key in known if key.startswith(ALERTS) and not key.startswith(WITHIN)]
    texts = [known[key][0] for key in keys if key != "rollup.head"]
    texts += [WORDS.count("rollup.head", n, chain(tag)) for n in (2, 3, 5)]
    firsts = [text.split()[0] for text in texts]
    assert [each for each in (*firsts, *texts) if command(each) or command(f"{each} 123456")] == []


@pytest.mark.parametrize("tag", COMPLETE)
def test_what_came_of_a_case_may_be_written_as_it_is_asked_for(tag: str) -> None:
    """Its first word, or its digit."""
    listed = {each: OUTCOMES.get(fold(WORDS.say(f"outcome.{each}", chain(tag)).split()[0])) for each in Outcome}
    digits = {each: OUTCOMES[digit] for digit, each in zip("1234", Outcome, strict=True)}
    assert listed == digits == {each: each for each in Outcome}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("CLOS 123", "CLOS"),
        ("clos123", "CLOS"),
        ("Close 12345 transfer", "CLOSE"),
        ("CLOS 123 2", "CLOS"),
        ("NON 123456789", "NON"),
        ("لا ١٢", "لا"),
        ("ACK 12 34", "ACK"),
        ("CLOS 123456", ""),
        ("ACK 12 34 56", ""),
        ("NON 12345678", ""),
        ("ACK", ""),
        ("NON", ""),
        ("CLOS", ""),
        ("NON 3 morts a Gogui", ""),
        ("CLOS 2 maisons brulees", ""),
        ("Non, 12#1 Gogui", ""),
        ("SUIVI 12", ""),
        ("ALERTE 12", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_a_number_that_is_no_reference_is_known_by_its_length_and_by_what_follows(text: str, word: str) -> None:
    assert misnumbered(text, asked=False) == word


def test_a_no_and_a_digit_may_be_the_answer_to_what_is_asked() -> None:
    assert misnumbered("NON 2", asked=True) == ""
    assert misnumbered("CLOS 2", asked=True) == "CLOS"
