"""All SMS gateways that there are. Another one is a module of its own, and a name here."""

from service.gateways import africastalking, kannel, smsgate
from service.gateways.contract import SmsGateway
from service.settings import Settings

KINDS = {kind.name: kind for kind in (africastalking.KIND, kannel.KIND, smsgate.KIND)}


def gateways(settings: Settings) -> dict[str, SmsGateway]:
    """Those that the routes name, ready to send. Raises SettingError for what one of them lacks."""
    named = dict.fromkeys(gateway for _, gateway in settings.sms_routes)
    for name in named:
        settings.require(*KINDS[name].needs)
    return {name: KINDS[name].build(settings) for name in named}
