"""What Africa's Talking calls us with, in our words."""

from collections.abc import Callable, Mapping

import pytest

from service.gateways import africastalking
from service.gateways.contract import (
    InboundSms,
    OptOut,
    Receipt,
    ReceiptState,
    Unreadable,
    UssdEnd,
    UssdRequest,
)
from service.gateways.posted import fields

PHONE = "+22370000077"
USSD = {
    "sessionId": "ATUid_1",
    "serviceCode": "*384*1234#",
    "phoneNumber": PHONE,
    "networkCode": "61002",
    "text": "1*2",
}
SMS = {"id": "ec9adc86", "from": PHONE, "to": "21512", "text": "12#1 Gogui"}
DELIVERY = {"id": "ATXid_1", "status": "Success", "phoneNumber": PHONE, "networkCode": "61002"}

Read = Callable[[Mapping[str, str]], object]


def test_a_hop_brings_the_whole_history() -> None:
    assert africastalking.read_ussd(USSD) == UssdRequest(
        session_key="ATUid_1",
        phone=PHONE,
        service_code="*384*1234#",
        network="61002",
        history="1*2",
        latest=None,
    )


def test_a_hop_needs_nothing_but_session_and_phone() -> None:
    hop = africastalking.read_ussd({"sessionId": "s", "phoneNumber": PHONE})
    assert (hop.service_code, hop.network, hop.history) == ("", "", "")


@pytest.mark.parametrize(
    ("status", "completed"), [("Success", True), ("Incomplete", False), ("Failed", False), ("", False)]
)
def test_the_end_of_a_session_tells_whether_it_was_reached(status: str, completed: bool) -> None:
    form = {"sessionId": "ATUid_1", "phoneNumber": PHONE, "status": status}
    assert africastalking.read_ussd_end(form) == UssdEnd("ATUid_1", PHONE, completed)


def test_an_sms_is_read() -> None:
    assert africastalking.read_sms(SMS) == InboundSms("ec9adc86", PHONE, "21512", "12#1 Gogui")


def test_an_sms_needs_nothing_but_sender_and_text() -> None:
    assert africastalking.read_sms({"from": PHONE, "text": ""}) == InboundSms(None, PHONE, "", "")


def test_a_receipt_is_read() -> None:
    form = {**DELIVERY, "status": "Failed", "failureReason": "UserInBlackList"}
    assert africastalking.read_delivery(form) == Receipt(
        "ATXid_1", ReceiptState.FAILED, "Failed", "UserInBlackList", PHONE, opted_out=True
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Sent", ReceiptState.ON_ITS_WAY),
        ("Submitted", ReceiptState.ON_ITS_WAY),
        ("Buffered", ReceiptState.ON_ITS_WAY),
        ("AbsentSubscriber", ReceiptState.ON_ITS_WAY),
        ("Success", ReceiptState.DELIVERED),
        ("Rejected", ReceiptState.FAILED),
        ("Failed", ReceiptState.FAILED),
        ("Expired", ReceiptState.FAILED),
        ("SomethingNew", ReceiptState.ON_ITS_WAY),
    ],
)
def test_every_delivery_status_is_one_of_ours_and_kept_raw(status: str, state: ReceiptState) -> None:
    receipt = africastalking.read_delivery({**DELIVERY, "status": status})
    assert (receipt.state, receipt.raw) == (state, status)


def test_an_opt_out_is_read() -> None:
    assert africastalking.read_optout({"senderId": "KARAKORO", "phoneNumber": PHONE}) == OptOut(PHONE, "KARAKORO")


@pytest.mark.parametrize(
    ("read", "form", "field"),
    [
        pytest.param(africastalking.read_ussd, USSD, "sessionId", id="hop without session"),
        pytest.param(africastalking.read_ussd, USSD, "phoneNumber", id="hop without phone"),
        pytest.param(africastalking.read_ussd_end, USSD, "sessionId", id="end without session"),
        pytest.param(africastalking.read_sms, SMS, "from", id="SMS without sender"),
        pytest.param(africastalking.read_sms, SMS, "text", id="SMS without text"),
        pytest.param(africastalking.read_delivery, DELIVERY, "id", id="receipt without id"),
        pytest.param(africastalking.read_delivery, DELIVERY, "status", id="receipt without status"),
        pytest.param(africastalking.read_optout, {"phoneNumber": PHONE}, "phoneNumber", id="opt-out of nobody"),
    ],
)
def test_what_cannot_be_done_without_is_named_without_its_neighbours(
    read: Read, form: dict[str, str], field: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read({name: value for name, value in form.items() if name != field})
    assert str(refused.value) == f"{field} is missing"


@pytest.mark.parametrize(
    ("arrived", "phone"),
    [
        pytest.param(PHONE, PHONE, id="as it should be"),
        pytest.param(" 22370000077", PHONE, id="the plus came as a space"),
        pytest.param(" 2237", "2237", id="too short to have lost a plus"),
        pytest.param(" 1234567890123456", "1234567890123456", id="too long to have lost a plus"),
        pytest.param("  22370000077", "22370000077", id="two spaces are no plus"),
        pytest.param(" ٢٢٣٧٠٠٠٠٠٧٧", "٢٢٣٧٠٠٠٠٠٧٧", id="Arabic digits are no number of a network"),
        pytest.param("MTN", "MTN", id="a name"),
        pytest.param("21512", "21512", id="a short code"),
    ],
)
def test_a_lost_plus_is_repaired_and_names_stay(arrived: str, phone: str) -> None:
    assert africastalking.read_sms({**SMS, "from": arrived}).sender == phone


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b"text=bless%C3%A9", "blessé", id="UTF-8"),
        pytest.param("text=بئر".encode(), "بئر", id="UTF-8 that is not escaped"),
        pytest.param(b"text=bless%E9+%E0+Gogui", "blessé à Gogui", id="Latin-1"),
        pytest.param(b"text=bless\xe9", "blessé", id="Latin-1 that is not escaped"),
        pytest.param(b"text=l%92%e9cole", "l’école", id="Windows-1252"),
        pytest.param("text=بئر".encode() + b"%D8", "بئرØ", id="UTF-8 that was cut"),
        pytest.param(b"text=%ED%A0%80", "í\xa0€", id="half a character"),
        pytest.param(b"text=a%00b", "ab", id="NUL"),
        pytest.param(b"text=50%25DES+GENS", "50%DES GENS", id="a typed percentage"),
        pytest.param(b"text=100%", "100%", id="a percentage that is not escaped"),
        pytest.param(b"text=a*b%2A%23", "a*b*#", id="stars and hashes"),
        pytest.param(b"text=1%2B2", "1+2", id="a plus"),
    ],
)
def test_texts_come_over_the_wire_in_any_shape(body: bytes, text: str) -> None:
    form = fields(b"from=%2B22370000077&" + body)
    assert africastalking.read_sms(form).text == text


def test_of_two_fields_of_one_name_the_first_counts() -> None:
    assert fields(b"text=1&text=2&from=") == {"text": "1", "from": ""}


def test_a_form_of_a_thousand_fields_is_not_read() -> None:
    with pytest.raises(Unreadable):
        fields(b"&".join(b"a%d=1" % number for number in range(1000)))


def test_a_screen_says_whether_it_waits_for_an_answer() -> None:
    assert africastalking.render_ussd("Où ?", end=False) == "CON Où ?"
    assert africastalking.render_ussd("Merci", end=True) == "END Merci"
