"""The library of sounds of both apps: any words find some, always the same ones, unless a fault says otherwise."""

import hashlib
import re
import unicodedata

from phonesim.apps.app import Phone
from phonesim.apps.posting.state import PostingState, Sound

_ARTISTS = ("Lumora", "Casa Verde", "The Tin Birds", "Mila Orsay", "Niko Tal", "Ferris & Co")
_KINDS = ("", " (sped up)", " - Remix", " (slowed)", " Instrumental")
_made: dict[str, Sound] = {}


def search(words: str) -> list[Sound]:
    """Sounds for these words, the one named exactly so first."""
    name = " ".join(words.split())
    return [_sound(f"{name}{kind}") for kind in _KINDS] if name else [_sound(name) for name in _TRENDING]


def found(phone: Phone, words: str) -> list[Sound]:
    """What a search answers on this phone: the fault `sound_results` mixes it up, holds it back or empties it."""
    listed = search(words)
    if not words.strip() or not phone.faults.active("sound_results"):
        return listed
    return {
        "similar_first": [*listed[1:], listed[0]],
        "similar": listed[1:],
        "others": [_sound(name) for name in _OTHERS],
        "none": [],
    }[phone.faults.value("sound_results", "show", "similar_first")]


def listed(phone: Phone, state: PostingState) -> list[Sound]:
    """What a list of sounds shows: recommended ones until the answer to its search is there (`sounds_late`)."""
    waiting = phone.before(state.sound_search_at + phone.faults.seconds("sounds_late", 3.0))
    return search("") if waiting else found(phone, state.sound_search)


_OTHERS = ("Soft Tide", "Quartz Street", "Lantern", "Half Moon")
_TRENDING = ("Morning Train", "Paper Boats", "Golden Hour Walk", "Kitchen Disco", "Blue Bicycle")


def by_link(path: str) -> Sound | None:
    """The sound of `https://www.tiktok.com/music/NAME-ID`; None for another link. The id decides."""
    found = re.search(r"/music/(?P<name>[^/?#]*?)-?(?P<id>\d{4,})(?:[/?#]|$)", path)
    if found is None:
        return None
    return linked(found["id"], found["name"].replace("-", " ").strip() or "sound")


def linked(id_: str, name: str) -> Sound:
    """The sound of this id, made up under this name if it was not found before."""
    return _made.get(id_) or _keep(Sound(id=id_, name=name, artist=_artist(id_)))


def by_id(id_: str) -> Sound:
    """A sound that was found or linked before; raises KeyError."""
    return _made[id_]


def link_of(sound: Sound) -> str:
    """The address of its page."""
    plain = unicodedata.normalize("NFKD", sound.name).encode("ascii", "ignore").decode()
    return f"https://www.tiktok.com/music/{re.sub(r'[^A-Za-z0-9]+', '-', plain).strip('-')}-{sound.id}"


def _sound(name: str) -> Sound:
    digest = hashlib.sha256(name.lower().encode()).digest()
    id_ = str(7_000_000_000_000_000_000 + int.from_bytes(digest[:7]))
    return _keep(Sound(id=id_, name=name, artist=_artist(id_)))


def _artist(id_: str) -> str:
    return _ARTISTS[int(id_) % len(_ARTISTS)]


def _keep(sound: Sound) -> Sound:
    return _made.setdefault(sound.id, sound)
