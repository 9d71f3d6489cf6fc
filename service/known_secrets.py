"""Secrets that are none: the demo's, those that stand in a document, and those that anybody would try first."""

from models.keys import Keyring, KeyringError
from service.settings import PREFIX, SettingError, Settings

DEMO = "demo-"  # what the demo's tokens begin with
DEMO_KEYS = "# The demo's keys: never for real reports.\n"
FEWEST_LETTERS = 5
EXAMPLES = ("change-me", "changeme", "example", "your-token", "your_token", "secret-secret")


def refuse(settings: Settings) -> None:
    """Raise SettingError for keys that cannot be read, and the first secret that nobody may use outside the demo."""
    ring = _read(settings.keys)
    if settings.demo:
        return
    tokens = {"SECRET_KEY": (settings.secret_key,), "METRICS_TOKEN": (settings.metrics_token,)}
    for name, values in {"HOOK_TOKEN": settings.hook_tokens, **tokens}.items():
        if any(value and _is_known(value) for value in values):
            raise SettingError(f"{PREFIX}{name}: this is the demo's, or an example: make one of your own")
    if settings.africastalking_api_key.startswith(DEMO) and not settings.africastalking_url:
        raise SettingError(f"{PREFIX}AFRICASTALKING_API_KEY: this is the demo's")
    if settings.keys.startswith(DEMO_KEYS.strip()):
        raise SettingError(f"{PREFIX}KEYS: these are the demo's: `init` makes new ones")
    if ring and _holds_a_poor_key(ring):
        raise SettingError(f"{PREFIX}KEYS: a key is there twice, or was not made at random: `init` makes new ones")


def _is_known(value: str) -> bool:
    low = value.lower()
    return low.startswith(DEMO) or len(set(low)) < FEWEST_LETTERS or any(low.startswith(word) for word in EXAMPLES)


def _read(text: str) -> Keyring | None:
    try:
        return Keyring.parse(text) if text else None
    except KeyringError as error:
        raise SettingError(f"{PREFIX}KEYS: {error}") from None


def _holds_a_poor_key(ring: Keyring) -> bool:
    keys = [key for by_id in ring.keys.values() for key in by_id.values()]
    return len(set(keys)) < len(keys) or any(len(set(key)) < FEWEST_LETTERS for key in keys)
