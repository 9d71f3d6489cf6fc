"""Ordinary words of the three languages: none of them is a slip of a word that matters, or of a place's name."""

from flows.folding import fold

_WORDS = """
les des une mes tes ses nos vos son par sur qui que pas ont est ete ils eux lui moi toi sous car donc puis alors ici
soit tel cas pers personne personnes individu individus habitant habitants villageois tete tetes bcp stp slt
the and our his her for not are has had you all one out any its who man men
bonjour bonsoir salut salam allo merci svp stp vite urgent aidez aider nous vous elle elles leur leurs notre votre
mais avec sans pour dans vers chez entre apres avant depuis pendant encore toujours jamais souvent aussi tres trop
beaucoup peu plus moins tout tous toute toutes chaque autre autres meme quelque quand comment pourquoi parce comme
cela cette cest sont etait etaient sera avoir avait avons avez fait faire font dire dit disent dites venir viens
venez vient viennent aller vais allez vont passer passe passent passes voir vois voit voient savoir sais sait
vouloir veux peut peux pouvez devoir doit faut mettre mange manger donne donner donnez parle parler cherche
chercher trouve trouver trouvee trouves arrive arriver arrives arrivee reste rester appelle appeler appelez envoie
envoyer envoyez partir parti partis partie sortir entrer entree revenir rentre rentrer laisse laisser laisses
prevenir prevenu prevenue prevenez rendre garder porter porte ouvert ouvrir ferme fermer payer coute
homme gens monde famille pere mere frere soeur ami amis voisin voisins chef maire docteur maitre imam marchand
jour jours matin soir nuit heure heures mois annee semaine hier demain midi lundi mardi mercredi jeudi vendredi
samedi dimanche janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
route rue piste pont marche ecole mosquee maison case cour champ eau bois pierre terre vent pluie soleil fleuve
bord bout cote milieu loin pres devant derriere dessus dessous gauche droite nord sud ouest
grand grande grands petit petite petits bon bonne bien mal grave graves seul jeune jeunes vieux vieille nouveau
attache attaches blanc noir rouge vert sale fort forte forts faible pauvre riche malade saigne debout malgre
deux trois quatre cinq sept huit neuf cent mille premier deuxieme
telephone numero carte papier papiers argent sac habits moto voiture camion essence sucre
hello please thanks thank help need want they them their there here where when what which this that these those
with without from into over after before about have been were was will would could should must make made take
come came went going look said says tell told food water house home road river near town people some many more
most very much good well just only also then than your yours mine ours each every last next first food door
السلام عليكم كيف حال من فضلكم فضلك الله والله المستعان يرحم رحمه بركاته نحن هم هي هو انت انتم هذا هذه هناك هنا
كان كانت كانوا عند عندنا معنا مع علي الي في عن بعد قبل بين كل بعض كثير قليل جدا ايضا لكن ولكن لماذا متي اين كيف
اتصلوا اتصل ارجو نريد نحتاج احتاج عدد عددها شخص اشخاص ناس رجل رجال ولد بيت دار ماء ارض طريق سوق مدينه قريه
يوم ايام ليل صباح مساء ساعه شهر سنه جاء جاءوا وصل وصلوا ذهب قال قالوا وجدنا سمعنا راينا بسرعه ساعدونا حالتهم
"""
# Of these some are part of longer sayings ("ont tire sur"); alone they say nothing.
_EMPTY = """
les des une mes tes ses nos vos son par sur qui que pas ont est ete ils eux elle elles lui moi toi sous puis donc alors
sont etait avons avec contre entre dans vers chez dune dun cette cet ces tout tous autre autres
route routes piste village villages ville poste frontiere marche car cas
personne personnes gens habitant habitants individu individus homme hommes pers
tete tetes arrive arrives arrivee arrivees passe passes trouve trouvee trouves vu vus
bonjour bonsoir salut salam slt merci svp stp vite urgent aidez wallah
the and our for are has had you all one out any its was were been they them there people man men road village town
seen found arrived between near please send help need
رأس شخص اشخاص واحد ناس رجال رجل طريق قرية القرية اهل مدينة وصل وصلوا وصول مرت مر من في على الى عن ضد بين مع ساعدونا
"""
EVERYDAY = frozenset(fold(_WORDS).split())
EMPTY = frozenset(fold(_EMPTY).split())
