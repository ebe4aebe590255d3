"""Receipts: central's signed word on one day report, stored with what proves the signature."""

from dataclasses import replace

from kiosk.store.engine import Store
from kiosk.store.outbox import Delivery, Parcel
from kiosk.store.state import Enrolment
from sync.client import NotCentral
from sync.incoming import Refused, parsed
from sync.messages import Answer, Receipt
from sync.messages.message import Message
from sync.messages.values import Count, ShortText, Signature
from sync.protocol import BadMessage, digest
from sync.signing import BadSignature, check_answer, public_key

ARRIVED = (Answer.STORED, Answer.ALREADY_HAVE)
"""Central has the report."""
_UNDECIDED = (Answer.WAITING, Answer.PARKED)
"""It stays due: once people have decided, central says that it has it."""
_SET_ASIDE = "set aside at central until two people have looked: its page of terminals says why"
_QUARANTINE = (Answer.ROLLBACK, Answer.FORK, Answer.QUARANTINED)


def answer_words(answer: Answer) -> str:
    """For who reads what a sync did. Set aside is nobody's fault here: central says whose turn it
    is."""
    return _SET_ASIDE if answer is Answer.PARKED else answer.value


class AnswerProof(Message, frozen=True):
    """What is needed beside an answer's body to check its signature again later."""

    status: Count
    path: str
    nonce: ShortText
    signature: Signature

    def check_signature(self, enrolment: Enrolment, body: bytes) -> None:
        """BadSignature unless the key of this terminal's central signed `body` as this answer."""
        check_answer(
            public_key(enrolment.central_key),
            signature=self.signature,
            status=self.status,
            path=self.path,
            nonce=self.nonce,
            body=body,
        )


def settle(store: Store, parcel: Parcel, terminal: str, body: bytes, proof: AnswerProof) -> Receipt:
    """Store central's receipt for `parcel` and what follows from it. NotCentral for the receipt of
    another report; Refused when the terminal is in quarantine."""
    receipt = parsed(Receipt.parse, body)
    if receipt.terminal != terminal or not _is_for(receipt, parcel):
        raise NotCentral(f"the receipt for {parcel.day} is for another day report")
    if receipt.answer in _QUARANTINE:
        # Nothing is wrong with these bytes: they go again once a person has looked.
        raise Refused(receipt.answer, f"central says {receipt.answer.value}; ask IT to compare")
    if receipt.answer in _UNDECIDED:
        return receipt
    state = Delivery.RECEIPTED if receipt.answer in ARRIVED else Delivery.PARKED
    with store.transaction() as t:
        why = receipt.answer.value if state is Delivery.PARKED else ""
        t.outbox.settle(parcel, state, body, proof.to_bytes().decode(), why)
        # Central's list of days has changed: it is to be compared anew.
        t.state.put_last_exchange(replace(t.state.last_exchange(), days_tag=""))
        newest = t.outbox.newest(parcel.day)
        if state is Delivery.RECEIPTED and newest and newest.revision == parcel.revision:
            t.witnessed.drop(parcel.day)
    return receipt


def check_receipt(enrolment: Enrolment, parcel: Parcel) -> bool:
    """Whether a stored receipt is by central's key and for this very day report."""
    if parcel.receipt is None or parcel.receipt_proof is None:
        return False
    try:
        proof = AnswerProof.parse(parcel.receipt_proof.encode())
        proof.check_signature(enrolment, parcel.receipt)
        receipt = Receipt.parse(parcel.receipt)
    except (BadSignature, BadMessage, UnicodeEncodeError):
        return False
    return _is_for(receipt, parcel) and parcel.digest == digest(parcel.body)


def _is_for(receipt: Receipt, parcel: Parcel) -> bool:
    named = (receipt.date, receipt.revision, receipt.digest)
    return named == (parcel.day, parcel.revision, parcel.digest)
