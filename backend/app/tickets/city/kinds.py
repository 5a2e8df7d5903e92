"""Parts stand in the street and events happen there; who is asked first is data of each class."""

from backend.app.core.states import NamedState


class CityKind(NamedState):
    """The two halves of the list of classes."""

    PART = "part", "部件"
    EVENT = "event", "事件"


class FirstOffice(NamedState):
    """Whom a case goes to first; where that one has nobody, to the other."""

    OWNER = "owner", "先属主、后属地"
    LOCALITY = "locality", "先属地、后属主"
