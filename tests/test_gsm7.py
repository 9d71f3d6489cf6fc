"""Septets and parts are counted exactly as the network counts them."""

import gsmcodecs  # registers the codec gsm23.038
import pytest
import smsutil
from hypothesis import example, given
from hypothesis import strategies as st

from flows import gsm7

CODEC = "gsm23.038"
gsm7_texts = st.text(alphabet=gsm7.BASIC + gsm7.EXTENDED, max_size=500)
any_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x1b"), max_size=300)


@given(gsm7_texts)
def test_septets_are_those_of_the_standard_codec(text: str) -> None:
    assert gsmcodecs.findCodec(CODEC) is not None
    assert gsm7.septets(text) == len(text.encode(CODEC))


@given(any_texts)
def test_whatever_the_standard_codec_refuses_is_not_gsm7(text: str) -> None:
    try:
        expected: int | None = len(text.encode(CODEC))
    except UnicodeError:
        expected = None
    assert gsm7.septets(text) == expected


@given(st.one_of(gsm7_texts, any_texts))
@example("€" * 80)
@example("a" * 159 + "€")
@example("a" * 152 + "€" + "b" * 152)
@example("ɛ" * 66 + "😀" * 40)
def test_parts_are_cut_where_the_network_cuts(text: str) -> None:
    oracle = tuple(part.content for part in smsutil.split(text).parts)
    assert gsm7.parts(text) == (oracle or ("",))


@pytest.mark.parametrize("text", ["\x1b", "a\x1be", "\ud83d"], ids=["escape", "escaped", "lone surrogate"])
def test_no_septets_for_what_cannot_be_sent_as_such(text: str) -> None:
    assert gsm7.septets(text) is None


def test_a_lone_surrogate_has_no_parts() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        gsm7.parts("a\ud83d")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ça se prête", "Ça se prete"),
        ("français, bœuf, fenêtre", "francais, boeuf, fenetre"),
        ("l’eau «ici» – là…", 'l\'eau "ici" - là...'),
        ("40°\u00a0C", "40o C"),
        ("ɛ ɔ ɲ ŋ ɓ ɗ ƴ", "e o ny ng b d y"),
        ("Ɲɔgɔ Ŋ", "NYogo NG"),
        ("e\u0301te\u0301", "été"),
        ("مرحبا ç", "مرحبا c"),
        ("déjà GSM", "déjà GSM"),
    ],
)
def test_letters_fold_to_the_nearest_that_gsm7_has(text: str, folded: str) -> None:
    assert gsm7.fold(text) == folded


@given(any_texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert gsm7.fold(gsm7.fold(text)) == gsm7.fold(text)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Reçu. Merci", "Reçu. Merci"),
        ("ç" + "a" * 80, "c" + "a" * 80),
        ("أ" * 80 + "ç", "أ" * 80 + "ç"),
        ("é" * 160, "é" * 160),
    ],
    ids=["one part either way", "saves a part", "cannot be saved", "is GSM-7 already"],
)
def test_a_text_is_folded_only_where_that_saves_a_part(text: str, sent: str) -> None:
    assert gsm7.fit(text) == sent


@given(st.one_of(gsm7_texts, any_texts))
@example("a" * 161)
@example("€" * 81)
@example("😀" * 36)
@example("mot " * 60 + "ب" * 80)
def test_texts_that_nobody_joins_are_single_sms_and_keep_every_word(text: str) -> None:
    texts = gsm7.apart(text)
    assert all(len(gsm7.parts(each)) == 1 for each in texts)
    assert "".join("".join(texts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("", ("",)),
        ("court", ("court",)),
        ("a" * 150 + " dix lettres", ("a" * 150 + " dix", "lettres")),
        ("a" * 159 + " b", ("a" * 159, "b")),
        ("a " * 79 + "€€", ("a " * 78 + "a", "€€")),
        ("b" * 170 + " c", ("b" * 160, "b" * 10 + " c")),
        ("[" * 81, ("[" * 80, "[")),
        ("ligne\n" + "c" * 158, ("ligne", "c" * 158)),
    ],
    ids=["nothing", "short", "between words", "at the space", "extended", "a word too long", "pairs", "at the line"],
)
def test_a_long_text_is_cut_between_words(text: str, texts: tuple[str, ...]) -> None:
    assert gsm7.apart(text) == texts
