"""Articles that change: made of passages, so that what becomes of each is known by how the text was made.

An edition says which paragraphs there are, in which order, and in which form each passage stands, and where. What
DESIGN, section 2, calls exact, moved, changed or orphaned, and a changed context, follows from two editions; nothing
here compares texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

TITLE = 0
PLAIN, TYPOGRAPHY, AROUND, CHANGED, REMOVED = "plain", "typography", "around", "changed", "removed"
FORMS = (PLAIN, TYPOGRAPHY, AROUND, CHANGED, REMOVED)
KEPT = frozenset({PLAIN, TYPOGRAPHY, AROUND})
"""The forms in which the words of a passage stand, typography aside."""


@dataclass(frozen=True)
class Passage:
    """A sentence with words to mark: before them, the words, after them; and what else can stand there."""

    before: str
    words: str
    after: str
    around: str
    changed: str
    removed: str
    opening: str = ""
    closing: str = ""

    def sentence(self, form: str) -> str:
        """The sentence in one of its forms."""
        before = self.around if form == AROUND else self.before
        return self.removed if form == REMOVED else f"{before}{self.marked(form)}{self.after}"

    def marked(self, form: str) -> str:
        """The words as they stand in this form."""
        if form == CHANGED:
            return self.changed
        return self.words.replace(" ", "\u00a0", 1) if form == TYPOGRAPHY else self.words


PASSAGES = (
    Passage(
        before="How a pill ",
        words="beats every headache of all kinds in one week",
        after=" and more",
        around="Why no pill ",
        changed="may ease a headache of some kinds in one year",
        removed="Notes on a pill and on those who swallow it",
    ),
    Passage(
        before="Doctors say that it ",
        words="cures migraine for good in nine of ten people",
        after=" who swallow it with water.",
        around="Nobody has shown that it ",
        changed="may soothe migraine for hours in some of ten people",
        removed="Its maker was asked and had nothing further to tell.",
        opening="The capsule was tried in Lund during one long winter by thirty volunteers.",
        closing="None of them had paid for taking part, and all went home by train.",
    ),
    Passage(
        before="Her neighbours think that tea ",
        words="wipes out every fever within a single short night",
        after=" if brewed strongly enough.",
        around="Chemists deny that tea ",
        changed="perhaps lowers a fever within a fairly long night",
        removed="Green leaves are sold beside black ones on most markets.",
        opening="A gardener from Porto grows herbs on terraces above the old harbour.",
        closing="Visitors buy small bags of it, which they carry to their kitchens abroad.",
    ),
    Passage(
        before="According to the brochure, magnets ",
        words="restore lost hearing fully after about twelve brief sessions",
        after=" under a trained therapist.",
        around="Contrary to rumours, magnets ",
        changed="sometimes improve lost hearing slightly after about twelve sessions",
        removed="Prices differ between towns, seasons and branches.",
        opening="Clinics advertise belts, rings and helmets whose iron cores weigh little.",
        closing="Regulators in Oslo collected complaints until autumn, then closed their desk.",
    ),
    Passage(
        before="A podcast claims cold showers ",
        words="make anybody immune to influenza for three whole years",
        after=" without other effort.",
        around="Swimmers doubt cold showers ",
        changed="seem to shield a few from influenza for three weeks",
        removed="Towels dry slowly where windows stay shut.",
        opening="Early risers often praise habits which others find merely unpleasant.",
        closing="Plumbers meanwhile recommend insulating pipes before December arrives again.",
    ),
)


@dataclass(frozen=True)
class Edition:
    """A text: its paragraphs in order, the form of each passage, and the paragraph in which it stands."""

    order: tuple[int, ...] = (1, 2, 3, 4)
    forms: tuple[str, ...] = (PLAIN,) * len(PASSAGES)
    hosts: tuple[int, ...] = tuple(range(len(PASSAGES)))
    titled: bool = True

    @property
    def title(self) -> str | None:
        """The title, where the text has one of its own."""
        return PASSAGES[TITLE].sentence(self.forms[TITLE]) if self.titled else None

    @property
    def paragraphs(self) -> list[str]:
        """The texts of the paragraphs, in order."""
        return [self.text(number) for number in self.order]

    @property
    def blocks(self) -> dict[int, int]:
        """Which paragraph stands at which ordinal; the title is 0 and stands at 0."""
        return {**({0: TITLE} if self.titled else {}), **dict(enumerate(self.order, start=1))}

    def text(self, number: int) -> str:
        """The text of a paragraph, or of the title."""
        if number == TITLE:
            return PASSAGES[TITLE].sentence(self.forms[TITLE])
        own = PASSAGES[number]
        sentences = {guest: PASSAGES[guest].sentence(self.forms[guest]) for guest in self.guests(number)}
        here = [sentences.pop(number)] if number in sentences else []
        return " ".join([own.opening, *here, own.closing, *sentences.values()])

    def guests(self, number: int) -> list[int]:
        """The passages that stand in a paragraph."""
        return [passage for passage in range(1, len(PASSAGES)) if self.hosts[passage] == number]

    def stands(self, passage: int) -> bool:
        """Whether the passage, or what has taken its place, stands anywhere."""
        return self.titled if passage == TITLE else self.hosts[passage] in self.order

    def holds(self, passage: int) -> bool:
        """Whether the words of the passage stand somewhere, typography aside."""
        return self.stands(passage) and self.forms[passage] in KEPT

    def words(self, passage: int) -> str:
        """The words of a passage as they stand, whatever they are now."""
        return PASSAGES[passage].marked(self.forms[passage])

    def sentence(self, passage: int) -> str:
        """The sentence around a passage, typography aside."""
        return PASSAGES[passage].sentence(self.forms[passage]).replace("\u00a0", " ")

    def in_form(self, passage: int, form: str) -> Edition:
        """The same with one passage in another form."""
        return replace(self, forms=(*self.forms[:passage], form, *self.forms[passage + 1 :]))

    def without(self, number: int) -> Edition:
        """The same without one paragraph."""
        return replace(self, order=tuple(one for one in self.order if one != number))

    def with_(self, number: int, place: int) -> Edition:
        """The same with one paragraph at another place, or back."""
        order = self.without(number).order
        return replace(self, order=(*order[:place], number, *order[place:]))

    def moved(self, passage: int, host: int) -> Edition:
        """The same with one passage in another paragraph."""
        return replace(self, hosts=(*self.hosts[:passage], host, *self.hosts[passage + 1 :]))


def next_editions(edition: Edition) -> Iterator[Edition]:
    """Every edition that is one edit away.

    A sentence changes in one respect at a time, and goes with its paragraph only as long as its words stand: whether
    what was rewritten altogether is still the same passage, no rule says.
    """
    for passage in range(0 if edition.titled else 1, len(PASSAGES)):
        if edition.stands(passage):
            forms = FORMS[1:] if edition.forms[passage] == PLAIN else (PLAIN,)
            yield from (edition.in_form(passage, form) for form in forms)
    for number in range(1, len(PASSAGES)):
        if number not in edition.order:
            yield edition.with_(number, number - 1)
            continue
        if len(edition.order) > 2 and all(edition.holds(one) for one in edition.guests(number)):
            yield edition.without(number)
        yield edition.with_(number, 0)
        if edition.hosts[number] != number:
            yield edition.moved(number, number)
        elif edition.holds(number):
            yield from (edition.moved(number, host) for host in edition.order if host != number)


def edited(edition: Edition, dice: Random) -> Edition:
    """``edition`` after an edit, or after sentences were rewritten in several places at once."""
    new = dice.choice(list(next_editions(edition)))
    if new.order == edition.order and new.hosts == edition.hosts:
        for passage in dice.sample(range(1, len(PASSAGES)), 2):
            if edition.stands(passage) and edition.forms[passage] == new.forms[passage] == PLAIN:
                new = new.in_form(passage, dice.choice(FORMS))
    return new
