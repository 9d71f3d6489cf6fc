"""What `make run` prints when it is up: where everything is, who may dial, and a first dial to paste."""

import shlex
from collections.abc import Mapping, Sequence

from service.console.demo_account import PASSWORD
from service.settings import Settings

VILLAGER = "+22370000077"


def welcome(settings: Settings, port: int, members: Sequence[Mapping[str, str]], pin: str) -> str:
    """Several lines; the only place where a hook token is shown, because the demo made it up itself."""
    web = f"http://127.0.0.1:{port}"
    hooks = f"{web}/hooks/africastalking/{settings.hook_tokens[0]}"
    return "\n".join(
        [
            "",
            "Karakoro is up. This is the demo: it listens on this machine only.",
            "",
            f"  phones     {web}/phone     three phones in the browser: begin here",
            f"  console    {web}/console/  phone {_phone(members, 'coordinator')}, password {PASSWORD};",
            "             the one-time code stands on the page itself, in the demo alone",
            f"  hooks      {hooks}/",
            f"  gateway    {_gateway(settings)}",
            f"  data       {settings.data_dir}",
            "",
            *([f"Phones of the demo, all with the PIN {pin}:"] if settings.demo else ["Phones of the demo:"]),
            *(f"  {each['role']:<12}{each['phone']:<15}{each['name']}" for each in members),
            f"  {'villager':<12}{VILLAGER:<15}any other number will do",
            "",
            "Dial, and go on with what you press in `text`, joined by *:",
            _post(f"{hooks}/ussd", sessionId="demo-1", phoneNumber=_phone(members, "officer"), networkCode="61002",
                  serviceCode=settings.service_code, text=""),
            "Text as a villager:",
            _post(f"{hooks}/sms", id="demo-sms-1", to="20384", date="2026-01-01 08:00:00", text="12#1 Gogui",
                  **{"from": VILLAGER}),
            "A phone in the terminal:",
            "  .venv/bin/flask --app wsgi talk",
            "",
            "Ctrl-C stops everything.",
            "",
        ]
    )  # fmt: skip


def _gateway(settings: Settings) -> str:
    url = settings.africastalking_url or "Africa's Talking itself"
    simulated = url == settings.simulator_url
    return f"{url}{'  (simulated: no message leaves this machine)' if simulated else ''}"


def _phone(members: Sequence[Mapping[str, str]], role: str) -> str:
    return next(each["phone"] for each in members if each["role"] == role)


def _post(url: str, **form: str) -> str:
    fields = " ".join(f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in form.items())
    return f"  curl {fields} {url}\n"
