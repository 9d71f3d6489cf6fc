"""The small words that stand before the names of places, or begin them, in three languages."""

from flows.folding import fold

_LEADING = (
    "a au aux en vers de du des dans pres cote entre sur pour jusqua chez ici ville village villages hameau quartier "
    "route piste poste frontiere marche puits gare direction "
    "in at to near from around of on by town road post border towards "
    "في من الى على عند قرب نحو قرية مدينة طريق ناحية حي مركز سوق"
)
_AROUND = "region cercle wilaya moughataa commune arrondissement departement district ولاية مقاطعة بلدية"
_OF = "de du la le l d of"
_ARTICLES = "el al en an ould oul ولد"
_VILLAGE = "village hameau campement قرية"

LEADING = frozenset(fold(_LEADING).split())  # what stands before the name of a place
AROUND = frozenset(fold(_AROUND).split())  # before a name that tells in which part of the country a place lies
OF = frozenset(_OF.split())
ARTICLES = frozenset(fold(_ARTICLES).split())  # the beginning of a name that is often left out
VILLAGE = frozenset(fold(_VILLAGE).split())
