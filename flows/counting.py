"""How many, in a sentence: its one number that counts nothing else, such as days, years, hours or money."""

from collections.abc import Collection, Sequence

from flows.folding import fold
from flows.word import Word

MOST = 99_999
LONGEST = 5  # digits; a longer one is a phone's, or of a document

# What is counted by a number that counts no people and no animals. Folded.
_OTHER_UNITS = (
    "h hr hrs heure heures min mn minute minutes j jr jrs jour jours semaine semaines mois an ans annee annees "
    "hour hours day days week weeks month months year years "
    "f fr fcfa cfa franc francs mru um ouguiya ouguiyas euro euros dollars mille million millions "
    "km kilometre kilometres kilometers m metres litres kg fois times eme ieme e "
    "يوم ايام يومين ساعه ساعات دقيقه اسبوع شهر اشهر سنه سنوات عام كم كيلومتر مره فرنك اوقيه الف"
)
OTHER_UNITS = frozenset(fold(_OTHER_UNITS).split())
# After these a number is a date, an hour or an age.
_DATES = "le du au depuis age agee agees since aged عمر عمره عمرها منذ"
DATES = frozenset(fold(_DATES).split())
COUNTED = {
    word: number
    for number, said in {
        2: "deux two اثنان اثنين رجلان رجلين شخصان شخصين",
        3: "trois three ثلاثه ثلاث",
        4: "quatre four اربعه اربع",
        5: "cinq five خمسه خمس",
        6: "six سته ست",
        7: "sept seven سبعه سبع",
        8: "huit eight ثمانيه",
        9: "neuf nine تسعه تسع",
        10: "dix ten عشره عشر",
        12: "douze twelve",
        15: "quinze fifteen",
        20: "vingt twenty عشرين عشرون",
        30: "trente thirty ثلاثين ثلاثون",
        40: "quarante forty اربعين",
        50: "cinquante fifty خمسين خمسون",
        100: "cent hundred ميه مايه",
    }.items()
    for word in said.split()
}


def count(words: Sequence[Word], about: Collection[int] = ()) -> int | None:
    """None where there is no such number, or where there are several and it cannot be told which.

    about: the numbers of the words that say what has happened: of several numbers, the one that stands before one of
    these counts.
    """
    found = {spot: number for spot, word in enumerate(words) if (number := _number(words, spot, word)) is not None}
    beside = {number for spot, number in found.items() if spot + 1 in about}
    for numbers in (set(found.values()), beside):
        if len(numbers) == 1:
            return numbers.pop()
    return None


def _number(words: Sequence[Word], spot: int, word: Word) -> int | None:
    if not word.is_number and word.folded not in COUNTED:
        return None
    before = words[spot - 1].folded if spot else ""
    after = words[spot + 1] if spot + 1 < len(words) else None
    if (word.glued and word.is_number) or len(word.folded) > LONGEST or before in DATES or before.isdecimal():
        return None
    if after and (after.is_number or not OTHER_UNITS.isdisjoint(after.forms)):
        return None
    return COUNTED.get(word.folded) or int(word.folded)
